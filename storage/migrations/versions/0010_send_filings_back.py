"""Let a returned filing go back with a letter that a second person checked.

The database itself refuses the preparer as checker, sending without a check, and any
change of a letter that was sent.
"""

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from alembic import op

from kamizero.errors import SetupError
from storage import columns

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_SENT = (
    "addressee_kind, sealed, reasons, enclosures, content_digest, prepared_by, "
    "checked_by, checked_digest, sent_by, sent_on, way"
)
_WORDS = "a letter that was sent stays as it was"


def upgrade() -> None:
    op.create_table(
        "return_notice",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("filing_id", columns.Id, nullable=False),
        sa.Column("opened_at", columns.Instant(), nullable=False),
        sa.Column("addressee_kind", sa.String(length=16), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("key_id", sa.String(length=64), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("enclosures", sa.JSON(), nullable=False),
        sa.Column("content_digest", sa.String(length=64), nullable=True),
        sa.Column("prepared_by", sa.String(length=100), nullable=True),
        sa.Column("prepared_at", columns.Instant(), nullable=True),
        sa.Column("checked_by", sa.String(length=100), nullable=True),
        sa.Column("checked_at", columns.Instant(), nullable=True),
        sa.Column("checked_digest", sa.String(length=64), nullable=True),
        sa.Column("sent_by", sa.String(length=100), nullable=True),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.Column("way", sa.String(length=16), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("reminded_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "addressee_kind IN ('office', 'insured', 'typed')",
            name=op.f("ck_return_notice_addressee_kind_is_known"),
        ),
        sa.CheckConstraint(
            "way IN ('post', 'window')", name=op.f("ck_return_notice_way_is_known")
        ),
        sa.CheckConstraint(
            "checked_by <> prepared_by",
            name=op.f("ck_return_notice_another_person_checks"),
        ),
        sa.CheckConstraint(
            "(prepared_by IS NULL) = (content_digest IS NULL) "
            "AND (prepared_by IS NULL) = (sealed IS NULL)",
            name=op.f("ck_return_notice_preparing_says_all"),
        ),
        sa.CheckConstraint(
            "(checked_by IS NULL) = (checked_digest IS NULL) "
            "AND (checked_by IS NULL OR checked_digest = content_digest)",
            name=op.f("ck_return_notice_checked_is_what_stands"),
        ),
        sa.CheckConstraint(
            "sent_on IS NULL OR (checked_by IS NOT NULL AND sent_by IS NOT NULL "
            "AND way IS NOT NULL AND due_on IS NOT NULL)",
            name=op.f("ck_return_notice_sent_after_the_check"),
        ),
        sa.ForeignKeyConstraint(
            ["filing_id"], ["filing.id"], name=op.f("fk_return_notice_filing_id_filing")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_notice")),
    )
    op.create_index(op.f("ix_return_notice_filing_id"), "return_notice", ["filing_id"])
    op.create_index(op.f("ix_return_notice_due_on"), "return_notice", ["due_on"])
    dialect = op.get_bind().dialect.name
    id_type = "BIGINT" if dialect == "postgresql" else "INTEGER"
    op.execute(
        f"ALTER TABLE return_slip ADD COLUMN notice_id {id_type} CONSTRAINT "
        "fk_return_slip_notice_id_return_notice REFERENCES return_notice (id)"
    )
    op.create_index(op.f("ix_return_slip_notice_id"), "return_slip", ["notice_id"])
    for statement in _postgresql() if dialect == "postgresql" else _sqlite():
        op.execute(statement)


def downgrade() -> None:
    raise SetupError(
        "What was sent back is not forgotten: restore the backup made before the "
        "upgrade."
    )


def _sqlite() -> Iterator[str]:
    yield (
        f"CREATE TRIGGER return_notice_sent BEFORE UPDATE OF {_SENT} ON return_notice "
        "WHEN OLD.sent_on IS NOT NULL "
        f"BEGIN SELECT RAISE(ABORT, '{_WORDS}'); END"
    )


def _postgresql() -> Iterator[str]:
    yield (
        f"CREATE TRIGGER return_notice_sent BEFORE UPDATE OF {_SENT} ON return_notice "
        "FOR EACH ROW WHEN (OLD.sent_on IS NOT NULL) "
        f"EXECUTE FUNCTION refuse_change('{_WORDS}')"
    )
