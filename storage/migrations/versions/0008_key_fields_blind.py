"""Let people key fields blind, and count how often accepted readings are right.

The database itself refuses an entry that would pass while a field of it is not
settled under its mode, and a keying that is not its author's own.
"""

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from alembic import op

from kamizero.errors import SetupError
from storage import columns

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_MODES = "('ocr', 'check', 'key', 'compare', 'shadow')"

# Written out, because SQLite adds a column's own constraint and no table's.
_COLUMNS = (
    "mode VARCHAR(16) DEFAULT 'ocr' NOT NULL CONSTRAINT ck_field_mode_is_known "
    f"CHECK (mode IN {_MODES})",
    "sampled BOOLEAN DEFAULT FALSE NOT NULL",
)
_APPEND_ONLY = (
    "keying_mode",
    "sampling_rate",
    "keying",
    "reading_proof",
    "group_check",
)
_UNSETTLED = """
    SELECT 1 FROM field
    LEFT JOIN field_version ON field_version.id = field.as_written_id
    WHERE field.filing_id = NEW.filing_id AND field.entry_n IN (0, NEW.n)
    AND field.mode <> 'ocr'
    AND (
        field_version.id IS NULL
        OR NOT field_version.accepted
        OR field_version.author_kind <> 'person'
        OR (SELECT count(*) FROM keying WHERE keying.field_id = field.id)
        < CASE field.mode WHEN 'compare' THEN 2 WHEN 'check' THEN 0 ELSE 1 END
    )
"""
_UNSETTLED_WORDS = "no entry passes before its fields are settled under their mode"
_OWN = """
    SELECT 1 FROM field_version WHERE field_version.id = NEW.version_id
    AND field_version.field_id = NEW.field_id
    AND field_version.author_kind = 'person' AND field_version.author = NEW.person
"""
_TURN = "(SELECT 1 + count(*) FROM keying WHERE keying.field_id = NEW.field_id)"
_OWN_WORDS = "a keying is what its own author wrote, in turn"


def upgrade() -> None:
    for column in _COLUMNS:
        op.execute(f"ALTER TABLE field ADD COLUMN {column}")
    _create_modes()
    _create_keying()
    _create_proofs()
    dialect = op.get_bind().dialect.name
    for statement in _postgresql() if dialect == "postgresql" else _sqlite():
        op.execute(statement)


def downgrade() -> None:
    raise SetupError(
        "What people keyed is not thrown away: restore the backup made before the "
        "upgrade."
    )


