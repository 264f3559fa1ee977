"""Write down by which rules a filing was checked last, for its manifest."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0030"
down_revision: str | None = "0029"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("filing", sa.Column("rules", sa.String(length=32), nullable=True))


def downgrade() -> None:
    op.drop_column("filing", "rules")
