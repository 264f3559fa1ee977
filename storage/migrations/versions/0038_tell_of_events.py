"""Tell receivers of events, until each is acknowledged.

Refused here, whoever asks: to tell one event to one receiver as two messages, or to
forget what was told.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from kamizero.errors import SetupError
from storage import columns

revision: str = "0038"
down_revision: str | None = "0037"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_WAITING = "state = 'waiting'"


def upgrade() -> None:
    op.create_table(
        "subscription",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("types", sa.JSON(), nullable=False),
        sa.Column("of_site", sa.String(length=16), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("why", sa.String(length=64), nullable=True),
        sa.Column("position", columns.Id, nullable=False),
        sa.Column("since", columns.Id, nullable=False),
        sa.Column("key_id", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", columns.Instant(), nullable=False),
        sa.Column("made_by", sa.String(length=100), nullable=False),
        sa.CheckConstraint(
            "state IN ('active', 'disabled', 'ended')",
            name=op.f("ck_subscription_state_is_known"),
        ),
        sa.CheckConstraint(
            "position >= 0", name=op.f("ck_subscription_position_counts_up")
        ),
        sa.ForeignKeyConstraint(
            ["of_site"], ["site.code"], name=op.f("fk_subscription_of_site_site")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
        sa.UniqueConstraint("name", name=op.f("uq_subscription_name")),
    )
    op.create_table(
        "event_message",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("subscription_id", columns.Id, nullable=False),
        sa.Column("seq", columns.Id, nullable=False),
        sa.Column("event_id", columns.Id, nullable=False),
        sa.Column("subject", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", columns.Instant(), nullable=False),
        sa.Column("acknowledged_at", columns.Instant(), nullable=True),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'acknowledged', 'given_up')",
            name=op.f("ck_event_message_state_is_known"),
        ),
        sa.CheckConstraint(
            "(state = 'acknowledged') = (acknowledged_at IS NOT NULL)",
            name=op.f("ck_event_message_acknowledgement_has_its_time"),
        ),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["subscription.id"],
            name=op.f("fk_event_message_subscription_id_subscription"),
        ),
        sa.ForeignKeyConstraint(
            ["seq"], ["audit_seal.seq"], name=op.f("fk_event_message_seq_audit_seal")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["audit_event.id"],
            name=op.f("fk_event_message_event_id_audit_event"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_message")),
        sa.UniqueConstraint(
            "subscription_id",
            "seq",
            name=op.f("uq_event_message_subscription_id_seq"),
        ),
    )
    op.create_index(
        "ix_event_message_waiting",
        "event_message",
        ["subscription_id", "seq"],
        sqlite_where=sa.text(_WAITING),
        postgresql_where=sa.text(_WAITING),
    )
    op.create_index(
        "ix_event_message_subject",
        "event_message",
        ["subscription_id", "subject", "seq"],
        sqlite_where=sa.text(_WAITING),
        postgresql_where=sa.text(_WAITING),
    )
    for table in ("subscription", "event_message"):
        op.execute(_kept(table, op.get_bind().dialect.name))


def downgrade() -> None:
    raise SetupError(
        "What was told to whom is not forgotten: restore the backup made before the "
        "upgrade."
    )


def _kept(table: str, dialect: str) -> str:
    words = f"{table} rows stay"
    if dialect == "sqlite":
        return (
            f"CREATE TRIGGER {table}_delete BEFORE DELETE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
        )
    return (
        f"CREATE TRIGGER {table}_delete BEFORE DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION refuse_change('{words}')"
    )
