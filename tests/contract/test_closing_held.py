"""Closed days are held to the rows and to the chain: what vanished is found."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DBAPIError

from delivery.outbox import API
from kamizero.errors import ConflictError, MissingError
from storage.columns import Table
from storage.ledger.days import SiteDay
from storage.ledger.holding import FAILED, HELD_WITHIN, accept, hold_share
from storage.ledger.report import Sheet
from storage.tables import Arrival, Bundle, Filing, Job, LedgerDay, Page
from tests.closings import (
    DAY,
    NEXT_DAY,
    ONE,
    acts,
    amiss,
    behind_all_guards,
    books,
    close,
    close_five_days,
    held,
)
from tests.desk import NOW, Desk
from tests.ledgers import change, ledger, settled, whole
from tests.sorting import declared
from tests.workshop import a_form


@pytest.mark.parametrize("kind", [Filing, Bundle, Arrival, Job])
def test_a_row_that_vanished_from_a_closed_day_is_found(
    desk: Desk, kind: type[Table]
) -> None:
    whole(desk)
    close(desk)
    (key,) = kind.__table__.primary_key
    with desk.database.look() as session:
        last = session.scalar(select(func.max(key)))

    behind_all_guards(desk, delete(kind).where(key == last))

    assert amiss(desk) == {}
    held(desk)
    gone = [
        (one.subject_kind, one.subject_id)
        for one in books(desk).ledger.differences
        if one.kind == "vanished"
    ]
    assert (kind.__tablename__, last) in gone
    assert acts(desk, FAILED) == [f"main/{DAY}"]


def test_a_page_that_vanished_is_named_as_a_sheet(desk: Desk) -> None:
    whole(desk)
    close(desk)

    behind_all_guards(desk, delete(Page).where(Page.number == 2))
    held(desk)

    (one,) = (x for x in books(desk).ledger.differences if x.kind == "vanished")
    assert (one.subject_kind, one.expected, one.found) == ("job", "4", "3")
    assert one.sheets == (Sheet(0, one.subject_id, 1, 2),)


def test_a_whole_bundle_with_all_its_rows_is_missed_down_to_the_sheet(
    desk: Desk,
) -> None:
    whole(desk)
    bundle = settled(desk, declared(2, 1), a_form())
    close(desk)
    with desk.database.look() as session:
        page = session.scalars(select(Page).where(Page.bundle_id == bundle)).first()
        assert page is not None
        arrival, job = page.arrival_id, page.arrival.job_id

    behind_all_guards(
        desk,
        delete(Page).where(Page.arrival_id == arrival),
        delete(Filing).where(Filing.arrival_id == arrival),
        delete(Bundle).where(Bundle.id == bundle),
        delete(Arrival).where(Arrival.id == arrival),
        delete(Job).where(Job.id == job),
    )
    held(desk)

    assert ledger(desk).balances
    found = books(desk).ledger.differences
    (of_job,) = (one for one in found if one.kind == "vanished" and one.sheets)
    assert (of_job.subject_kind, of_job.subject_id) == ("job", job)
    assert (of_job.expected, of_job.found) == ("2", "0")
    assert [(one.file, one.page) for one in of_job.sheets] == [(1, 1), (1, 2)]
    gone = {(one.subject_kind, one.subject_id) for one in found}
    assert {("bundle", bundle), ("job", job), ("arrival", arrival)} <= gone


def test_a_row_that_is_deleted_openly_is_missed_at_once(desk: Desk) -> None:
    whole(desk)
    close(desk)
    blank = select(Page.id).where(Page.kind == "blank").limit(1).scalar_subquery()

    change(desk, delete(Page).where(Page.id == blank))

    assert amiss(desk)["vanished"] == 1
    assert close(desk) == 0


def test_a_change_that_leaves_every_count_is_found(desk: Desk) -> None:
    whole(desk)
    close(desk)
    with desk.database.look() as session:
        first, second = session.scalars(
            select(Page.id).where(Page.kind == "form").order_by(Page.id)
        )
        filings = dict(session.execute(select(Page.id, Page.filing_id)).all())

    behind_all_guards(
        desk,
        update(Page).where(Page.id == first).values(filing_id=filings[second]),
        update(Page).where(Page.id == second).values(filing_id=filings[first]),
    )
    held(desk)

    assert amiss(desk) == {"altered": 1}


def test_a_closing_that_somebody_rewrote_is_found_by_the_chain(desk: Desk) -> None:
    whole(desk)
    close(desk)
    with desk.database.look() as session:
        account = dict(session.scalars(select(LedgerDay.account)).one() or {})

    change(desk, update(LedgerDay).values(account={**account, "bundles": 0}))
    held(desk)

    assert amiss(desk) == {"unproven": 1, "recounted": 1}


def test_what_was_put_right_holds_again(desk: Desk) -> None:
    whole(desk)
    close(desk)
    behind_all_guards(desk, update(Page).values(attachment="other"))
    held(desk)
    assert amiss(desk)["altered"] == 1

    behind_all_guards(desk, update(Page).values(attachment=None))
    still = amiss(desk)
    held(desk)

    assert still == {}
    assert (books(desk).days, books(desk).ledger) == (1, ledger(desk))


def test_what_a_person_accepts_is_closed_as_it_is(desk: Desk) -> None:
    whole(desk)
    close(desk)
    behind_all_guards(desk, update(Page).values(attachment="other"))
    held(desk)
    assert close(desk) == 0

    accept(desk.database, ONE, by="ken", why="a test page", now=NEXT_DAY)

    assert close(desk) == 1
    held(desk)
    assert amiss(desk) == {}
    with desk.database.look() as session:
        row = session.get_one(LedgerDay, ONE)
    assert (row.accepted_by, row.accepted_why) == ("ken", "a test page")


def test_only_a_day_that_was_closed_can_be_accepted(desk: Desk) -> None:
    whole(desk)

    with pytest.raises(ConflictError):
        accept(desk.database, ONE, by="ken", why="", now=NOW)
    with pytest.raises(MissingError):
        accept(desk.database, SiteDay("HQ", DAY), by="ken", why="", now=NOW)


def test_a_day_whose_row_is_gone_is_known_from_the_chain(desk: Desk) -> None:
    whole(desk)
    close(desk)
    with pytest.raises(DBAPIError, match="what was closed stays"):
        change(desk, delete(LedgerDay))

    behind_all_guards(desk, delete(LedgerDay))

    assert books(desk).days == books(desk).open_days == 0
    held(desk)
    assert amiss(desk) == {"unproven": 1}


def test_a_day_with_jobs_has_a_row_again(desk: Desk) -> None:
    whole(desk)
    behind_all_guards(desk, delete(LedgerDay))

    held(desk)

    assert (books(desk).open_days, books(desk).ledger) == (1, ledger(desk))


def test_every_closing_is_held_in_its_turn(desk: Desk) -> None:
    first = close_five_days(desk)

    nights = [
        hold_share(desk.database, subscribers=[API], now=first + timedelta(days=night))
        for night in range(1, 6)
    ]

    assert nights == [1] * 5
    assert books(desk).held_since == first + timedelta(days=1)


def test_nights_that_were_missed_are_made_up_for(desk: Desk) -> None:
    later = close_five_days(desk) + timedelta(days=HELD_WITHIN)

    count = hold_share(desk.database, subscribers=[API], now=later)

    assert (count, books(desk).held_since) == (5, later)
