"""What a transaction has locked: nobody else can change it until it ends."""

from typing import Any

from sqlalchemy.orm import Session

_HELD = "kamizero_held"

Rows = dict[tuple[type[Any], int], Any]
"""The rows by their table and number."""


def held_rows(session: Session) -> Rows:
    """The rows this transaction has locked; whoever locks one adds it.

    A savepoint knows its own alone, as it gives them up when it is rolled back.
    """
    transaction = session.get_nested_transaction() or session.get_transaction()
    before: tuple[object, Rows] = session.info.get(_HELD, (None, {}))
    if before[0] is transaction:
        return before[1]
    rows: Rows = {}
    session.info[_HELD] = (transaction, rows)
    return rows
