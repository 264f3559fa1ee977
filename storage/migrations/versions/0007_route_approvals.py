"""Let approvals take a route of several stages, and hold four eyes at every stage.

The database itself refuses a stamp out of order, a second part of one person in a
round, a deputy of nobody who is away, and a signature without the whole route.
"""

from collections.abc import Iterator, Mapping, Sequence

import sqlalchemy as sa
from alembic import op

from kamizero.errors import SetupError
from storage import columns

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_ROLES = (
    "'scanner', 'keyer', 'reviewer', 'approver', 'records_manager', 'auditor', "
    "'administrator', 'robot', 'machine'"
)
_ENDS = (
    "'decided', 'send_back', 'pull_back', 'return', 'withdraw', 'dissolve', 'changed'"
)

# What may not be, by the words that are said then. Each is asked of the new row.
_STEP_REFUSALS = {
    "four eyes: who changed a filing takes no part in approving it": """
        SELECT 1 FROM touch JOIN approval_round ON approval_round.id = NEW.round_id
        WHERE touch.filing_id = approval_round.filing_id
        AND touch.person = NEW.person
    """,
    "four eyes: nobody takes two stages of one round": """
        SELECT 1 FROM route_step AS other
        WHERE other.round_id = NEW.round_id AND other.stage_id <> NEW.stage_id
        AND (other.person IN (NEW.person, COALESCE(NEW.for_person, NEW.person))
          OR other.for_person IN (NEW.person, COALESCE(NEW.for_person, NEW.person)))
    """,
    "four eyes: a deputy stands in for somebody who is away": """
        SELECT 1 WHERE NEW.for_person IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM absence
            WHERE absence.person = NEW.for_person AND absence.deputy = NEW.person
            AND absence.cancelled_at IS NULL
            AND NEW.on_day BETWEEN absence.first_day AND absence.last_day)
    """,
    "a route is taken stage by stage": """
        SELECT 1 FROM route_stage AS own
        JOIN approval_round ON approval_round.id = NEW.round_id
        WHERE own.id = NEW.stage_id AND (
            own.route_id <> approval_round.route_id OR EXISTS (
                SELECT 1 FROM route_stage AS before
                WHERE before.route_id = own.route_id
                AND before.position < own.position AND NOT EXISTS (
                    SELECT 1 FROM route_step AS taken
                    WHERE taken.round_id = NEW.round_id
                    AND taken.stage_id = before.id AND taken.void_at IS NULL)))
    """,
    "a round that is over takes no step": """
        SELECT 1 FROM approval_round
        WHERE approval_round.id = NEW.round_id AND approval_round.ended_at IS NOT NULL
    """,
}
_APPROVAL_REFUSALS = {
    "four eyes: an approval has taken its whole route": """
        SELECT 1 WHERE NOT EXISTS (
            SELECT 1 FROM approval_round WHERE approval_round.id = NEW.round_id
            AND approval_round.filing_id = NEW.filing_id
            AND approval_round.manifest_sha256 = NEW.manifest_sha256
            AND approval_round.ended_at IS NULL)
        OR EXISTS (
            SELECT 1 FROM approval_round
            JOIN route_stage ON route_stage.route_id = approval_round.route_id
            WHERE approval_round.id = NEW.round_id AND NOT EXISTS (
                SELECT 1 FROM route_step WHERE route_step.round_id = approval_round.id
                AND route_step.stage_id = route_stage.id
                AND route_step.void_at IS NULL))
        OR NOT EXISTS (
            SELECT 1 FROM route_step
            JOIN route_stage ON route_stage.id = route_step.stage_id
            WHERE route_step.round_id = NEW.round_id AND route_stage.kind = 'decide'
            AND route_step.void_at IS NULL AND route_step.person = NEW."by")
    """,
    # Who took a stage may have changed the filing since.
    "four eyes: who changed a filing took part in approving it": """
        SELECT 1 FROM route_step JOIN touch ON touch.person = route_step.person
        WHERE route_step.round_id = NEW.round_id AND route_step.void_at IS NULL
        AND touch.filing_id = NEW.filing_id
    """,
}
_STAGE_REFUSALS = {
    "a route in use takes no further stage": """
        SELECT 1 FROM approval_round WHERE approval_round.route_id = NEW.route_id
    """,
}
# What stays as it is written, by table; "" for every column.
_UNCHANGING = {
    "approval_route": "",
    "route_stage": "",
    "approval_round": "id, filing_id, route_id, manifest_sha256, opened_at",
    "route_step": (
        "id, round_id, seq, stage_id, person, for_person, on_day, at, key_id, signature"
    ),
    "absence": "id, person, deputy, first_day, last_day, recorded_by, recorded_at",
}


