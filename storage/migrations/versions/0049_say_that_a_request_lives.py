"""Let whoever works on a request say that they live, so that the dead are known."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from storage.columns import Instant

revision: str = "0049"
down_revision: str | None = "0048"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("idempotent_answer", sa.Column("alive_at", Instant, nullable=True))


def downgrade() -> None:
    op.drop_column("idempotent_answer", "alive_at")
