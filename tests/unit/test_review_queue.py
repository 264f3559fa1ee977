"""The queue of people: who holds which entry, and what waits."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from kamizero.errors import StaleFenceError
from kamizero.model import Severity
from review import queue
from review.queue import LEASE, Wait
from review.waiting import Waiting, waiting
from storage.tables import AuditEvent, Entry
from tests.desk import NOW, Desk

NAME = "insured.1.name_kana"


def waiting_filing(desk: Desk, *doubtful: str) -> int:
    filing = desk.receive(doubtful=doubtful or (NAME,))
    desk.route(filing)
    return filing


def page(desk: Desk, after: tuple[int, int] | None = None) -> list[Waiting]:
    with desk.database.look() as session:
        return waiting(session, after=after, limit=2)


def test_two_people_never_get_the_same_entry(desk: Desk) -> None:
    filings = [waiting_filing(desk), waiting_filing(desk)]

    claims = [
        queue.claim_next(desk.database, person, now=NOW)
        for person in ("rei", "mio", "ken")
    ]

    taken = [claim and claim.subject for claim in claims]
    assert taken == [*(desk.entry_id(filing) for filing in filings), None]


def test_an_entry_whose_lease_ran_out_goes_to_the_next(desk: Desk) -> None:
    filing = waiting_filing(desk)
    desk.claim(filing, person="rei")

    claim = queue.claim_next(
        desk.database, "mio", now=NOW + LEASE + timedelta(seconds=1)
    )

    assert claim is not None
    assert claim.subject == desk.entry_id(filing)


def test_a_person_finds_the_lease_they_hold_again(desk: Desk) -> None:
    filing = waiting_filing(desk)
    claim = desk.claim(filing, person="rei")

    with desk.database.look() as session:
        again = queue.claim_of(session, "rei", entry_id=claim.subject)
        other = queue.claim_of(session, "mio", entry_id=claim.subject)

    assert again == claim
    assert other is None


def test_a_lease_is_extended_by_another_quarter_of_an_hour(desk: Desk) -> None:
    claim = desk.claim(waiting_filing(desk))

    longer = queue.extend(desk.database, claim, now=NOW + timedelta(minutes=10))

    assert longer.lease_until == NOW + timedelta(minutes=25)


def test_a_released_entry_waits_again(desk: Desk) -> None:
    claim = desk.claim(waiting_filing(desk), person="rei")

    with desk.database.begin() as session:
        queue.release(session, claim, now=NOW)

    again = queue.claim_next(desk.database, "mio", now=NOW)
    assert again is not None
    assert again.subject == claim.subject


def test_a_site_works_its_own_entries(desk: Desk) -> None:
    waiting_filing(desk)

    assert queue.claim_next(desk.database, "rei", site="osaka", now=NOW) is None
    assert queue.claim_next(desk.database, "rei", site="main", now=NOW) is not None


def test_a_parked_entry_comes_to_nobody_until_its_day(desk: Desk) -> None:
    filing = waiting_filing(desk)
    claim = desk.claim(filing)
    tomorrow = NOW + timedelta(days=1)

    with desk.database.begin() as session:
        queue.park(session, claim, wait=Wait.ANSWER, until=tomorrow, now=NOW)

    assert queue.claim_next(desk.database, "mio", now=NOW) is None
    assert desk.entry(filing).reasons[-1] == "parked:answer"
    assert queue.claim_next(desk.database, "mio", now=tomorrow) is not None


def test_a_parked_entry_can_be_opened_before_its_day(desk: Desk) -> None:
    filing = waiting_filing(desk)
    with desk.database.begin() as session:
        queue.park(
            session,
            desk.claim(filing),
            wait=Wait.ANSWER,
            until=NOW + timedelta(days=1),
            now=NOW,
        )

    claim = desk.claim(filing, person="mio")

    assert claim.leased_by == "mio"


def test_parking_is_recorded_with_its_code_alone(desk: Desk) -> None:
    claim = desk.claim(waiting_filing(desk))

    with desk.database.begin() as session:
        queue.park(session, claim, wait=Wait.RETURN, until=NOW, now=NOW)

    with desk.database.look() as session:
        event = session.scalars(
            select(AuditEvent).where(AuditEvent.act == "entry.park")
        ).one()
    assert (event.actor, event.body["wait"]) == ("rei", "return")


def test_finishing_forgets_the_parking_but_not_why_people_looked(desk: Desk) -> None:
    filing = waiting_filing(desk)
    with desk.database.begin() as session:
        queue.park(session, desk.claim(filing), wait=Wait.ANSWER, until=NOW, now=NOW)
    claim = desk.claim(filing)
    desk.accept(claim, NAME)

    desk.finish(claim)

    assert desk.entry(filing).reasons == [f"doubtful:{NAME}"]


def test_a_claim_given_back_can_write_nothing(desk: Desk) -> None:
    claim = desk.claim(waiting_filing(desk))
    with desk.database.begin() as session:
        queue.release(session, claim, now=NOW)

    with desk.database.begin() as session:
        entry = session.get_one(Entry, claim.subject)
        with pytest.raises(StaleFenceError):
            queue.hold(session, claim, entry, now=NOW)


def test_the_page_says_how_much_is_doubtful_and_how_bad_it_is(desk: Desk) -> None:
    filing = desk.receive(doubtful=[NAME, "office.name", "office.number"])
    desk.find(filing, "date.order", severity=Severity.WARNING)
    desk.find(filing, "office.unknown", severity=Severity.ERROR, entry_n=0)
    desk.route(filing)
    desk.claim(filing, person="rei")

    (line,) = page(desk)

    assert (line.doubtful, line.severity) == (3, "error")
    assert (line.site, line.form, line.n) == ("main", "2200", 1)
    assert (line.waiting_since, line.leased_by) == (NOW, "rei")


def test_the_page_says_nothing_of_a_neighbours_doubt(desk: Desk) -> None:
    filing = desk.receive(entries=2, doubtful=[NAME, "insured.2.name_kana"])
    desk.find(filing, "date.order", entry_n=2)
    desk.route(filing)

    first, second = page(desk)

    assert (first.doubtful, first.severity) == (1, None)
    assert (second.doubtful, second.severity) == (1, "error")


def test_pages_follow_each_other_without_gap_or_repeat(desk: Desk) -> None:
    filings = [waiting_filing(desk) for _ in range(3)]

    first = page(desk)
    second = page(desk, after=first[-1].cursor)

    assert [line.filing_id for line in (*first, *second)] == filings


def test_the_page_shows_one_site_or_form_alone(desk: Desk) -> None:
    waiting_filing(desk)

    with desk.database.look() as session:
        assert len(waiting(session, site="main", form="2200")) == 1
        assert waiting(session, site="osaka") == []
        assert waiting(session, form="2201") == []