def _create_modes() -> None:
    op.create_table(
        "keying_mode",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("form", sa.String(length=16), nullable=False),
        sa.Column("revision", sa.String(length=16), nullable=False),
        sa.Column("field", sa.String(length=100), nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("why", sa.String(length=16), nullable=False),
        sa.Column("set_by", sa.String(length=100), nullable=False),
        sa.Column("set_at", columns.Instant(), nullable=False),
        sa.Column("proven_n", sa.Integer(), nullable=True),
        sa.Column("proven_errors", sa.Integer(), nullable=True),
        sa.Column("bound", sa.Double(), nullable=True),
        sa.CheckConstraint(
            f"mode IN {_MODES}", name=op.f("ck_keying_mode_mode_is_known")
        ),
        sa.CheckConstraint(
            "why IN ('person', 'proof', 'bound', 'reader')",
            name=op.f("ck_keying_mode_why_is_known"),
        ),
        sa.CheckConstraint(
            "why <> 'proof' OR (bound IS NOT NULL AND bound <= 0.001)",
            name=op.f("ck_keying_mode_proof_holds"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_keying_mode")),
    )
    op.create_index("ix_keying_mode_form", "keying_mode", ["form", "id"])
    op.create_table(
        "sampling_rate",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("form", sa.String(length=16), nullable=False),
        sa.Column("per_million", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("set_by", sa.String(length=100), nullable=False),
        sa.Column("set_at", columns.Instant(), nullable=False),
        sa.CheckConstraint(
            "per_million BETWEEN 0 AND 1000000",
            name=op.f("ck_sampling_rate_rate_is_a_share"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sampling_rate")),
    )
    op.create_index("ix_sampling_rate_form", "sampling_rate", ["form", "id"])


def _create_keying() -> None:
    op.create_table(
        "keying",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("field_id", columns.Id, nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=100), nullable=False),
        sa.Column("version_id", columns.Id, nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.CheckConstraint(
            "turn BETWEEN 1 AND 3", name=op.f("ck_keying_three_turns_at_most")
        ),
        sa.ForeignKeyConstraint(
            ["field_id"], ["field.id"], name=op.f("fk_keying_field_id_field")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["field_version.id"],
            name=op.f("fk_keying_version_id_field_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_keying")),
        sa.UniqueConstraint(
            "field_id", "person", name=op.f("uq_keying_field_id_person")
        ),
        sa.UniqueConstraint("field_id", "turn", name=op.f("uq_keying_field_id_turn")),
        sa.UniqueConstraint("version_id", name=op.f("uq_keying_version_id")),
    )
    op.create_table(
        "group_check",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("version_id", columns.Id, nullable=False),
        sa.Column("cell", sa.Integer(), nullable=False),
        sa.Column("correct", sa.Boolean(), nullable=False),
        sa.Column("person", sa.String(length=100), nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["field_version.id"],
            name=op.f("fk_group_check_version_id_field_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_check")),
        sa.UniqueConstraint(
            "version_id", "cell", name=op.f("uq_group_check_version_id_cell")
        ),
    )


def _create_proofs() -> None:
    op.create_table(
        "reading_proof",
        sa.Column("field_id", columns.Id, nullable=False),
        sa.Column("form", sa.String(length=16), nullable=False),
        sa.Column("revision", sa.String(length=16), nullable=False),
        sa.Column("field", sa.String(length=100), nullable=False),
        sa.Column("reader", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("correct", sa.Boolean(), nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.CheckConstraint(
            "source IN ('shadow', 'sample')",
            name=op.f("ck_reading_proof_source_is_known"),
        ),
        sa.ForeignKeyConstraint(
            ["field_id"], ["field.id"], name=op.f("fk_reading_proof_field_id_field")
        ),
        sa.PrimaryKeyConstraint("field_id", name=op.f("pk_reading_proof")),
    )
    op.create_index(
        "ix_reading_proof_kind",
        "reading_proof",
        ["form", "revision", "field", "reader"],
    )
    op.create_table(
        "known_reader",
        sa.Column("form", sa.String(length=16), nullable=False),
        sa.Column("revision", sa.String(length=16), nullable=False),
        sa.Column("field", sa.String(length=100), nullable=False),
        sa.Column("reader", sa.String(length=200), nullable=False),
        sa.Column("first_at", columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint(
            "form", "revision", "field", "reader", name=op.f("pk_known_reader")
        ),
    )


def _sqlite() -> Iterator[str]:
    for table in _APPEND_ONLY:
        for act in ("UPDATE", "DELETE"):
            yield (
                f"CREATE TRIGGER {table}_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
    for name, when in (("insert", "INSERT"), ("update", "UPDATE OF state")):
        yield (
            f"CREATE TRIGGER entry_keyed_{name} BEFORE {when} ON entry "
            f"WHEN NEW.state IN ('ready', 'approved') AND EXISTS ({_UNSETTLED}) "
            f"BEGIN SELECT RAISE(ABORT, '{_UNSETTLED_WORDS}'); END"
        )
    yield (
        "CREATE TRIGGER keying_is_own BEFORE INSERT ON keying "
        f"WHEN NOT EXISTS ({_OWN}) OR NEW.turn <> {_TURN} "
        f"BEGIN SELECT RAISE(ABORT, '{_OWN_WORDS}'); END"
    )


def _postgresql() -> Iterator[str]:
    for table in _APPEND_ONLY:
        for act, each in (
            ("UPDATE", "ROW"),
            ("DELETE", "ROW"),
            ("TRUNCATE", "STATEMENT"),
        ):
            yield (
                f"CREATE TRIGGER {table}_{act.lower()} BEFORE {act} ON {table} "
                f"FOR EACH {each} EXECUTE FUNCTION "
                f"refuse_change('{table} is append-only')"
            )
    yield _function(
        "refuse_unkeyed",
        f"NEW.state IN ('ready', 'approved') AND EXISTS ({_UNSETTLED})",
        _UNSETTLED_WORDS,
    )
    yield (
        "CREATE TRIGGER entry_keyed BEFORE INSERT OR UPDATE OF state ON entry "
        "FOR EACH ROW EXECUTE FUNCTION refuse_unkeyed()"
    )
    yield _function(
        "refuse_foreign_keying",
        f"NOT EXISTS ({_OWN}) OR NEW.turn <> {_TURN}",
        _OWN_WORDS,
    )
    yield (
        "CREATE TRIGGER keying_is_own BEFORE INSERT ON keying "
        "FOR EACH ROW EXECUTE FUNCTION refuse_foreign_keying()"
    )


def _function(name: str, condition: str, words: str) -> str:
    return f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF {condition} THEN
                RAISE EXCEPTION '{words}' USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        END $$
    """
