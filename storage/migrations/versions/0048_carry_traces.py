"""Let a row of work say in which trace it was asked for."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0048"
down_revision: str | None = "0047"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("work", sa.Column("trace", sa.String(55), nullable=True))
    is_traced = sa.text("trace IS NOT NULL")
    op.create_index(
        "ix_work_traced",
        "work",
        ["subject", "id"],
        sqlite_where=is_traced,
        postgresql_where=is_traced,
    )


def downgrade() -> None:
    op.drop_index("ix_work_traced", table_name="work")
    op.drop_column("work", "trace")
