"""Days of the ledger that are over are closed, once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Executable, update

from delivery.outbox import API
from kamizero.tokyo import business_date
from storage.ledger.books import open_books
from storage.ledger.closing import CLOSED
from storage.ledger.daily import run_daily
from storage.ledger.span import Span
from storage.tables import Bundle, Job, Page
from tests.closings import (
    DAY,
    NEXT_DAY,
    acts,
    amiss,
    behind_all_guards,
    books,
    close,
    close_five_days,
    held,
    new_job,
)
from tests.desk import NOW, Desk
from tests.ledgers import approved, change, ledger, settled, whole
from tests.sorting import declared
from tests.workshop import a_form, put


def test_a_day_that_is_over_and_balances_is_closed_once(desk: Desk) -> None:
    whole(desk)
    approved(desk)

    same_day, next_day, again = close(desk, NOW), close(desk), close(desk)

    assert (same_day, next_day, again) == (0, 1, 0)
    assert acts(desk, CLOSED) == [f"main/{DAY}"]
    found = books(desk)
    assert (found.days, found.open_days, found.until) == (1, 0, DAY)
    assert found.held_since == NEXT_DAY
    assert found.ledger == ledger(desk)


def test_a_day_that_differs_stays_open(desk: Desk) -> None:
    settled(desk, declared(1, 3), a_form())

    assert close(desk) == 0
    assert books(desk).ledger == ledger(desk)
    assert (books(desk).days, books(desk).until) == (0, None)


def test_a_day_of_which_pages_are_still_read_stays_open(desk: Desk) -> None:
    bundle = whole(desk)
    with desk.database.begin() as session:
        session.get_one(Bundle, bundle).sorting = True
    put(desk, "sort", bundle)

    assert close(desk) == 0
    assert books(desk).ledger.moving == 1


def test_a_site_sees_its_own_days(desk: Desk) -> None:
    whole(desk)
    new_job(desk, created_at=NOW, site="HQ", sheets=None)
    close(desk)

    own, other = (books(desk, Span(site=site)) for site in ("main", "HQ"))

    assert (own.days, own.ledger.bundles) == (1, 1)
    assert (other.days, other.ledger.bundles) == (1, 0)
    assert own.ledger == ledger(desk, Span(site="main"))
    narrowed = desk.database.within(frozenset({"HQ"}))
    with narrowed.look() as session:
        assert open_books(session, subscribers=[API]).ledger.bundles == 0


def test_nothing_is_missed_of_a_bundle_whose_sheet_names_another_site(
    desk: Desk,
) -> None:
    whole(desk)
    close(desk)
    change(desk, update(Page).values(attachment="other"))

    with desk.database.within(frozenset({"main"})).look() as session:
        found = open_books(session, subscribers=[API])

    assert (found.open_days, list(found.ledger.differences)) == (1, [])


def test_the_days_of_a_span_alone_are_added_up(desk: Desk) -> None:
    whole(desk)
    new_job(desk, created_at=NEXT_DAY)
    close(desk, NEXT_DAY + timedelta(days=1))

    first, second = (
        books(desk, Span(DAY, DAY)),
        books(desk, Span(business_date(NEXT_DAY))),
    )

    assert (first.days, first.open_days, first.ledger.balances) == (1, 0, True)
    assert (second.days, second.open_days, second.ledger.balances) == (0, 1, False)


def test_other_laws_or_receivers_do_not_go_by_what_was_closed(desk: Desk) -> None:
    approved(desk)
    close(desk)

    with desk.database.look() as session:
        found = open_books(session, subscribers=[API, "second"])

    assert (found.days, found.open_days) == (0, 1)
    assert [one.kind for one in found.ledger.differences] == ["not_put_out"]


def test_the_daily_ledger_closes_what_is_over_and_tells_of_what_fails(
    desk: Desk,
) -> None:
    whole(desk)
    first = run_daily(desk.database, subscribers=[API], now=NEXT_DAY)
    behind_all_guards(desk, update(Page).values(attachment="other"))

    later = NEXT_DAY + timedelta(days=1)
    second = run_daily(desk.database, subscribers=[API], now=later)

    assert first is not None
    assert second is not None
    assert first.balances
    assert acts(desk, CLOSED) == [f"main/{DAY}"]
    assert {one.kind for one in second.differences} >= {"altered"}


def test_two_who_close_at_once_close_each_day_once(desk: Desk) -> None:
    close_five_days(desk)
    change(desk, *_all_opened())
    at = NOW + timedelta(days=7)

    with ThreadPoolExecutor(2) as pool:
        counts = list(pool.map(lambda _: close(desk, at), range(2)))

    close(desk, at)
    assert sum(counts) <= 10
    assert (books(desk).days, books(desk).open_days) == (5, 0)
    held(desk, at)
    assert amiss(desk) == {}


def _all_opened() -> list[Executable]:
    return [update(Job).values(declared_sheets=None)]


def test_nobody_closes_a_day_over_a_change_that_is_not_committed(desk: Desk) -> None:
    whole(desk)
    if desk.database.has_one_writer:
        pytest.skip("one writer at a time: nobody else closes meanwhile")

    with desk.database.begin() as session:
        session.execute(update(Page).values(attachment="other"))
        meanwhile = close(desk)

    assert (meanwhile, close(desk)) == (0, 1)
    held(desk)
    assert amiss(desk) == {}
