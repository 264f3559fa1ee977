"""Keep how many pages each file brought, and what the ledger said day by day.

Files of before have no count: nobody knows any more what they brought.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from kamizero.errors import SetupError
from storage import columns

revision: str = "0025"
down_revision: str | None = "0024"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_NEVER_CHANGES = "what a file brought, and what the ledger said, never changes"


def upgrade() -> None:
    op.execute("ALTER TABLE arrival ADD COLUMN page_count INTEGER")
    op.create_table(
        "ledger_run",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.Column("balances", sa.Boolean(), nullable=False),
        sa.Column("differences", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_ledger_run")),
    )
    for name, when in (
        ("arrival_page_count", "UPDATE OF page_count ON arrival"),
        ("ledger_run_update", "UPDATE ON ledger_run"),
        ("ledger_run_delete", "DELETE ON ledger_run"),
    ):
        op.execute(_refused(name, when, op.get_bind().dialect.name))


def _refused(name: str, when: str, dialect: str) -> str:
    if dialect == "sqlite":
        return (
            f"CREATE TRIGGER {name} BEFORE {when} "
            f"BEGIN SELECT RAISE(ABORT, '{_NEVER_CHANGES}'); END"
        )
    return (
        f"CREATE TRIGGER {name} BEFORE {when} "
        f"FOR EACH ROW EXECUTE FUNCTION refuse_change('{_NEVER_CHANGES}')"
    )


def downgrade() -> None:
    raise SetupError(
        "What came in is not forgotten: restore the backup made before the upgrade."
    )
