"""The ledger balances, or names what does not, on every database."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from delivery.outbox import API
from kamizero.model import PageKind
from kamizero.tokyo import business_date
from storage.ledger.daily import DIFFERS, latest_runs, run_daily
from storage.ledger.report import Difference, Sheet
from storage.ledger.span import Span
from storage.tables import (
    Arrival,
    AuditEvent,
    Bundle,
    Delivery,
    Filing,
    FilingStep,
    Job,
    LedgerRun,
    Page,
    RobotQueue,
    Work,
)
from tests.desk import NOW, Desk
from tests.ledgers import approved, change, differences, ledger, settled, whole
from tests.sorting import declared
from tests.workshop import a_form, a_page, an_unknown


def test_a_house_where_everything_is_in_its_place_balances(desk: Desk) -> None:
    whole(desk)
    approved(desk)

    found = ledger(desk)

    assert found.balances, found.differences
    assert all(law.holds for law in found.laws)
    sheets, pages, forms, deliveries, events, answers = found.laws
    assert (sheets.left, pages.left, forms.left, deliveries.left) == (4, 5, 3, 1)
    assert (pages.parts["form"], pages.parts["blank"]) == (3, 1)
    assert deliveries.parts["pending"] == 1
    assert (events.left, events.right, answers.left) == (0, 0, 0)


def test_a_missing_sheet_is_named_by_its_place(desk: Desk) -> None:
    bundle = settled(desk, declared(1, 3), a_form(), a_form())

    found = ledger(desk)

    (one,) = found.differences
    assert (one.kind, one.subject_id) == ("sheets", bundle)
    assert (one.expected, one.found, one.sheets) == ("3", "2", (Sheet(3),))
    assert not found.laws[0].holds


def test_sheets_too_many_and_loose_ones_are_named_by_file_and_page(desk: Desk) -> None:
    settled(desk, declared(1, 1), an_unknown(), a_form())

    sheets, loose = ledger(desk).differences

    assert (sheets.kind, loose.kind) == ("sheets", "loose")
    (surplus,), (lone,) = sheets.sheets, loose.sheets
    assert (surplus.place, surplus.file, surplus.page) == (2, 1, 3)
    assert (lone.place, lone.page, lone.kind) == (1, 2, PageKind.UNKNOWN)


def test_what_a_person_explained_is_no_difference(desk: Desk) -> None:
    bundle = settled(desk, declared(1, 3), a_form())
    change(
        desk,
        update(Bundle)
        .where(Bundle.id == bundle)
        .values(
            balance="explained",
            explained_why="two sheets went back",
            explained_by="ken",
            explained_for=["sheets:1/3"],
        ),
    )

    found = ledger(desk)

    assert found.balances, found.differences
    assert (found.explained, dict(found.laws[0].parts)) == (
        1,
        {"found": 1, "explained": 2},
    )


def test_a_bundle_closed_behind_everybodys_back_is_found(desk: Desk) -> None:
    bundle = settled(desk, declared(1, 3), a_form())
    change(desk, update(Bundle).where(Bundle.id == bundle).values(balance="balanced"))

    assert differences(desk) == [("balance", "bundle"), ("sheets", "bundle")]


def test_a_page_that_is_gone_is_missed_by_its_file(desk: Desk) -> None:
    whole(desk)
    with desk.database.begin() as session:
        job = session.scalars(select(Job)).one()
        original = session.scalars(select(Arrival.original_id)).one()
        session.add(
            Arrival(
                job_id=job.id,
                seq=2,
                original_id=original,
                source="two pages.tif",
                state="taken",
                page_count=2,
            )
        )

    (one,) = ledger(desk).differences

    assert (one.kind, one.expected, one.found) == ("pages", "2", "0")


def test_a_form_that_lost_its_filing_is_named(desk: Desk) -> None:
    whole(desk)
    with desk.database.begin() as session:
        page = session.scalars(select(Page).where(Page.kind == PageKind.FORM)).first()
        assert page is not None
        page.filing_id = None

    kinds = differences(desk)

    assert ("form_alone", "page") in kinds
    assert ("no_form", "filing") in kinds


@pytest.mark.parametrize("step", [FilingStep.READING, FilingStep.CHECKING])
def test_a_filing_that_nobody_will_read_is_stranded(
    desk: Desk, step: FilingStep
) -> None:
    whole(desk)
    bundled = Filing.bundle_id.is_not(None)
    change(desk, delete(Work), update(Filing).where(bundled).values(step=step))

    kinds = differences(desk)

    assert kinds == [("stranded", "filing")] * 2


def test_pages_and_bundles_and_entries_that_nobody_will_take_are_stranded(
    desk: Desk,
) -> None:
    bundle = whole(desk)
    waiting = desk.receive(doubtful=["insured.1.name_kana"])
    desk.route(waiting)
    change(desk, update(Filing).values(step=FilingStep.DONE))
    before = differences(desk)
    change(
        desk,
        delete(Work),
        update(Bundle).where(Bundle.id == bundle).values(sorting=True),
    )

    after = differences(desk)

    # Its page lies in no bundle, and no work will ever lay it into one.
    assert before == [("unread", "arrival")]
    assert after == [
        ("unread", "arrival"),
        ("stranded", "bundle"),
        ("stranded", "entry"),
    ]


def test_pages_that_still_wait_to_be_looked_at_are_counted_as_such(
    desk: Desk,
) -> None:
    whole(desk)
    with desk.database.begin() as session:
        arrival = session.scalars(select(Arrival)).one()
        session.add(a_page(arrival_id=arrival.id, number=9))

    found = ledger(desk)

    assert found.laws[1].parts["waiting"] == 1
    assert [one.kind for one in found.differences] == ["unread"]


def test_an_approved_entry_that_was_not_put_out_is_named(desk: Desk) -> None:
    filing = approved(desk)
    change(desk, delete(Delivery))

    found = ledger(desk)

    assert found.differences == [
        Difference("not_put_out", "entry", desk.entry_id(filing), "api", "")
    ]
    assert not found.laws[3].holds


def test_nothing_approved_is_due_to_robots_that_only_suggest(desk: Desk) -> None:
    with desk.database.begin() as session:
        session.add(
            RobotQueue(
                name="ask",
                title="Ask the host",
                step="suggest",
                writes=["name_kana"],
                on_lost_lease="retry",
                lease_seconds=60,
                max_attempts=3,
                business_days=False,
                must_show=[],
                since=NOW - timedelta(days=1),
                made_at=NOW - timedelta(days=1),
                made_by="ken",
            )
        )

    approved(desk)

    assert ledger(desk).balances


def test_an_entry_put_out_before_it_is_approved_is_named(desk: Desk) -> None:
    filing = approved(desk)
    waiting = desk.receive(doubtful=["insured.1.name_kana"])
    desk.route(waiting)
    with desk.database.begin() as session:
        delivery = session.scalars(select(Delivery)).one()
        delivery.entry_id = desk.entry_id(waiting)

    kinds = [(one.kind, one.subject_id) for one in ledger(desk).differences]

    assert ("not_put_out", desk.entry_id(filing)) in kinds
    assert ("put_out", desk.entry_id(waiting)) in kinds


def test_a_job_that_brought_nothing_of_what_was_declared_is_named(desk: Desk) -> None:
    whole(desk)
    with desk.database.begin() as session:
        came = session.scalars(select(Job)).one()
        session.add(
            Job(
                site="main",
                door="web",
                operator="ken",
                created_at=NOW,
                received_on=came.received_on,
                declared_sheets=4,
            )
        )

    (one,) = ledger(desk).differences

    assert (one.kind, one.subject_kind, one.expected) == ("job_sheets", "job", "4")


def test_a_ledger_is_about_the_days_asked_for(desk: Desk) -> None:
    settled(desk, declared(1, 3), a_form())
    day = business_date(NOW)

    that_day = ledger(desk, Span(day, day))
    next_day = ledger(desk, Span(day + timedelta(days=1)))

    assert (that_day.bundles, that_day.balances) == (1, False)
    assert (next_day.bundles, next_day.balances) == (0, True)


def test_the_ledger_of_a_day_is_drawn_up_once_and_is_an_event(desk: Desk) -> None:
    settled(desk, declared(1, 3), a_form())

    first = run_daily(desk.database, subscribers=[API], now=NOW)
    second = run_daily(desk.database, subscribers=[API], now=NOW)

    assert first is not None
    assert second is None
    with desk.database.look() as session:
        (run,) = latest_runs(session, limit=5)
        events = session.scalars(select(AuditEvent).where(AuditEvent.act == DIFFERS))
        (event,) = events
    assert (run.balances, run.differences) == (False, {"sheets": 1})
    assert event.body["laws"]["sheets"] == [3, 1]


def test_what_the_ledger_said_and_what_a_file_brought_never_change(
    desk: Desk,
) -> None:
    whole(desk)
    run_daily(desk.database, subscribers=[API], now=NOW)

    for statement in (
        update(LedgerRun).values(balances=False),
        delete(LedgerRun),
        update(Arrival).values(page_count=1),
    ):
        with pytest.raises(DBAPIError, match="never changes"):
            change(desk, statement)
