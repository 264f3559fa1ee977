"""Keep originals for their time: files, holds, destruction by two people.

What may never happen is refused here, whoever asks: to destroy before the time or under
a hold, to approve one's own proposal, to forget that something was destroyed.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from alembic import op

from kamizero.errors import SetupError
from storage import columns

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


class _Guard(NamedTuple):
    """A trigger that refuses; `lock` is what PostgreSQL locks before it looks."""

    name: str
    when: str
    refused: str
    words: str
    lock: str = ""


_STATE = "(SELECT state FROM destruction WHERE id = NEW.destruction_id)"
_BEGINS = "NEW.begun_at IS NOT NULL AND OLD.begun_at IS NULL"
_LOCK_ORIGINAL = "PERFORM 1 FROM original WHERE id = NEW.original_id FOR UPDATE;"
_LOCK_BOTH = (
    "PERFORM 1 FROM record_file WHERE id IN (SELECT record_file_id FROM filed_original "
    "WHERE original_id = NEW.original_id) FOR UPDATE; " + _LOCK_ORIGINAL
)
_NEVER_CHANGED = ("designation", "held_original")
_NEVER_REMOVED = (
    "designation",
    "destruction",
    "doomed_original",
    "filed_original",
    "held_original",
    "hold",
    "record_file",
)


def upgrade() -> None:
    _create_record_file()
    _create_filed_original()
    _create_hold()
    _create_held_original()
    _create_destruction()
    _create_doomed_original()
    _create_designation()
    op.add_column(
        "original",
        sa.Column(
            "store_hold", sa.Boolean(), server_default=sa.text("FALSE"), nullable=False
        ),
    )
    is_postgresql = op.get_bind().dialect.name == "postgresql"
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
        "What holds originals is not thrown away: restore the backup made before the "
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


def _guards(*, is_postgresql: bool) -> Iterator[_Guard]:
    for table in _NEVER_CHANGED:
        yield _Guard(
            f"{table}_update", f"UPDATE ON {table}", "1 = 1", f"{table} is append-only"
        )
    for table in _NEVER_REMOVED:
        yield _Guard(
            f"{table}_delete", f"DELETE ON {table}", "1 = 1", f"{table} rows stay"
        )
    yield from _of_originals()
    yield from _of_files()
    yield from _of_holds()
    yield from _of_proposals()
    yield from _of_destruction(is_postgresql=is_postgresql)


def _of_originals() -> Iterator[_Guard]:
    yield _Guard(
        "original_kept_longer",
        "UPDATE OF retain_until ON original",
        "NEW.retain_until < OLD.retain_until",
        "an original is kept longer, never shorter",
    )
    yield _Guard(
        "original_legal_medium",
        "UPDATE OF legal_medium ON original",
        "NEW.legal_medium <> COALESCE((SELECT medium FROM designation "
        "WHERE original_id = NEW.id ORDER BY id DESC LIMIT 1), OLD.legal_medium)",
        "which is the legal original is said by a designation",
    )


def _of_files() -> Iterator[_Guard]:
    yield _Guard(
        "record_file_is_fixed",
        "UPDATE OF site, class_code, schedule, name, fiscal_year, years, starts_on, "
        "measure, approver ON record_file",
        "1 = 1",
        "a file stays what it is",
    )
    yield _Guard(
        "record_file_ends_later",
        "UPDATE OF ends_on ON record_file",
        "NEW.ends_on < OLD.ends_on",
        "a file is kept longer, never shorter",
    )
    yield _Guard(
        "record_file_destroyed",
        "UPDATE OF destroyed_at ON record_file",
        "OLD.destroyed_at IS NOT NULL OR EXISTS (SELECT 1 FROM filed_original one "
        "WHERE one.record_file_id = NEW.id AND NOT EXISTS (SELECT 1 FROM "
        "doomed_original gone WHERE gone.original_id = one.original_id "
        "AND gone.destroyed_at IS NOT NULL))",
        "originals of the file are still there",
    )
    yield _Guard(
        "filed_original_insert",
        "INSERT ON filed_original",
        "EXISTS (SELECT 1 FROM record_file WHERE id = NEW.record_file_id "
        "AND destroyed_at IS NOT NULL)",
        "the file is destroyed",
        "PERFORM 1 FROM record_file WHERE id = NEW.record_file_id FOR UPDATE;",
    )
    yield _Guard(
        "filed_original_moves_later",
        "UPDATE ON filed_original",
        "NEW.original_id <> OLD.original_id OR (SELECT ends_on FROM record_file "
        "WHERE id = NEW.record_file_id) < (SELECT ends_on FROM record_file "
        "WHERE id = OLD.record_file_id)",
        "an original is kept longer, never shorter",
    )


def _of_holds() -> Iterator[_Guard]:
    begun = "one.begun_at IS NOT NULL"
    yield _Guard(
        "held_original_insert",
        "INSERT ON held_original",
        "EXISTS (SELECT 1 FROM doomed_original one "
        f"WHERE one.original_id = NEW.original_id AND {begun})",
        "its destruction has begun",
        _LOCK_ORIGINAL,
    )
    yield _Guard(
        "hold_insert",
        "INSERT ON hold",
        "EXISTS (SELECT 1 FROM doomed_original one JOIN filed_original filed "
        "ON filed.original_id = one.original_id "
        f"WHERE filed.record_file_id = NEW.record_file_id AND {begun})",
        "its destruction has begun",
        "PERFORM 1 FROM record_file WHERE id = NEW.record_file_id FOR UPDATE;",
    )
    yield _Guard(
        "hold_is_fixed",
        "UPDATE OF site, kind, reason, record_file_id, set_by, set_at ON hold",
        "1 = 1",
        "a hold stays what it is",
    )
    yield _Guard(
        "hold_is_lifted_once",
        "UPDATE ON hold",
        "OLD.lifted_at IS NOT NULL",
        "a hold is lifted once",
    )


def _of_proposals() -> Iterator[_Guard]:
    yield _Guard(
        "destruction_insert",
        "INSERT ON destruction",
        "NEW.state <> 'proposed' OR NEW.approved_by IS NOT NULL",
        "a destruction begins as a proposal",
    )
    yield _Guard(
        "destruction_is_fixed",
        "UPDATE OF site, kind, record_file_id, reason, proposed_by, proposed_at "
        "ON destruction",
        "1 = 1",
        "a proposal stays what it is",
    )
    yield _Guard(
        "destruction_goes_one_way",
        "UPDATE ON destruction",
        "NOT ((OLD.state = 'proposed' AND NEW.state IN ('approved', 'withdrawn')) "
        "OR (OLD.state = 'approved' AND NEW.state IN ('withdrawn', 'destroyed') "
        "AND NEW.approved_by = OLD.approved_by "
        "AND NEW.approved_at = OLD.approved_at))",
        "a destruction goes one way",
    )
    yield _Guard(
        "destruction_under_hold",
        "UPDATE OF state ON destruction",
        "NEW.state = 'approved' AND EXISTS (SELECT 1 FROM doomed_original doomed "
        f"WHERE doomed.destruction_id = NEW.id AND {_held('doomed.original_id')})",
        "a hold forbids it",
    )
    yield _Guard(
        "destruction_is_complete",
        "UPDATE OF state ON destruction",
        "NEW.state = 'destroyed' AND EXISTS (SELECT 1 FROM doomed_original doomed "
        "WHERE doomed.destruction_id = NEW.id AND doomed.destroyed_at IS NULL)",
        "originals are still there",
    )
    yield _Guard(
        "destruction_has_begun",
        "UPDATE OF state ON destruction",
        "NEW.state = 'withdrawn' AND EXISTS (SELECT 1 FROM doomed_original doomed "
        "WHERE doomed.destruction_id = NEW.id AND doomed.begun_at IS NOT NULL)",
        "the destruction has begun",
        "PERFORM 1 FROM doomed_original WHERE destruction_id = NEW.id FOR UPDATE;",
    )


def _of_destruction(*, is_postgresql: bool) -> Iterator[_Guard]:
    now = (
        "clock_timestamp()"
        if is_postgresql
        else ("strftime('%Y-%m-%d %H:%M:%f', 'now')")
    )

    def day(moment: str) -> str:
        if is_postgresql:
            return f"({moment} AT TIME ZONE 'Asia/Tokyo')::date"
        return f"date({moment}, '+9 hours')"

    yield _Guard(
        "doomed_original_insert",
        "INSERT ON doomed_original",
        f"{_STATE} <> 'proposed' OR NEW.begun_at IS NOT NULL OR NEW.sha256 <> "
        "(SELECT sha256 FROM original WHERE id = NEW.original_id)",
        "only a proposal names what is to be destroyed",
    )
    yield _Guard(
        "doomed_original_is_fixed",
        "UPDATE ON doomed_original",
        "NEW.original_id <> OLD.original_id OR NEW.sha256 <> OLD.sha256 "
        "OR OLD.destroyed_at IS NOT NULL OR (OLD.begun_at IS NOT NULL "
        "AND (NEW.void OR NEW.begun_at IS NULL OR NEW.begun_at <> OLD.begun_at))",
        "what was destroyed stays written",
    )
    begins = "UPDATE OF begun_at ON doomed_original"
    yield _Guard(
        "doomed_original_a_approved",
        begins,
        f"{_BEGINS} AND (NEW.void OR {_STATE} <> 'approved')",
        "two people destroy",
        "PERFORM 1 FROM destruction WHERE id = NEW.destruction_id FOR UPDATE;",
    )
    yield _Guard(
        "doomed_original_b_held",
        begins,
        f"{_BEGINS} AND {_held('NEW.original_id')}",
        "a hold forbids it",
        _LOCK_BOTH,
    )
    # By the caller's clock and by the database's: one that is wrong destroys nothing.
    yield _Guard(
        "doomed_original_c_in_time",
        begins,
        f"{_BEGINS} AND (EXISTS (SELECT 1 FROM original one "
        "WHERE one.id = NEW.original_id "
        f"AND (one.retain_until > NEW.begun_at OR one.retain_until > {now})) "
        "OR EXISTS (SELECT 1 FROM filed_original one JOIN record_file "
        "ON record_file.id = one.record_file_id "
        "WHERE one.original_id = NEW.original_id "
        f"AND (record_file.ends_on >= {day('NEW.begun_at')} "
        f"OR record_file.ends_on >= {day(now)})))",
        "its time has not come",
    )


def _create_designation() -> None:
    op.create_table(
        "designation",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("original_id", columns.Id, nullable=False),
        sa.Column("medium", sa.String(length=16), nullable=False),
        sa.Column("ground", sa.String(length=200), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.CheckConstraint(
            "medium IN ('paper', 'image', 'electronic')",
            name=op.f("ck_designation_medium_is_known"),
        ),
        sa.ForeignKeyConstraint(
            ["original_id"],
            ["original.id"],
            name=op.f("fk_designation_original_id_original"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_designation")),
    )
    op.create_index(op.f("ix_designation_original_id"), "designation", ["original_id"])


def _create_record_file() -> None:
    op.create_table(
        "record_file",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("site", sa.String(length=16), nullable=False),
        sa.Column("class_code", sa.String(length=32), nullable=False),
        sa.Column("schedule", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("fiscal_year", sa.Integer(), nullable=False),
        sa.Column("years", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("measure", sa.String(length=16), nullable=False),
        sa.Column("approver", sa.String(length=32), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("destroyed_at", columns.Instant(), nullable=True),
        sa.CheckConstraint(
            "measure IN ('destroy', 'transfer')",
            name=op.f("ck_record_file_measure_is_known"),
        ),
        sa.CheckConstraint(
            "starts_on <= ends_on", name=op.f("ck_record_file_ends_after_it_starts")
        ),
        sa.ForeignKeyConstraint(
            ["site"], ["site.code"], name=op.f("fk_record_file_site_site")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_file")),
        sa.UniqueConstraint(
            "site",
            "class_code",
            "schedule",
            "fiscal_year",
            name=op.f("uq_record_file_site_class_code_schedule_fiscal_year"),
        ),
    )
    op.create_index(op.f("ix_record_file_ends_on"), "record_file", ["ends_on"])


def _create_destruction() -> None:
    op.create_table(
        "destruction",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("site", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("record_file_id", columns.Id, nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.String(length=100), nullable=False),
        sa.Column("proposed_at", columns.Instant(), nullable=False),
        sa.Column("approved_by", sa.String(length=100), nullable=True),
        sa.Column("approved_at", columns.Instant(), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=100), nullable=True),
        sa.Column("withdrawn_at", columns.Instant(), nullable=True),
        sa.Column("destroyed_by", sa.String(length=100), nullable=True),
        sa.Column("destroyed_at", columns.Instant(), nullable=True),
        sa.Column("certificate_sha256", sa.String(length=64), nullable=True),
        sa.Column("store_key", sa.String(length=200), nullable=True),
        sa.Column("store_version", sa.String(length=200), nullable=True),
        sa.CheckConstraint(
            "(kind = 'file') = (record_file_id IS NOT NULL)",
            name=op.f("ck_destruction_file_is_named"),
        ),
        sa.CheckConstraint(
            "(state = 'destroyed') = (certificate_sha256 IS NOT NULL)",
            name=op.f("ck_destruction_destruction_is_certified"),
        ),
        sa.CheckConstraint(
            "kind IN ('file', 'misdirected', 'mis_scan')",
            name=op.f("ck_destruction_kind_is_known"),
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'approved', 'destroyed', 'withdrawn')",
            name=op.f("ck_destruction_state_is_known"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'destroyed') OR approved_by IS NOT NULL",
            name=op.f("ck_destruction_approval_says_who"),
        ),
        sa.CheckConstraint(
            "approved_by IS NULL OR approved_by <> proposed_by",
            name=op.f("ck_destruction_two_people"),
        ),
        sa.ForeignKeyConstraint(
            ["record_file_id"],
            ["record_file.id"],
            name=op.f("fk_destruction_record_file_id_record_file"),
        ),
        sa.ForeignKeyConstraint(
            ["site"], ["site.code"], name=op.f("fk_destruction_site_site")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_destruction")),
    )
    op.create_index(
        op.f("ix_destruction_record_file_id"), "destruction", ["record_file_id"]
    )


def _create_filed_original() -> None:
    op.create_table(
        "filed_original",
        sa.Column("original_id", columns.Id, nullable=False),
        sa.Column("record_file_id", columns.Id, nullable=False),
        sa.Column("filed_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["original_id"],
            ["original.id"],
            name=op.f("fk_filed_original_original_id_original"),
        ),
        sa.ForeignKeyConstraint(
            ["record_file_id"],
            ["record_file.id"],
            name=op.f("fk_filed_original_record_file_id_record_file"),
        ),
        sa.PrimaryKeyConstraint("original_id", name=op.f("pk_filed_original")),
    )
    op.create_index(
        op.f("ix_filed_original_record_file_id"), "filed_original", ["record_file_id"]
    )


def _create_hold() -> None:
    op.create_table(
        "hold",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("site", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("record_file_id", columns.Id, nullable=True),
        sa.Column("set_by", sa.String(length=100), nullable=False),
        sa.Column("set_at", columns.Instant(), nullable=False),
        sa.Column("lifted_by", sa.String(length=100), nullable=True),
        sa.Column("lifted_at", columns.Instant(), nullable=True),
        sa.Column("lifted_why", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('disclosure', 'review_request', 'litigation', 'audit')",
            name=op.f("ck_hold_kind_is_known"),
        ),
        sa.CheckConstraint(
            "(lifted_at IS NULL) = (lifted_by IS NULL) "
            "AND (lifted_at IS NULL) = (lifted_why IS NULL)",
            name=op.f("ck_hold_lifting_says_who_and_why"),
        ),
        sa.ForeignKeyConstraint(
            ["record_file_id"],
            ["record_file.id"],
            name=op.f("fk_hold_record_file_id_record_file"),
        ),
        sa.ForeignKeyConstraint(
            ["site"], ["site.code"], name=op.f("fk_hold_site_site")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
    )
    op.create_index(op.f("ix_hold_record_file_id"), "hold", ["record_file_id"])


def _create_doomed_original() -> None:
    op.create_table(
        "doomed_original",
        sa.Column("destruction_id", columns.Id, nullable=False),
        sa.Column("original_id", columns.Id, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", columns.Id, nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column(
            "void", sa.Boolean(), server_default=sa.text("FALSE"), nullable=False
        ),
        sa.Column("begun_at", columns.Instant(), nullable=True),
        sa.Column("destroyed_at", columns.Instant(), nullable=True),
        sa.CheckConstraint(
            "destroyed_at IS NULL OR begun_at IS NOT NULL",
            name=op.f("ck_doomed_original_begins_before_it_ends"),
        ),
        sa.ForeignKeyConstraint(
            ["destruction_id"],
            ["destruction.id"],
            name=op.f("fk_doomed_original_destruction_id_destruction"),
        ),
        sa.ForeignKeyConstraint(
            ["original_id"],
            ["original.id"],
            name=op.f("fk_doomed_original_original_id_original"),
        ),
        sa.PrimaryKeyConstraint(
            "destruction_id", "original_id", name=op.f("pk_doomed_original")
        ),
    )
    op.create_index(
        "uq_doomed_original_original_id",
        "doomed_original",
        ["original_id"],
        unique=True,
        sqlite_where=sa.text("NOT void"),
        postgresql_where=sa.text("NOT void"),
    )


def _create_held_original() -> None:
    op.create_table(
        "held_original",
        sa.Column("hold_id", columns.Id, nullable=False),
        sa.Column("original_id", columns.Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["hold_id"], ["hold.id"], name=op.f("fk_held_original_hold_id_hold")
        ),
        sa.ForeignKeyConstraint(
            ["original_id"],
            ["original.id"],
            name=op.f("fk_held_original_original_id_original"),
        ),
        sa.PrimaryKeyConstraint(
            "hold_id", "original_id", name=op.f("pk_held_original")
        ),
    )
    op.create_index(
        op.f("ix_held_original_original_id"), "held_original", ["original_id"]
    )