def upgrade() -> None:
    _create_routes()
    _create_rounds()
    dialect = op.get_bind().dialect.name
    round_id = "round_id {id} CONSTRAINT fk_approval_round_id_approval_round "
    op.execute(
        "ALTER TABLE approval ADD COLUMN "
        + round_id.format(id=_id(dialect))
        + "REFERENCES approval_round (id)"
    )
    _add_default_route()
    guard = _postgresql if dialect == "postgresql" else _sqlite
    for statement in guard():
        op.execute(statement)


def downgrade() -> None:
    raise SetupError(
        "The guards are not taken away: restore the backup made before the upgrade."
    )


def _id(dialect: str) -> str:
    return "BIGINT" if dialect == "postgresql" else "INTEGER"


def _create_routes() -> None:
    op.create_table(
        "approval_route",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name_ja", sa.String(length=100), nullable=False),
        sa.Column("name_en", sa.String(length=100), nullable=False),
        sa.Column("form", sa.String(length=16), nullable=True),
        sa.Column("amount_field", sa.String(length=100), nullable=True),
        sa.Column("over", columns.Id, nullable=False),
        sa.Column("in_force_from", sa.Date(), nullable=False),
        sa.Column("delegated_by", sa.String(length=200), nullable=True),
        sa.CheckConstraint(
            '"over" = 0 OR amount_field IS NOT NULL',
            name=op.f("ck_approval_route_limit_names_its_amount"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_route")),
        sa.UniqueConstraint(
            "code", "in_force_from", name=op.f("uq_approval_route_code_in_force_from")
        ),
    )
    op.create_table(
        "route_stage",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("route_id", columns.Id, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("unit", sa.String(length=100), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("persons", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('review', 'consult', 'decide')",
            name=op.f("ck_route_stage_kind_is_known"),
        ),
        sa.CheckConstraint(
            f"role IN ({_ROLES})", name=op.f("ck_route_stage_role_is_known")
        ),
        sa.ForeignKeyConstraint(
            ["route_id"],
            ["approval_route.id"],
            name=op.f("fk_route_stage_route_id_approval_route"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_route_stage")),
    )
    op.create_index(op.f("ix_route_stage_route_id"), "route_stage", ["route_id"])
    op.create_table(
        "absence",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("person", sa.String(length=100), nullable=False),
        sa.Column("deputy", sa.String(length=100), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.String(length=100), nullable=False),
        sa.Column("recorded_at", columns.Instant(), nullable=False),
        sa.Column("cancelled_at", columns.Instant(), nullable=True),
        sa.CheckConstraint(
            "person <> deputy", name=op.f("ck_absence_deputy_is_another")
        ),
        sa.CheckConstraint(
            "first_day <= last_day", name=op.f("ck_absence_days_in_order")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index(op.f("ix_absence_person"), "absence", ["person"])
    op.create_index(op.f("ix_absence_deputy"), "absence", ["deputy"])


def _create_rounds() -> None:
    op.create_table(
        "approval_round",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("filing_id", columns.Id, nullable=False),
        sa.Column("route_id", columns.Id, nullable=False),
        sa.Column("manifest_sha256", sa.String(length=64), nullable=False),
        sa.Column("opened_at", columns.Instant(), nullable=False),
        sa.Column("ended_at", columns.Instant(), nullable=True),
        sa.Column("ended_as", sa.String(length=16), nullable=True),
        sa.CheckConstraint(
            f"ended_as IN ({_ENDS})", name=op.f("ck_approval_round_ended_as_is_known")
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_as IS NULL)",
            name=op.f("ck_approval_round_end_says_which"),
        ),
        sa.ForeignKeyConstraint(
            ["filing_id"],
            ["filing.id"],
            name=op.f("fk_approval_round_filing_id_filing"),
        ),
        sa.ForeignKeyConstraint(
            ["route_id"],
            ["approval_route.id"],
            name=op.f("fk_approval_round_route_id_approval_route"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_round")),
    )
    op.create_index(
        op.f("ix_approval_round_filing_id"), "approval_round", ["filing_id"]
    )
    is_open = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_approval_round_open",
        "approval_round",
        ["filing_id"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    _create_steps()


def _create_steps() -> None:
    op.create_table(
        "route_step",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("round_id", columns.Id, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("stage_id", columns.Id, nullable=False),
        sa.Column("person", sa.String(length=100), nullable=False),
        sa.Column("for_person", sa.String(length=100), nullable=True),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.Column("key_id", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.String(length=128), nullable=False),
        sa.Column("read_at", columns.Instant(), nullable=True),
        sa.Column("void_at", columns.Instant(), nullable=True),
        sa.Column("void_by", sa.String(length=100), nullable=True),
        sa.Column("void_why", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "for_person <> person", name=op.f("ck_route_step_deputy_is_another")
        ),
        sa.CheckConstraint(
            "(void_at IS NULL) = (void_by IS NULL) "
            "AND (void_at IS NULL) = (void_why IS NULL)",
            name=op.f("ck_route_step_void_says_why"),
        ),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["approval_round.id"],
            name=op.f("fk_route_step_round_id_approval_round"),
        ),
        sa.ForeignKeyConstraint(
            ["stage_id"],
            ["route_stage.id"],
            name=op.f("fk_route_step_stage_id_route_stage"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_route_step")),
        sa.UniqueConstraint("round_id", "seq", name=op.f("uq_route_step_round_id_seq")),
    )
    stands = sa.text("void_at IS NULL")
    op.create_index(
        "uq_route_step_stands",
        "route_step",
        ["round_id", "stage_id"],
        unique=True,
        sqlite_where=stands,
        postgresql_where=stands,
    )


def _add_default_route() -> None:
    """One approver decides: what every office has until it says otherwise."""
    op.execute(
        "INSERT INTO approval_route "
        '(code, name_ja, name_en, "over", in_force_from) '
        "VALUES ('default', '標準', 'Standard', 0, '1970-01-01')"
    )
    op.execute(
        "INSERT INTO route_stage (route_id, position, kind, unit, role, persons) "
        "SELECT id, 1, 'decide', '', 'approver', '[]' FROM approval_route"
    )


def _refusals() -> Mapping[str, Mapping[str, str]]:
    return {
        "route_step": _STEP_REFUSALS,
        "approval": _APPROVAL_REFUSALS,
        "route_stage": _STAGE_REFUSALS,
    }


def _sqlite() -> Iterator[str]:
    for table, refusals in _refusals().items():
        for n, (words, found) in enumerate(refusals.items(), start=1):
            yield (
                f"CREATE TRIGGER {table}_refused_{n} BEFORE INSERT ON {table} "
                f"WHEN EXISTS ({found}) "
                f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
            )
    for table, kept in _UNCHANGING.items():
        of = f" OF {kept}" if kept else ""
        for name, when in (("update", f"UPDATE{of}"), ("delete", "DELETE")):
            yield (
                f"CREATE TRIGGER {table}_{name} BEFORE {when} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
    yield (
        "CREATE TRIGGER approval_round_over BEFORE UPDATE ON approval_round "
        "WHEN OLD.ended_at IS NOT NULL "
        "BEGIN SELECT RAISE(ABORT, 'a round that is over stays so'); END"
    )
    yield (
        "CREATE TRIGGER route_step_void BEFORE UPDATE ON route_step "
        "WHEN OLD.void_at IS NOT NULL "
        "BEGIN SELECT RAISE(ABORT, 'a void step stays so'); END"
    )


def _postgresql() -> Iterator[str]:
    for table, refusals in _refusals().items():
        asked = "\n".join(
            f"IF EXISTS ({found}) THEN RAISE EXCEPTION '{words}' "
            "USING ERRCODE = 'check_violation'; END IF;"
            for words, found in refusals.items()
        )
        yield f"""
            CREATE FUNCTION refuse_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                {asked}
                RETURN NEW;
            END $$
        """
        yield (
            f"CREATE TRIGGER {table}_refused BEFORE INSERT ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION refuse_{table}()"
        )
    for table, kept in _UNCHANGING.items():
        of = f" OF {kept}" if kept else ""
        for name, when in (("update", f"UPDATE{of}"), ("delete", "DELETE")):
            yield _never(table, name, f"{when} ON {table}", f"{table} is append-only")
        yield _never(
            table,
            "truncate",
            f"TRUNCATE ON {table}",
            f"{table} is never emptied",
            each="STATEMENT",
        )
    over = "WHEN (OLD.ended_at IS NOT NULL)"
    yield _never(
        "approval_round",
        "over",
        "UPDATE ON approval_round",
        "a round that is over stays so",
        when=over,
    )
    yield _never(
        "route_step",
        "void",
        "UPDATE ON route_step",
        "a void step stays so",
        when="WHEN (OLD.void_at IS NOT NULL)",
    )


def _never(
    table: str, name: str, what: str, words: str, *, each: str = "ROW", when: str = ""
) -> str:
    return (
        f"CREATE TRIGGER {table}_{name} BEFORE {what} "
        f"FOR EACH {each} {when} EXECUTE FUNCTION refuse_change('{words}')"
    )
