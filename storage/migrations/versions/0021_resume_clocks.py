"""Know whether a term goes on, or begins anew, when a returned paper comes again."""

from collections.abc import Sequence

from alembic import op

from kamizero.errors import SetupError

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("ALTER TABLE clock ADD COLUMN resumes BOOLEAN DEFAULT TRUE NOT NULL")


def downgrade() -> None:
    raise SetupError(
        "Which terms go on is not forgotten: restore the backup made before the "
        "upgrade."
    )
