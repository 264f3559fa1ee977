"""The filings of which all is true that is asked, the newest first.

What is asked about a person must be true of one and the same entry; what stands in the
head of a form is true of all its entries.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session, selectinload

from forms.headings import Heading
from storage.cards import WORDS, token_of
from storage.searches.criteria import Criteria, DayOf
from storage.tables import HEAD, Card, Entry, EntryState, Filing
from storage.vault import Vault

# Tables, not classes: the filings alone are narrowed to sites, and suffice.
_ENTRY = Entry.__table__.alias("person")


@dataclass(frozen=True, slots=True)
class Hit:
    """A filing that was found, and the entries it was found by."""

    filing: Filing
    entries: tuple[Entry, ...]


def find(
    session: Session, vault: Vault, asked: Criteria, *, before: int | None, limit: int
) -> list[Hit]:
    """One page of hits, beginning behind the filing `before`."""
    query = matching(vault, asked).limit(limit)
    if before is not None:
        query = query.where(Filing.id < before)
    filings = session.scalars(query.options(selectinload(Filing.entries))).all()
    people = _people(vault, asked).with_only_columns(_ENTRY.c.id)
    ids = [filing.id for filing in filings]
    found = set(session.scalars(people.where(_ENTRY.c.filing_id.in_(ids))))
    return [
        Hit(filing, tuple(one for one in filing.entries if one.id in found))
        for filing in filings
    ]


def matching(vault: Vault, asked: Criteria) -> Select[Filing]:
    """All of them, in order; whoever asks sets the limit."""
    query = select(Filing).where(Filing.dissolved_at.is_(None))
    for column, value in (
        (Filing.form, asked.form),
        (Filing.site, asked.site),
        (Filing.receipt_number, asked.receipt),
    ):
        if value:
            query = query.where(column == value)
    if asked.day_of is DayOf.RECEIVED:
        query = query.where(
            *_between(Filing.received_on, asked.day_from, asked.day_until)
        )
    if asked.office:
        query = query.where(Filing.id.in_(_of_office(vault, asked)))
    if asked.state is not None or asked.about_people:
        query = query.where(Filing.id.in_(_people(vault, asked)))
    return query.order_by(Filing.id.desc())


def _of_office(vault: Vault, asked: Criteria) -> Select[int]:
    card = Card.__table__.alias()
    return select(card.c.filing_id).where(
        card.c.heading == Heading.OFFICE,
        card.c.token.in_(_tokens(vault, asked, Heading.OFFICE)),
    )


def _people(vault: Vault, asked: Criteria) -> Select[int]:
    """The entries of which all is true that is asked about a person."""
    state = _ENTRY.c.state
    query = select(_ENTRY.c.filing_id).where(
        state != EntryState.SUPERSEDED if asked.state is None else state == asked.state
    )
    for heading in asked.about_people:
        card = Card.__table__.alias(heading.value)
        own: ColumnElement[bool] = card.c.entry_n == _ENTRY.c.n
        if heading is Heading.DAY:
            own = or_(own, card.c.entry_n == HEAD)
        query = query.join(card, (card.c.filing_id == _ENTRY.c.filing_id) & own).where(
            card.c.heading == heading, *_said(vault, asked, heading, card.c)
        )
    return query


def _said(
    vault: Vault, asked: Criteria, heading: Heading, columns: Any
) -> Iterator[ColumnElement[bool]]:
    if heading in WORDS:
        yield columns.token.in_(_tokens(vault, asked, heading))
    elif heading is Heading.AMOUNT:
        yield from _between(columns.amount, asked.amount_from, asked.amount_until)
    else:
        yield from _between(columns.day, asked.day_from, asked.day_until)


def _tokens(vault: Vault, asked: Criteria, heading: Heading) -> list[bytes]:
    """Of every key: while one is exchanged, cards of both lie there."""
    word = asked.word(heading)
    return [token_of(index, heading, word) for index in vault.indexes()]


def _between(column: Any, first: Any, last: Any) -> Iterator[ColumnElement[bool]]:
    if first is not None:
        yield column >= first
    if last is not None:
        yield column <= last


def is_hit(session: Session, vault: Vault, asked: Criteria, filing_id: int) -> bool:
    """Whether one filing is among them."""
    query = matching(vault, asked).where(Filing.id == filing_id)
    return session.scalars(query).one_or_none() is not None
