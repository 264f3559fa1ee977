"""Put what was approved before its receiver was made out in parts, each part once."""

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from alembic import op

from storage import columns

revision: str = "0052"
down_revision: str | None = "0050"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TABLES = ("export_destination", "robot_queue")
_WORDS = "a backlog is put out once"
_REFUSED = (
    "OLD.backlog_after IS NULL AND NEW.backlog_after IS NOT NULL "
    "OR NEW.backlog_after < OLD.backlog_after"
)


def upgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for table in _TABLES:
        op.add_column(table, sa.Column("backlog_after", columns.Id, nullable=True))
        for statement in _postgresql(table) if is_postgresql else _sqlite(table):
            op.execute(statement)


def downgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for table in _TABLES:
        if is_postgresql:
            op.execute(f"DROP TRIGGER {table}_backlog ON {table}")
            op.execute(f"DROP FUNCTION {table}_backlog()")
        else:
            op.execute(f"DROP TRIGGER {table}_backlog")
        op.drop_column(table, "backlog_after")


def _sqlite(table: str) -> Iterator[str]:
    yield (
        f"CREATE TRIGGER {table}_backlog BEFORE UPDATE OF backlog_after ON {table} "
        f"WHEN {_REFUSED} BEGIN SELECT RAISE(ABORT, '{_WORDS}'); END"
    )


def _postgresql(table: str) -> Iterator[str]:
    yield (
        f"CREATE FUNCTION {table}_backlog() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN IF {_REFUSED} THEN RAISE EXCEPTION '{_WORDS}' "
        "USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$"
    )
    yield (
        f"CREATE TRIGGER {table}_backlog BEFORE UPDATE OF backlog_after ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_backlog()"
    )
