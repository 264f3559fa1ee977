"""Keep when entries are due, what stopped their clocks, and whom a question is for."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from kamizero.errors import SetupError
from storage import columns

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_IS_OPEN = sa.text("state = 'open'")
_ORDERS = {
    "ix_work_next": ["kind", "priority", "deadline", "id"],
    "ix_work_next_at_site": ["kind", "site", "priority", "deadline", "id"],
    "ix_work_next_of_form": ["kind", "form", "priority", "deadline", "id"],
    "ix_work_deadline": ["kind", "deadline", "id"],
    "ix_work_doubt": ["kind", "doubt", "id"],
    "ix_work_age": ["kind", "id"],
    "ix_work_leased": ["kind", "lease_until"],
    "ix_work_reserved": ["kind", "reserved_for", "priority"],
}


def upgrade() -> None:
    _create_clocks()
    _create_questions()
    _order_work()


def downgrade() -> None:
    raise SetupError(
        "Due dates and questions are not thrown away: restore the backup made before "
        "the upgrade."
    )


def _order_work() -> None:
    op.add_column(
        "work",
        sa.Column("deadline", sa.Date(), server_default="9999-12-31", nullable=False),
    )
    op.add_column("work", sa.Column("form", sa.String(length=16), nullable=True))
    op.add_column(
        "work",
        sa.Column("doubt", sa.Integer(), server_default=sa.text("0"), nullable=False),
    )
    op.add_column(
        "work", sa.Column("reserved_for", sa.String(length=100), nullable=True)
    )
    op.add_column("work", sa.Column("leased_at", columns.Instant(), nullable=True))
    for name in ("ix_work_next", "ix_work_next_at_site"):
        op.drop_index(name, table_name="work")
    for name, ordered in _ORDERS.items():
        op.create_index(
            name, "work", ordered, sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN
        )
    op.create_index("ix_finding_rule", "finding", ["rule", "filing_id"])


def _create_clocks() -> None:
    op.create_table(
        "office_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("site", sa.String(length=16), nullable=False),
        sa.Column("opened", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("set_by", sa.String(length=100), nullable=False),
        sa.Column("set_at", columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("day", "site", name=op.f("pk_office_day")),
    )
    op.create_table(
        "clock",
        sa.Column("entry_id", columns.Id, autoincrement=False, nullable=False),
        sa.Column("site", sa.String(length=16), nullable=False),
        sa.Column("form", sa.String(length=16), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("standard", sa.String(length=100), nullable=False),
        sa.Column("business_days", sa.Integer(), nullable=True),
        sa.Column("months", sa.Integer(), nullable=True),
        sa.Column("ends", sa.String(length=16), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_by", sa.String(length=16), nullable=True),
        sa.Column("net_days", sa.Integer(), nullable=True),
        sa.Column("gross_days", sa.Integer(), nullable=True),
        sa.Column("on_time", sa.Boolean(), nullable=True),
        sa.CheckConstraint(
            "channel IN ('paper', 'media', 'electronic')",
            name=op.f("ck_clock_channel_is_known"),
        ),
        sa.CheckConstraint(
            "ended_by IN ('approval', 'delivery', 'withdrawal', 'dissolution')",
            name=op.f("ck_clock_ended_by_is_known"),
        ),
        sa.CheckConstraint(
            "ends IN ('approval', 'delivery')", name=op.f("ck_clock_ends_is_known")
        ),
        sa.CheckConstraint(
            "(business_days IS NULL) <> (months IS NULL)",
            name=op.f("ck_clock_term_has_one_unit"),
        ),
        sa.CheckConstraint(
            "(ended_on IS NULL) = (ended_by IS NULL) "
            "AND (ended_on IS NULL) = (net_days IS NULL) "
            "AND (ended_on IS NULL) = (gross_days IS NULL)",
            name=op.f("ck_clock_end_is_told_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("fk_clock_entry_id_entry")
        ),
        sa.ForeignKeyConstraint(
            ["site"], ["site.code"], name=op.f("fk_clock_site_site")
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_clock")),
    )
    op.create_index("ix_clock_ended_on", "clock", ["ended_on", "site"])
    op.create_index("ix_clock_received_on", "clock", ["received_on", "site"])
    op.create_index(
        "ix_clock_running",
        "clock",
        ["site", "due_on"],
        sqlite_where=sa.text("ended_on IS NULL"),
        postgresql_where=sa.text("ended_on IS NULL"),
    )
    op.create_table(
        "clock_stop",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("entry_id", columns.Id, nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "reason IN ('return', 'inquiry', 'attachment')",
            name=op.f("ck_clock_stop_reason_is_known"),
        ),
        sa.CheckConstraint(
            "until_on >= since_on", name=op.f("ck_clock_stop_stop_goes_forward")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["clock.entry_id"], name=op.f("fk_clock_stop_entry_id_clock")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_stop")),
    )
    op.create_index("ix_clock_stop_entry_id", "clock_stop", ["entry_id"])
    op.create_index(
        "uq_clock_stop_open",
        "clock_stop",
        ["entry_id"],
        unique=True,
        sqlite_where=sa.text("until_on IS NULL"),
        postgresql_where=sa.text("until_on IS NULL"),
    )


def _create_questions() -> None:
    op.create_table(
        "question",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("entry_id", columns.Id, nullable=False),
        sa.Column("wait", sa.String(length=16), nullable=False),
        sa.Column("asked_of", sa.String(length=100), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(length=100), nullable=False),
        sa.Column("asked_at", columns.Instant(), nullable=False),
        sa.Column("until", columns.Instant(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.String(length=100), nullable=True),
        sa.Column("answered_at", columns.Instant(), nullable=True),
        sa.CheckConstraint(
            "wait IN ('answer', 'attachment', 'return', 'colleague', 'other')",
            name=op.f("ck_question_wait_is_known"),
        ),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answered_by IS NULL)",
            name=op.f("ck_question_answer_has_author"),
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("fk_question_entry_id_entry")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
    )
    op.create_index("ix_question_entry_id", "question", ["entry_id"])
    op.create_index(
        "ix_question_open",
        "question",
        ["asked_of", "until"],
        sqlite_where=sa.text("answered_at IS NULL"),
        postgresql_where=sa.text("answered_at IS NULL"),
    )
