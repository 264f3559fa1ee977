"""Lets everything be found by the index key of now, after it was exchanged.

Piece by piece, while people look things up by both keys; where it was stopped it goes
on, because each card and record names the key it is found by.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from forms.library import Library
from kamizero.records import RecordKind
from storage.database import Database
from storage.records.rows import Record, insured_of, payee_of
from storage.records.shelves import SHELVES, SealedRecord, opened
from storage.reindexing import rewrite
from storage.tables import Card, Filing, OccasionCard, RecordInsured, RecordPayee
from storage.vault import Vault

_FILINGS = 20
_RECORDS = 500
Renewed = Callable[[int], None]
"""Called with how many fields and records are found by the key of now."""

_SEALED: Mapping[
    RecordKind, tuple[type[SealedRecord], Callable[[Mapping[str, str]], Record]]
] = {
    RecordKind.INSURED: (RecordInsured, insured_of),
    RecordKind.PAYEES: (RecordPayee, payee_of),
}
_Batch = Callable[[Session, Vault, int], tuple[Sequence[int], int]]


def renew(
    database: Database,
    vault: Vault,
    forms: Library,
    *,
    progress: Renewed = lambda _: None,
) -> int:
    """Write anew what another key finds; return how many fields and records."""
    done = 0
    filings = partial(_filings, forms)
    batches: list[_Batch] = [filings, *(partial(_records, kind) for kind in _SEALED)]
    for batch in batches:
        for count in _renewed(database, vault, batch):
            done += count
            progress(done)
    return done


def found_by(database: Database, key_id: str) -> int:
    """How many words and records a key finds, or may find."""
    counted = (
        select(func.count()).where(
            Card.token.is_not(None), _may_be(Card.index_key, key_id)
        ),
        select(func.count()).where(OccasionCard.index_key == key_id),
        *(
            select(func.count()).where(_may_be(table.index_key, key_id))
            for table, _ in _SEALED.values()
        ),
    )
    with database.look() as session:
        return sum(session.scalars(query).one() for query in counted)


def _renewed(database: Database, vault: Vault, batch: _Batch) -> Iterator[int]:
    last = 0
    while True:
        with database.begin() as session:
            numbers, count = batch(session, vault, last)
        if not numbers:
            return
        yield count
        last = numbers[-1]


def _filings(
    forms: Library, session: Session, vault: Vault, last: int
) -> tuple[Sequence[int], int]:
    words = exists().where(
        Card.filing_id == Filing.id,
        Card.token.is_not(None),
        _is_another(Card.index_key, vault),
    )
    occasions = exists().where(
        OccasionCard.filing_id == Filing.id,
        OccasionCard.index_key != vault.index().key_id,
    )
    # Filing by filing in their order: all cards at once would be gone through anew for
    # every batch.
    numbers = session.scalars(
        select(Filing.id)
        .where(Filing.id > last, words | occasions)
        .order_by(Filing.id)
        .limit(_FILINGS)
    ).all()
    return numbers, sum(
        rewrite(session, vault, number, forms.of(session.get_one(Filing, number)))
        for number in numbers
    )


def _records(
    kind: RecordKind, session: Session, vault: Vault, last: int
) -> tuple[Sequence[int], int]:
    shelf, (table, record_of) = SHELVES[kind], _SEALED[kind]
    rows = _older(session, table, vault, last)
    for row in rows:
        said = shelf.row(vault, record_of(opened(row, vault)))
        newer = select(table.id).filter_by(**{name: said[name] for name in shelf.key})
        if session.scalar(newer) in (None, row.id):
            for name, value in said.items():
                setattr(row, name, value)
        else:
            # It was loaded since, under the name that the key of now gives it.
            session.delete(row)
        session.flush()
    return [row.id for row in rows], len(rows)


def _older(
    session: Session, table: type[SealedRecord], vault: Vault, last: int
) -> Sequence[SealedRecord]:
    query: Select[Any] = (
        select(table)
        .where(table.id > last, _is_another(table.index_key, vault))
        .order_by(table.id)
        .limit(_RECORDS)
        .with_for_update()
    )
    return session.scalars(query).all()


def _is_another(
    key: InstrumentedAttribute[str | None], vault: Vault
) -> ColumnElement[bool]:
    return or_(key.is_(None), key != vault.index().key_id)


def _may_be(key: InstrumentedAttribute[str | None], key_id: str) -> ColumnElement[bool]:
    return or_(key.is_(None), key == key_id)
