"""List what waits to be taken without walking over all that was taken before."""

from collections.abc import Sequence

from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_index("ix_delivery_state", "delivery", ["subscriber", "state", "id"])


def downgrade() -> None:
    op.drop_index("ix_delivery_state", table_name="delivery")
