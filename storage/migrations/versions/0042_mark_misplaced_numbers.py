"""Mark fields in which a My Number stands though none belongs there.

They go when the time of the numbers is over; fields sealed for that before this version
are not known any more and go with their original.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from kamizero.errors import SetupError

revision: str = "0042"
down_revision: str | None = "0041"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column(
        "field",
        sa.Column(
            "misplaced_number",
            sa.Boolean(),
            nullable=False,
            server_default=sa.text("FALSE"),
        ),
    )


def downgrade() -> None:
    raise SetupError(
        "An older version would keep misplaced numbers for good: restore the backup "
        "made before the upgrade."
    )
