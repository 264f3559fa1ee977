"""Let PostgreSQL know which days and amounts stand under which heading.

It takes columns for independent, and expected a twelfth of the days of a form that
there are: with a million filings it then read all of a month to show fifty.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0057"
down_revision: str | None = "0056"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# How often the most common pairs come, and for tokens, that one has one heading.
_KINDS = {"day": "mcv", "amount": "mcv", "token": "dependencies"}
_PAIRS = 1000


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for column, kind in _KINDS.items():
        name = f"card_{column}_of_heading"
        op.execute(f"CREATE STATISTICS {name} ({kind}) ON heading, {column} FROM card")
        op.execute(f"ALTER STATISTICS {name} SET STATISTICS {_PAIRS}")
    op.execute("ANALYZE card")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for column in _KINDS:
            op.execute(f"DROP STATISTICS card_{column}_of_heading")
