"""Keep where numbers may stand on a page beside the fields of its form."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from kamizero.errors import SetupError

revision: str = "0032"
down_revision: str | None = "0031"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column(
        "page", sa.Column("numbers", sa.JSON(none_as_null=True), nullable=True)
    )


def downgrade() -> None:
    raise SetupError(
        "An older version would show the numbers: restore the backup made before the "
        "upgrade."
    )
