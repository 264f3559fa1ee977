"""Let the My Numbers of a file have a time of their own."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from kamizero.errors import SetupError

revision: str = "0035"
down_revision: str | None = "0034"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_WORDS = "a file stays what it is"
_WHEN = (
    "CREATE TRIGGER record_file_number_term BEFORE UPDATE OF my_number_ends_on "
    "ON record_file"
)


def upgrade() -> None:
    op.add_column("record_file", sa.Column("my_number_ends_on", sa.Date()))
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"{_WHEN} FOR EACH ROW EXECUTE FUNCTION refuse_change('{_WORDS}')")
    else:
        op.execute(f"{_WHEN} BEGIN SELECT RAISE(ABORT, '{_WORDS}'); END")


def downgrade() -> None:
    raise SetupError(
        "An older version would keep numbers for too long: restore the backup made "
        "before the upgrade."
    )
