"""Name the key that each card and record is found by, so that it can be exchanged.

What is there already was found by the first key, whose name no migration knows.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from kamizero.errors import SetupError

revision: str = "0034"
down_revision: str | None = "0033"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute(
        "ALTER TABLE card ADD COLUMN index_key VARCHAR(32) "
        "CONSTRAINT ck_card_a_key_is_of_a_token "
        "CHECK (index_key IS NULL OR token IS NOT NULL)"
    )
    for table in ("record_insured", "record_payee"):
        op.add_column(table, sa.Column("index_key", sa.String(32), nullable=True))


def downgrade() -> None:
    raise SetupError(
        "An older version finds nothing by a key that was exchanged: restore the "
        "backup made before the upgrade."
    )
