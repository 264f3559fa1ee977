"""Let people say why registered paper is not scanned, so that it is not looked for."""

from collections.abc import Sequence

from alembic import op

from kamizero.errors import SetupError

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# Written out, because SQLite adds a column's own constraint and no table's.
_COLUMNS = (
    "closed_why TEXT",
    "closed_by VARCHAR(100) CONSTRAINT ck_received_paper_closed_says_why "
    "CHECK ((closed_why IS NULL) = (closed_by IS NULL) "
    "AND (closed_why IS NULL OR bundle_id IS NULL))",
)


def upgrade() -> None:
    for column in _COLUMNS:
        op.execute(f"ALTER TABLE received_paper ADD COLUMN {column}")


def downgrade() -> None:
    raise SetupError(
        "Reasons that people gave are not forgotten: restore the backup made before "
        "the upgrade."
    )
