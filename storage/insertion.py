"""INSERT that knows what to do when the row is already there, on both databases."""

from typing import Any

from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from storage.columns import Table


def insert(session: Session, table: type[Table]) -> PostgresqlInsert | SqliteInsert:
    """The dialect's own INSERT, which has `on_conflict_…`."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql_insert(table)
    return sqlite_insert(table)


def insert_once(session: Session, table: type[Table], **values: Any) -> bool:
    """Insert unless a row with the same key is there; tell whether it was new."""
    row = insert(session, table).values(**values).on_conflict_do_nothing()
    keys = [column for column in table.__table__.primary_key]
    return session.execute(row.returning(*keys)).first() is not None
