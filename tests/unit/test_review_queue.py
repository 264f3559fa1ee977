"""The queue of people: who holds which entry, and what waits."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from kamizero.errors import StaleFenceError
from kamizero.model import Severity
from review import queue
from review.queue import LEASE
from review.waiting import EVERYTHING, Order, Waiting, Wanted, figures, waiting
from storage.tables import Entry, Work
from tests.desk import NOW, Desk

NAME = "insured.1.name_kana"


def waiting_filing(desk: Desk, *doubtful: str) -> int:
    filing = desk.receive(doubtful=doubtful or (NAME,))
    desk.route(filing)
    return filing


def page(
    desk: Desk,
    after: str = "",
    *,
    order: Order = Order.URGENT,
    wanted: Wanted = EVERYTHING,
) -> list[Waiting]:
    with desk.database.look() as session:
        return waiting(
            session, wanted=wanted, order=order, now=NOW, after=after, limit=2
        )


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


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(site="main", form="2200"), True),
        (Wanted(site="osaka"), False),
        (Wanted(form="2201"), False),
        (Wanted(first=True), True),
        (Wanted(due_by=date(2020, 12, 16)), True),
        (Wanted(due_by=date(2020, 12, 15)), False),
        (Wanted(older_than=timedelta(0)), True),
        (Wanted(older_than=timedelta(days=1)), False),
        (Wanted(doubt=(1, 1)), False),
        (Wanted(doubt=(2, 2)), True),
        (Wanted(rule="date.order"), True),
        (Wanted(rule="office.unknown"), False),
    ],
)
def test_the_page_shows_what_is_wanted_alone(
    desk: Desk, wanted: Wanted, found: bool
) -> None:
    filing = desk.receive(doubtful=[NAME])
    desk.find(filing, "date.order")
    desk.route(filing)

    assert bool(page(desk, wanted=wanted)) is found


def test_a_rule_that_objects_to_a_neighbour_is_none_of_this_entry(desk: Desk) -> None:
    filing = desk.receive(entries=2, doubtful=[NAME, "insured.2.name_kana"])
    desk.find(filing, "date.order", entry_n=2)
    desk.route(filing)

    assert [line.n for line in page(desk, wanted=Wanted(rule="date.order"))] == [2]


def test_the_queue_can_be_looked_at_in_several_orders(desk: Desk) -> None:
    doubtful = waiting_filing(desk, NAME, "insured.1.name_kanji")
    late = waiting_filing(desk, NAME)
    ordinary = waiting_filing(desk, NAME, "office.name", "office.number")
    with desk.database.begin() as session:
        rows = {row.subject: row for row in session.scalars(select(Work))}
        rows[desk.entry_id(late)].deadline = date(2020, 12, 1)
        rows[desk.entry_id(ordinary)].priority = 100

    def seen(order: Order) -> list[int]:
        first = page(desk, order=order)
        rest = page(desk, first[-1].cursor, order=order)
        return [line.filing_id for line in (*first, *rest)]

    assert seen(Order.URGENT) == [late, doubtful, ordinary]
    assert seen(Order.DUE) == [late, doubtful, ordinary]
    assert seen(Order.OLDEST) == [doubtful, late, ordinary]
    assert seen(Order.CLEAREST) == [late, doubtful, ordinary]
    assert seen(Order.DOUBTFUL) == [ordinary, doubtful, late]


@pytest.mark.parametrize("cursor", ["x", "1", "1_2_3", "1_2020-12-01_x", "_", "__"])
def test_a_cursor_made_up_by_hand_begins_at_the_front(desk: Desk, cursor: str) -> None:
    filing = waiting_filing(desk)

    assert [line.filing_id for line in page(desk, cursor)] == [filing]


def test_the_more_urgent_is_handed_out_first(desk: Desk) -> None:
    filings = [waiting_filing(desk) for _ in range(3)]
    with desk.database.begin() as session:
        rows = {row.subject: row for row in session.scalars(select(Work))}
        rows[desk.entry_id(filings[2])].deadline = date(2020, 12, 1)
        rows[desk.entry_id(filings[1])].priority = 10

    claims = [queue.claim_next(desk.database, "rei", now=NOW) for _ in filings]

    taken = [claim and claim.subject for claim in claims]
    assert taken == [desk.entry_id(filings[n]) for n in (1, 2, 0)]


def test_a_person_may_work_through_one_form(desk: Desk) -> None:
    waiting_filing(desk)

    assert queue.claim_next(desk.database, "rei", form="2201", now=NOW) is None
    assert queue.claim_next(desk.database, "rei", form="2200", now=NOW) is not None


def test_the_figures_say_how_the_queue_stands(desk: Desk) -> None:
    filings = [waiting_filing(desk) for _ in range(2)]
    desk.claim(filings[0])
    with desk.database.begin() as session:
        row = session.scalars(
            select(Work).where(Work.subject == desk.entry_id(filings[1]))
        ).one()
        row.deadline = date(2020, 12, 9)

    with desk.database.look() as session:
        found = figures(session, today=date(2020, 12, 10), now=NOW)

    assert (found.waiting, found.worked_on, found.late) == (2, 1, 1)
    assert (found.ready, found.oldest) == (0, NOW)
