"""One filing's acts follow each other: the lock each of them takes first."""

import pytest
from sqlalchemy import update

from kamizero.errors import StaleFenceError
from review import queue
from review.transitions import held_entry, hold_entry, hold_filing
from storage import work
from storage.tables import Entry, Filing
from tests.desk import NOW, Desk
from tests.statements import statements


def test_a_filing_is_locked_once_in_a_transaction_and_again_in_the_next(
    desk: Desk,
) -> None:
    one, other = desk.receive(), desk.receive()
    for _ in range(2):
        with desk.database.begin() as session:
            filings = [session.get_one(Filing, number) for number in (one, other)]

            assert [hold_filing(session, filing) for filing in filings] == [True, True]
            assert not hold_filing(session, filings[0])


def test_what_a_savepoint_locked_is_locked_again_after_it_is_rolled_back(
    desk: Desk,
) -> None:
    number = desk.receive()
    with desk.database.begin() as session:
        filing = session.get_one(Filing, number)
        trial = session.begin_nested()
        assert hold_filing(session, filing)
        trial.rollback()

        assert hold_filing(session, filing)


def test_an_entry_held_is_seen_as_the_last_act_left_it(desk: Desk) -> None:
    filing = desk.receive()
    with desk.database.begin() as session:
        paper = session.get_one(Filing, filing)
        (entry,) = paper.entries
        # Past the session, as another process would have done before the lock.
        session.connection().execute(
            update(Entry).where(Entry.id == entry.id).values(reasons=["head"])
        )
        with statements(desk.database) as seen:
            hold_entry(session, entry)

        assert paper.version == 1
        assert entry.reasons == ["head"]
        assert len(seen) == 2, "the filing's version and the entry's columns, no more"


def test_an_entry_that_is_locked_first_is_locked_and_read_no_more(desk: Desk) -> None:
    filing = desk.receive()
    with desk.database.begin() as session:
        number = session.get_one(Filing, filing).entries[0].id
        session.connection().execute(
            update(Entry).where(Entry.id == number).values(reasons=["head"])
        )
        entry = held_entry(session, number)
        with statements(desk.database) as seen:
            hold_entry(session, entry)

        assert entry.reasons == ["head"]
        assert seen == []


def test_a_claim_is_locked_once_and_stale_as_soon_as_it_is_given_back(
    desk: Desk,
) -> None:
    filing = desk.receive(doubtful=["insured.1.name_kana"])
    desk.route(filing)
    claim = desk.claim(filing)
    with desk.database.begin() as session:
        own = queue.hold_own(session, "rei", entry_id=claim.subject)
        with statements(desk.database) as seen:
            work.hold(session, claim, now=NOW)
        work.release(session, claim, now=NOW)

        assert own == claim
        assert seen == []
        with pytest.raises(StaleFenceError):
            work.hold(session, claim, now=NOW)
