"""A crowd made by COPY is what the program itself would have left behind."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import func, select

from bench.crowd.filling import fill
from bench.crowd.people import People
from bench.crowd.rows import SUBSCRIBER, Crowd, day_of, state_of
from bench.scale.asks import NOW, Asks
from forms.headings import heading_of
from forms.library import Library
from review import queue
from storage.database import Database
from storage.ledger.account import draw_up
from storage.ledger.books import open_books
from storage.ledger.closing import close_days
from storage.ledger.holding import hold
from storage.searches.criteria import Criteria
from storage.searches.hits import find
from storage.tables import Entry, Field, Filing
from storage.values import body_of
from storage.vault import KeyRing, Vault

_FILINGS = 100


@pytest.fixture(scope="module")
def people() -> People:
    return People()


@pytest.fixture
def crowd(people: People, tmp_path: Path) -> Crowd:
    return Crowd(
        Library.shipped().get("2200"),
        Vault(KeyRing.load(tmp_path / "keys")),
        people,
        wanted=lambda field: heading_of(field) is not None,
    )


@pytest.fixture
def filled(crowd: Crowd, postgres_url: str) -> Iterator[Database]:
    with psycopg.connect(postgres_url) as connection:
        fill(connection, crowd, 1, 40)
        fill(connection, crowd, 41, _FILINGS)
    database = Database(postgres_url)
    yield database
    database.close()


def test_it_balances(filled: Database) -> None:
    with filled.look() as session:
        ledger = draw_up(session, subscribers=[SUBSCRIBER])

    states = [state_of(n + 1) for n in range(_FILINGS)]
    assert ledger.balances
    assert ledger.bundles == _FILINGS / 2
    assert ledger.entries == {state: states.count(state) for state in set(states)}


def test_its_values_are_found_and_open(
    filled: Database, crowd: Crowd, people: People
) -> None:
    number = people(77)["insured.1.my_number"]
    asked = Criteria(number=number)

    with filled.look() as session:
        hits = find(session, crowd.vault, asked, before=None, limit=5)
        field = session.scalars(
            select(Field).where(Field.filing_id == 77, Field.sensitive)
        ).one()
        written = field.as_written
        assert written is not None
        value = body_of(written, crowd.vault).value

    assert [hit.filing.id for hit in hits] == [77]
    assert value == number


def test_people_work_on_it_and_more_comes_in(filled: Database) -> None:
    claim = queue.claim_next(filled, "rika", now=NOW)

    assert claim is not None
    with filled.begin() as session:
        filing = session.get_one(Entry, claim.subject).filing
        session.add(Filing(receipt_number="next", arrival_id=filing.arrival_id,
                           site=filing.site, form="2200", revision="2020-12",
                           received_on=filing.received_on, created_at=NOW))  # fmt: skip
        session.flush()
        assert session.scalar(select(func.max(Filing.id))) == _FILINGS + 1


def test_everything_that_is_measured_can_be_asked(
    filled: Database, crowd: Crowd, people: People
) -> None:
    library = Library.shipped()
    asks = Asks(filled, crowd.vault, library, people, _FILINGS)

    for _, ask in asks.all():
        ask()

    assert (asks.close(), asks.hold()) == (0, 0)


def test_a_crowd_is_closed_and_held_as_it_is(filled: Database) -> None:
    after = datetime.combine(day_of(_FILINGS), time(3), UTC) + timedelta(days=1)

    closed = close_days(filled, subscribers=[SUBSCRIBER], now=after)
    held = hold(filled, subscribers=[SUBSCRIBER], now=after)

    assert (closed, held) == (2, 2)
    with filled.look() as session:
        books = open_books(session, subscribers=[SUBSCRIBER])
        counted = draw_up(session, subscribers=[SUBSCRIBER])
    assert (books.days, books.open_days, books.ledger) == (2, 0, counted)
