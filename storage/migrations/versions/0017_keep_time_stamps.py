"""Keep what an outside authority stamped, append-only."""

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from alembic import op

from kamizero.errors import SetupError
from storage import columns

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_WORDS = "time_stamp is append-only"


def upgrade() -> None:
    op.create_table(
        "time_stamp",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("subject", columns.Id, nullable=False),
        sa.Column("over_sha256", sa.String(64), nullable=False),
        sa.Column("over_key", sa.String(200), nullable=False),
        sa.Column("over_version", sa.String(200), nullable=False),
        sa.Column("authority", sa.String(500), nullable=False),
        sa.Column("is_proof", sa.Boolean(), nullable=False),
        sa.Column("kept_at", columns.Instant(), nullable=False),
        sa.Column("stamped_at", columns.Instant(), nullable=False),
        sa.Column("serial", sa.String(64), nullable=False),
        sa.Column("policy", sa.String(200), nullable=False),
        sa.Column("ends_at", columns.Instant(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("store_key", sa.String(200), nullable=False),
        sa.Column("store_version", sa.String(200), nullable=False),
        sa.CheckConstraint(
            "kind IN ('manifest', 'head', 'stamp')",
            name=op.f("ck_time_stamp_kind_is_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_stamp")),
    )
    op.create_index("ix_time_stamp_subject", "time_stamp", ["kind", "subject"])
    op.create_index(op.f("ix_time_stamp_ends_at"), "time_stamp", ["ends_at"])
    dialect = op.get_bind().dialect.name
    for statement in _postgresql() if dialect == "postgresql" else _sqlite():
        op.execute(statement)


def downgrade() -> None:
    raise SetupError(
        "Time stamps are not thrown away: restore the backup made before the upgrade."
    )


def _sqlite() -> Iterator[str]:
    for act in ("UPDATE", "DELETE"):
        yield (
            f"CREATE TRIGGER time_stamp_{act.lower()} BEFORE {act} ON time_stamp "
            f"BEGIN SELECT RAISE(ABORT, '{_WORDS}'); END"
        )


def _postgresql() -> Iterator[str]:
    for act, each in (
        ("UPDATE", "ROW"),
        ("DELETE", "ROW"),
        ("TRUNCATE", "STATEMENT"),
    ):
        yield (
            f"CREATE TRIGGER time_stamp_{act.lower()} BEFORE {act} ON time_stamp "
            f"FOR EACH {each} EXECUTE FUNCTION refuse_change('{_WORDS}')"
        )
