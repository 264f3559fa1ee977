"""Look filings up by what stands on them.

An index card lies beside each value in force; the database itself takes it away with
the value, and when its field points to another version. Sensitive values had an index
of their own before; `kamizero index rebuild` writes the cards of what is there already.
"""

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from alembic import op

from kamizero.errors import SetupError
from storage import columns

revision: str = "0026"
down_revision: str | None = "0025"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_HEADINGS = "'name', 'office', 'number', 'birth', 'day', 'amount'"
_SAYS = (
    "(token IS NOT NULL AND day IS NULL AND amount IS NULL AND "
    "heading IN ('name', 'office', 'number')) OR "
    "(day IS NOT NULL AND token IS NULL AND amount IS NULL AND "
    "heading IN ('birth', 'day')) OR "
    "(amount IS NOT NULL AND token IS NULL AND day IS NULL AND heading = 'amount')"
)
_REASONS = (
    "'task', 'approval', 'return', 'sorting', 'program', 'inquiry', 'correction', "
    "'disclosure', 'audit', 'fault', 'other'"
)
_OUT_OF_FORCE = """
    DELETE FROM card WHERE version_id IN (OLD.as_written_id, OLD.as_decided_id)
    AND version_id {not} NEW.as_written_id AND version_id {not} NEW.as_decided_id;
"""


def upgrade() -> None:
    op.drop_index(op.f("ix_field_value_blind_index"), "field_value")
    op.execute("ALTER TABLE field_value DROP COLUMN blind_index")
    op.execute(
        "ALTER TABLE field ADD COLUMN heading VARCHAR(8) "
        f"CONSTRAINT ck_field_heading_is_known CHECK (heading IN ({_HEADINGS}))"
    )
    op.create_index("ix_filing_received_on_id", "filing", ["received_on", "id"])
    op.create_index("ix_filing_form_id", "filing", ["form", "id"])
    _create_cards()
    op.create_table(
        "search",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("visit", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.Column("key_id", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            f"reason IN ({_REASONS})", name=op.f("ck_search_reason_is_known")
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_search")),
    )
    op.create_index(op.f("ix_search_at"), "search", ["at"])
    dialect = op.get_bind().dialect.name
    for statement in _postgresql() if dialect == "postgresql" else _sqlite():
        op.execute(statement)


def downgrade() -> None:
    raise SetupError(
        "An older version finds no sensitive value any more: restore the backup made "
        "before the upgrade."
    )


def _create_cards() -> None:
    op.create_table(
        "card",
        sa.Column("version_id", columns.Id, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("filing_id", columns.Id, nullable=False),
        sa.Column("entry_n", sa.Integer(), nullable=False),
        sa.Column("heading", sa.String(length=8), nullable=False),
        sa.Column("token", sa.LargeBinary(length=16), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("amount", columns.Id, nullable=True),
        sa.CheckConstraint(
            f"heading IN ({_HEADINGS})", name=op.f("ck_card_heading_is_known")
        ),
        sa.CheckConstraint(_SAYS, name=op.f("ck_card_says_what_its_heading_is")),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["field_value.version_id"],
            name=op.f("fk_card_version_id_field_value"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["filing_id"], ["filing.id"], name=op.f("fk_card_filing_id_filing")
        ),
        sa.PrimaryKeyConstraint("version_id", "n", name=op.f("pk_card")),
    )
    for column in ("token", "day", "amount"):
        there = sa.text(f"{column} IS NOT NULL")
        op.create_index(
            f"ix_card_{column}",
            "card",
            ["heading", column, "filing_id", "entry_n"],
            sqlite_where=there,
            postgresql_where=there,
        )
    op.create_index("ix_card_filing_id", "card", ["filing_id", "entry_n", "heading"])


def _sqlite() -> Iterator[str]:
    yield (
        "CREATE TRIGGER field_cards AFTER UPDATE OF as_written_id, as_decided_id "
        f"ON field BEGIN {_OUT_OF_FORCE.format(**{'not': 'IS NOT'})} END"
    )


def _postgresql() -> Iterator[str]:
    yield (
        "CREATE FUNCTION drop_cards_out_of_force() RETURNS trigger LANGUAGE plpgsql "
        f"AS $$ BEGIN {_OUT_OF_FORCE.format(**{'not': 'IS DISTINCT FROM'})} "
        "RETURN NULL; END $$"
    )
    yield (
        "CREATE TRIGGER field_cards AFTER UPDATE OF as_written_id, as_decided_id "
        "ON field FOR EACH ROW EXECUTE FUNCTION drop_cards_out_of_force()"
    )
