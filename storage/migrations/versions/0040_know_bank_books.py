"""Let people say of an attachment that it is a copy of a bank book."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from kamizero.errors import SetupError

revision: str = "0040"
down_revision: str | None = "0039"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    teach = _teach_sqlite if sqlite else _teach_postgresql
    teach("page", "ck_page_attachment_is_known", "'wage_ledger'", "'bank_book'")


def downgrade() -> None:
    raise SetupError(
        "An older version does not know bank books: restore the backup made before "
        "the upgrade."
    )


def _teach_sqlite(table: str, constraint: str, last: str, new: str) -> None:
    """Change the words of a constraint where they stand.

    SQLite cannot alter one. It allows this where no row is stored otherwise; making
    the table anew would lose its triggers and what refers to it.
    """
    bind = op.get_bind()
    where = "FROM sqlite_schema WHERE type = 'table' AND name = :table"
    before = bind.execute(sa.text(f"SELECT sql {where}"), {"table": table}).scalar_one()
    head, name, tail = before.partition(constraint)
    after = head + name + tail.replace(last, f"{last}, {new}", 1)
    _demand_changed(before, after, constraint)
    bind.execute(sa.text("PRAGMA writable_schema = ON"))
    bind.execute(
        sa.text(
            "UPDATE sqlite_schema SET sql = :sql WHERE type = 'table' AND name = :table"
        ),
        {"sql": after, "table": table},
    )
    bind.execute(sa.text("PRAGMA writable_schema = RESET"))


def _teach_postgresql(table: str, constraint: str, last: str, new: str) -> None:
    bind = op.get_bind()
    condition = bind.execute(
        sa.text(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name"
        ),
        {"name": constraint},
    ).scalar_one()
    typed = f"{last}::character varying"
    changed = condition.replace(typed, f"{typed}, {new}::character varying", 1)
    _demand_changed(condition, changed, constraint)
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {constraint} {changed}")


def _demand_changed(before: str, after: str, constraint: str) -> None:
    """Written otherwise than expected, it would stay as it is and say nothing."""
    if after == before:
        raise SetupError(
            f"The constraint {constraint} is not as this version left it: nothing was "
            "changed. Restore the backup made before the upgrade."
        )
