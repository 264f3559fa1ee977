"""INSERT that knows what to do when the row is already there, on both databases."""

from functools import cache
from typing import Any

from sqlalchemy import Executable
from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from storage.columns import Table


def insert(session: Session, table: type[Table]) -> PostgresqlInsert | SqliteInsert:
    """The dialect's own INSERT, which has `on_conflict_…`."""
    return _of(session.get_bind().dialect.name, table)


def insert_once(session: Session, table: type[Table], **values: Any) -> bool:
    """Insert unless a row with the same key is there; tell whether it was new."""
    row = _once(session.get_bind().dialect.name, table)
    return session.execute(row, values).first() is not None


def _of(dialect: str, table: Any) -> PostgresqlInsert | SqliteInsert:
    return (postgresql_insert if dialect == "postgresql" else sqlite_insert)(table)


# To build the statement takes longer than to run it.
@cache
def _once(dialect: str, table: type[Table]) -> Executable:
    rows = table.__table__
    return _of(dialect, rows).on_conflict_do_nothing().returning(*rows.primary_key)
