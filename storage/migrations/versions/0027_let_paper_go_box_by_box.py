"""Let paper go by whole boxes, once its image may stand alone.

Refused here, whoever asks: to destroy paper that was not checked, not decided, whose
image is not the legal original, that waits, is held or lent, whose box changed since
it was listed, or to do it alone.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from alembic import op

from kamizero.errors import SetupError
from storage import columns

revision: str = "0027"
down_revision: str | None = "0026"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


class _Guard(NamedTuple):
    """A trigger that refuses; `lock` is what PostgreSQL locks before it looks."""

    name: str
    when: str
    refused: str
    words: str
    lock: str = ""


_NEVER_CHANGED = ("box_check", "custody", "disposed_paper", "sheet_move")
_NEVER_REMOVED = (*_NEVER_CHANGED, "paper_box", "paper_disposal")
_LOCK_BOX = "PERFORM 1 FROM paper_box WHERE id = NEW.paper_box_id FOR UPDATE;"
_ORIGINALS = "SELECT original_id FROM disposed_paper WHERE disposal_id = NEW.id"
_LOCK_ALL = (
    f"{_LOCK_BOX} PERFORM 1 FROM record_file WHERE id IN (SELECT record_file_id "
    f"FROM filed_original WHERE original_id IN ({_ORIGINALS})) FOR UPDATE; "
    f"PERFORM 1 FROM original WHERE id IN ({_ORIGINALS}) FOR UPDATE;"
)
_IN_BOX = "SELECT 1 FROM paper_in_box one WHERE one.paper_box_id = NEW.paper_box_id"
_GOES = "NEW.state IN ('approved', 'destroyed')"


def upgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    op.add_column(
        "record_file",
        sa.Column(
            "paper_days", sa.Integer(), server_default=sa.text("3650"), nullable=False
        ),
    )
    _create_boxes()
    _create_disposals()
    _put_bundles_into_boxes(is_postgresql=is_postgresql)
    op.execute(f"CREATE VIEW paper_in_box AS {_view(is_postgresql=is_postgresql)}")
    for guard in _guards(is_postgresql=is_postgresql):
        for statement in _postgresql(guard) if is_postgresql else _sqlite(guard):
            op.execute(statement)
    if is_postgresql:
        for table in _NEVER_REMOVED:
            op.execute(
                f"CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table} FOR EACH "
                f"STATEMENT EXECUTE FUNCTION refuse_change('{table} is never emptied')"
            )


def downgrade() -> None:
    raise SetupError(
        "What became of paper is not forgotten: restore the backup made before the "
        "upgrade."
    )


def _sqlite(guard: _Guard) -> Iterator[str]:
    yield (
        f"CREATE TRIGGER {guard.name} BEFORE {guard.when} WHEN {guard.refused} "
        f"BEGIN SELECT RAISE(ABORT, '{guard.words}'); END"
    )


def _postgresql(guard: _Guard) -> Iterator[str]:
    back = "OLD" if guard.when.startswith("DELETE") else "NEW"
    yield (
        f"CREATE FUNCTION {guard.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"{guard.lock} IF {guard.refused} THEN RAISE EXCEPTION '{guard.words}' "
        f"USING ERRCODE = 'check_violation'; END IF; RETURN {back}; END $$"
    )
    yield (
        f"CREATE TRIGGER {guard.name} BEFORE {guard.when} FOR EACH ROW "
        f"EXECUTE FUNCTION {guard.name}()"
    )


def _held(original: str) -> str:
    return (
        "(EXISTS (SELECT 1 FROM held_original one JOIN hold ON hold.id = one.hold_id "
        f"WHERE one.original_id = {original} AND hold.lifted_at IS NULL) "
        "OR EXISTS (SELECT 1 FROM filed_original one "
        "JOIN hold ON hold.record_file_id = one.record_file_id "
        f"WHERE one.original_id = {original} AND hold.lifted_at IS NULL))"
    )


def _view(*, is_postgresql: bool) -> str:
    """Each side of a sheet in a box, and what keeps its paper.

    A sheet lies where its bundle was put last, unless it was moved apart itself.
    """
    decided = (
        "COALESCE((SELECT MAX(approval.at) FROM approval "
        "WHERE approval.filing_id = page.filing_id), filed.filed_at)"
    )
    if is_postgresql:
        last = f"GREATEST(filed.filed_at, {decided})"
        stays = f"(({last}) AT TIME ZONE 'Asia/Tokyo')::date + file.paper_days"
    else:
        last = f"MAX(filed.filed_at, {decided})"
        stays = f"date({last}, '+9 hours', '+' || file.paper_days || ' days')"
    newest = "SELECT MAX(later.id) FROM {table} later WHERE later.{key} = place.{key}"
    by_bundle = (
        "SELECT place.paper_box_id, page.id AS page_id, place.act FROM custody place "
        "JOIN page ON page.bundle_id = place.bundle_id WHERE place.id = "
        f"({newest.format(table='custody', key='bundle_id')}) AND COALESCE((SELECT "
        "act FROM sheet_move WHERE page_id = page.id ORDER BY id DESC LIMIT 1), "
        "'back') = 'back'"
    )
    by_itself = (
        "SELECT place.paper_box_id, place.page_id, place.act FROM sheet_move place "
        "WHERE place.act = 'moved' AND place.id = "
        f"({newest.format(table='sheet_move', key='page_id')})"
    )
    return (
        "SELECT lying.paper_box_id, page.id AS page_id, page.bundle_id, "
        "arrival.original_id, lying.act = 'lent' AS lent, "
        "(filed.original_id IS NULL OR page.kind IS NULL "
        "OR page.kind IN ('unknown', 'failed') OR EXISTS (SELECT 1 FROM entry "
        "WHERE entry.filing_id = page.filing_id "
        "AND entry.state IN ('read', 'in_review', 'ready'))) AS undecided, "
        "original.legal_medium = 'image' AS is_image, "
        f"{stays} AS stays_until, {_held('arrival.original_id')} AS held "
        f"FROM ({by_bundle} UNION ALL {by_itself}) lying "
        "JOIN page ON page.id = lying.page_id "
        "JOIN arrival ON arrival.id = page.arrival_id "
        "JOIN original ON original.id = arrival.original_id "
        "LEFT JOIN filed_original filed ON filed.original_id = original.id "
        "LEFT JOIN record_file file ON file.id = filed.record_file_id "
        "WHERE page.standing = 'valid'"
    )


def _guards(*, is_postgresql: bool) -> Iterator[_Guard]:
    for table in _NEVER_CHANGED:
        yield _Guard(
            f"{table}_update", f"UPDATE ON {table}", "1 = 1", f"{table} is append-only"
        )
    for table in _NEVER_REMOVED:
        yield _Guard(
            f"{table}_delete", f"DELETE ON {table}", "1 = 1", f"{table} rows stay"
        )
    yield from _of_boxes()
    yield from _of_what_lies_in_them()
    yield from _of_proposals()
    yield from _of_conditions(is_postgresql=is_postgresql)


def _of_boxes() -> Iterator[_Guard]:
    yield _Guard(
        "record_file_paper_days",
        "UPDATE OF paper_days ON record_file",
        "1 = 1",
        "a file stays what it is",
    )
    yield _Guard(
        "paper_box_is_fixed",
        "UPDATE OF site, code, made_at, made_by ON paper_box",
        "1 = 1",
        "a box stays what it is",
    )
    yield _Guard(
        "paper_box_is_gone",
        "UPDATE ON paper_box",
        "OLD.gone_at IS NOT NULL OR (NEW.gone_at IS NOT NULL AND NOT EXISTS (SELECT 1 "
        "FROM paper_disposal WHERE paper_box_id = NEW.id AND state = 'destroyed'))",
        "a box goes once, by a proposal",
    )


def _listed(box: str) -> str:
    return (
        "EXISTS (SELECT 1 FROM paper_disposal listed "
        f"WHERE listed.paper_box_id = {box} AND listed.state <> 'withdrawn')"
    )


def _of_what_lies_in_them() -> Iterator[_Guard]:
    listed = "its destruction is proposed"
    yield _Guard(
        "custody_insert",
        "INSERT ON custody",
        f"NEW.paper_box_id IS NULL OR {_listed('NEW.paper_box_id')} OR "
        + _listed(
            "(SELECT last.paper_box_id FROM custody last WHERE last.bundle_id = "
            "NEW.bundle_id ORDER BY last.id DESC LIMIT 1)"
        ),
        listed,
        _LOCK_BOX,
    )
    yield _Guard(
        "sheet_move_insert",
        "INSERT ON sheet_move",
        f"{_listed('NEW.paper_box_id')} OR "
        + _listed(
            "(SELECT one.paper_box_id FROM paper_in_box one "
            "WHERE one.page_id = NEW.page_id)"
        ),
        listed,
        _LOCK_BOX,
    )
    yield _Guard(
        "page_is_listed",
        "UPDATE OF bundle_id, standing ON page",
        "EXISTS (SELECT 1 FROM disposed_paper one JOIN paper_disposal listed "
        "ON listed.id = one.disposal_id WHERE one.page_id = OLD.id "
        "AND listed.state <> 'withdrawn')",
        "the destruction of its paper is proposed",
    )


def _of_proposals() -> Iterator[_Guard]:
    yield _Guard(
        "paper_disposal_insert",
        "INSERT ON paper_disposal",
        "NEW.state <> 'proposed' OR NEW.approved_by IS NOT NULL",
        "a destruction begins as a proposal",
        _LOCK_BOX,
    )
    yield _Guard(
        "disposed_paper_insert",
        "INSERT ON disposed_paper",
        "(SELECT state FROM paper_disposal WHERE id = NEW.disposal_id) <> 'proposed'",
        "only a proposal names what is to be destroyed",
    )
    yield _Guard(
        "paper_disposal_is_fixed",
        "UPDATE OF site, paper_box_id, reason, proposed_by, proposed_at "
        "ON paper_disposal",
        "1 = 1",
        "a proposal stays what it is",
    )
    yield _Guard(
        "paper_disposal_one_way",
        "UPDATE ON paper_disposal",
        "NOT ((OLD.state = 'proposed' AND NEW.state IN ('approved', 'withdrawn')) "
        "OR (OLD.state = 'approved' "
        "AND NEW.state IN ('approved', 'withdrawn', 'destroyed') "
        "AND NEW.approved_by = OLD.approved_by "
        "AND NEW.approved_at = OLD.approved_at))",
        "a destruction goes one way",
    )


def _of_conditions(*, is_postgresql: bool) -> Iterator[_Guard]:
    def refuses(name: str, refused: str, words: str) -> _Guard:
        return _Guard(
            f"paper_disposal_{name}",
            "UPDATE ON paper_disposal",
            f"{_GOES} AND {refused}",
            words,
            _LOCK_ALL,
        )

    listed = (
        "SELECT 1 FROM disposed_paper other WHERE other.disposal_id = NEW.id "
        "AND other.page_id = one.page_id"
    )
    yield refuses(
        "a_whole",
        f"(NOT EXISTS ({_IN_BOX}) OR EXISTS ({_IN_BOX} AND NOT EXISTS ({listed})) "
        "OR EXISTS (SELECT 1 FROM disposed_paper one WHERE one.disposal_id = NEW.id "
        "AND NOT EXISTS (SELECT 1 FROM paper_in_box other WHERE other.paper_box_id = "
        "NEW.paper_box_id AND other.page_id = one.page_id)))",
        "the box is not what was listed",
    )
    yield refuses(
        "b_lent", f"EXISTS ({_IN_BOX} AND one.lent)", "paper of the box is lent"
    )
    yield refuses("c_checked", f"NOT EXISTS ({_CHECKED})", "the box was not checked")
    yield refuses(
        "d_decided",
        f"EXISTS ({_IN_BOX} AND one.undecided)",
        "papers in the box are not decided",
    )
    yield refuses(
        "e_image",
        f"EXISTS ({_IN_BOX} AND NOT one.is_image)",
        "the image is not the legal original",
    )
    yield refuses("f_waits", _waits(is_postgresql=is_postgresql), "the paper waits")
    yield refuses("g_held", f"EXISTS ({_IN_BOX} AND one.held)", "a hold forbids it")
    yield refuses(
        "h_listed",
        "NEW.state = 'destroyed' AND (NEW.listed_at IS NULL "
        "OR NEW.list_sha256 IS NULL OR NEW.listed_at < NEW.approved_at)",
        "its list was not printed",
    )


_CHECKED = (
    "SELECT 1 FROM box_check seen WHERE seen.paper_box_id = NEW.paper_box_id "
    "AND seen.id = (SELECT MAX(id) FROM box_check "
    "WHERE paper_box_id = NEW.paper_box_id) AND seen.unlike = 0 "
    "AND NOT EXISTS (SELECT 1 FROM custody later WHERE later.paper_box_id = "
    "NEW.paper_box_id AND later.id > seen.last_custody) "
    "AND NOT EXISTS (SELECT 1 FROM sheet_move later WHERE later.paper_box_id = "
    "NEW.paper_box_id AND later.id > seen.last_move)"
)


def _waits(*, is_postgresql: bool) -> str:
    """By the caller's clock and by the database's: a wrong one destroys nothing."""
    given = "COALESCE(NEW.destroyed_at, NEW.approved_at)"
    if is_postgresql:
        days = [
            f"({moment} AT TIME ZONE 'Asia/Tokyo')::date"
            for moment in (given, "clock_timestamp()")
        ]
    else:
        days = [f"date({moment}, '+9 hours')" for moment in (given, "'now'")]
    late = " OR ".join(f"one.stays_until >= {day}" for day in days)
    return f"EXISTS ({_IN_BOX} AND ({late}))"


def _put_bundles_into_boxes(*, is_postgresql: bool) -> None:
    """Make the boxes that custody has only spoken of so far."""
    kind = "BIGINT" if is_postgresql else "INTEGER"
    op.execute(
        f"ALTER TABLE custody ADD COLUMN paper_box_id {kind} "
        "CONSTRAINT fk_custody_paper_box_id_paper_box REFERENCES paper_box (id)"
    )
    op.create_index("ix_custody_paper_box_id", "custody", ["paper_box_id"])
    spoken = (
        "FROM custody JOIN bundle ON bundle.id = custody.bundle_id "
        "JOIN job ON job.id = bundle.job_id"
    )
    op.execute(
        "INSERT INTO paper_box (site, code, place, made_at, made_by) SELECT job.site, "
        "custody.box, custody.place, custody.at, custody.actor "
        f"{spoken} WHERE custody.id IN (SELECT MAX(custody.id) {spoken} "
        "GROUP BY job.site, custody.box)"
    )
    op.execute(
        "UPDATE custody SET paper_box_id = (SELECT paper_box.id FROM paper_box "
        "JOIN job ON job.site = paper_box.site JOIN bundle ON bundle.job_id = job.id "
        "WHERE bundle.id = custody.bundle_id AND paper_box.code = custody.box)"
    )


def _create_boxes() -> None:
    op.create_table(
        "paper_box",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("site", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("place", sa.String(length=100), nullable=False),
        sa.Column("made_at", columns.Instant(), nullable=False),
        sa.Column("made_by", sa.String(length=100), nullable=False),
        sa.Column("gone_at", columns.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["site"], ["site.code"], name=op.f("fk_paper_box_site_site")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_box")),
        sa.UniqueConstraint("site", "code", name=op.f("uq_paper_box_site_code")),
    )
    op.create_table(
        "sheet_move",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("page_id", columns.Id, nullable=False),
        sa.Column("bundle_id", columns.Id, nullable=False),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("paper_box_id", columns.Id, nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.CheckConstraint(
            "act IN ('moved', 'out', 'back')", name=op.f("ck_sheet_move_act_is_known")
        ),
        sa.CheckConstraint(
            "(act = 'out') = (paper_box_id IS NULL)",
            name=op.f("ck_sheet_move_what_stays_lies_in_a_box"),
        ),
        sa.CheckConstraint(
            "length(reason) > 0", name=op.f("ck_sheet_move_move_says_why")
        ),
        sa.ForeignKeyConstraint(
            ["page_id"], ["page.id"], name=op.f("fk_sheet_move_page_id_page")
        ),
        sa.ForeignKeyConstraint(
            ["bundle_id"], ["bundle.id"], name=op.f("fk_sheet_move_bundle_id_bundle")
        ),
        sa.ForeignKeyConstraint(
            ["paper_box_id"],
            ["paper_box.id"],
            name=op.f("fk_sheet_move_paper_box_id_paper_box"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheet_move")),
    )
    op.create_index(op.f("ix_sheet_move_page_id"), "sheet_move", ["page_id"])
    op.create_index(op.f("ix_sheet_move_paper_box_id"), "sheet_move", ["paper_box_id"])
    op.create_table(
        "box_check",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("paper_box_id", columns.Id, nullable=False),
        sa.Column("looked_at", sa.Integer(), nullable=False),
        sa.Column("unlike", sa.Integer(), nullable=False),
        sa.Column("last_custody", columns.Id, nullable=False),
        sa.Column("last_move", columns.Id, nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.CheckConstraint("looked_at > 0", name=op.f("ck_box_check_somebody_looked")),
        sa.CheckConstraint(
            "unlike BETWEEN 0 AND looked_at", name=op.f("ck_box_check_unlike_were_seen")
        ),
        sa.ForeignKeyConstraint(
            ["paper_box_id"],
            ["paper_box.id"],
            name=op.f("fk_box_check_paper_box_id_paper_box"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_box_check")),
    )
    op.create_index(op.f("ix_box_check_paper_box_id"), "box_check", ["paper_box_id"])


def _create_disposals() -> None:
    op.create_table(
        "paper_disposal",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("site", sa.String(length=16), nullable=False),
        sa.Column("paper_box_id", columns.Id, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.String(length=100), nullable=False),
        sa.Column("proposed_at", columns.Instant(), nullable=False),
        sa.Column("approved_by", sa.String(length=100), nullable=True),
        sa.Column("approved_at", columns.Instant(), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=100), nullable=True),
        sa.Column("withdrawn_at", columns.Instant(), nullable=True),
        sa.Column("listed_by", sa.String(length=100), nullable=True),
        sa.Column("listed_at", columns.Instant(), nullable=True),
        sa.Column("list_sha256", sa.String(length=64), nullable=True),
        sa.Column("way", sa.String(length=200), nullable=True),
        sa.Column("destroyed_by", sa.String(length=100), nullable=True),
        sa.Column("destroyed_at", columns.Instant(), nullable=True),
        sa.Column("certificate_sha256", sa.String(length=64), nullable=True),
        sa.Column("store_key", sa.String(length=200), nullable=True),
        sa.Column("store_version", sa.String(length=200), nullable=True),
        sa.CheckConstraint(
            "state IN ('proposed', 'approved', 'destroyed', 'withdrawn')",
            name=op.f("ck_paper_disposal_state_is_known"),
        ),
        sa.CheckConstraint(
            "approved_by IS NULL OR approved_by <> proposed_by",
            name=op.f("ck_paper_disposal_two_people"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'destroyed') OR approved_by IS NOT NULL",
            name=op.f("ck_paper_disposal_approval_says_who"),
        ),
        sa.CheckConstraint(
            "(state = 'destroyed') = (certificate_sha256 IS NOT NULL) "
            "AND (state <> 'destroyed' OR way IS NOT NULL)",
            name=op.f("ck_paper_disposal_destruction_is_certified"),
        ),
        sa.ForeignKeyConstraint(
            ["site"], ["site.code"], name=op.f("fk_paper_disposal_site_site")
        ),
        sa.ForeignKeyConstraint(
            ["paper_box_id"],
            ["paper_box.id"],
            name=op.f("fk_paper_disposal_paper_box_id_paper_box"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_disposal")),
    )
    op.create_index(
        "uq_paper_disposal_paper_box_id",
        "paper_disposal",
        ["paper_box_id"],
        unique=True,
        sqlite_where=sa.text("state <> 'withdrawn'"),
        postgresql_where=sa.text("state <> 'withdrawn'"),
    )
    op.create_table(
        "disposed_paper",
        sa.Column("disposal_id", columns.Id, nullable=False),
        sa.Column("page_id", columns.Id, nullable=False),
        sa.Column("bundle_id", columns.Id, nullable=False),
        sa.Column("original_id", columns.Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["disposal_id"],
            ["paper_disposal.id"],
            name=op.f("fk_disposed_paper_disposal_id_paper_disposal"),
        ),
        sa.ForeignKeyConstraint(
            ["page_id"], ["page.id"], name=op.f("fk_disposed_paper_page_id_page")
        ),
        sa.ForeignKeyConstraint(
            ["bundle_id"],
            ["bundle.id"],
            name=op.f("fk_disposed_paper_bundle_id_bundle"),
        ),
        sa.ForeignKeyConstraint(
            ["original_id"],
            ["original.id"],
            name=op.f("fk_disposed_paper_original_id_original"),
        ),
        sa.PrimaryKeyConstraint(
            "disposal_id", "page_id", name=op.f("pk_disposed_paper")
        ),
    )
