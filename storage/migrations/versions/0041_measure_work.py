"""Keep how long an attempt took: what a busy day needs is reckoned from it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from kamizero.errors import SetupError

revision: str = "0041"
down_revision: str | None = "0040"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("work", sa.Column("seconds", sa.Double(), nullable=True))


def downgrade() -> None:
    raise SetupError(
        "An older version does not know how long work took: restore the backup made "
        "before the upgrade."
    )
