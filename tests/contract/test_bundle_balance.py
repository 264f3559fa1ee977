"""Nothing of a bundle passes before it balances, on every database."""

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import DBAPIError

from review.refusals import BundleOpenError
from storage import balance
from storage.balance import weigh
from storage.scale import Scale
from storage.tables import Bundle, EntryState, Filing, FilingStep, Page, Work
from tests.desk import NOW, Desk

NAME = "insured.1.name_kana"


def bundled(desk: Desk, filing_id: int, *, sheets: int, entries: int) -> int:
    """Lay the filing into a bundle that declares this."""
    with desk.database.begin() as session:
        filing = session.get_one(Filing, filing_id)
        bundle = Bundle(
            job_id=filing.arrival.job_id,
            number="1",
            site="main",
            scheme="KOSEI",
            form=filing.form,
            declared_sheets=sheets,
            declared_entries=entries,
        )
        session.add(bundle)
        session.flush()
        filing.bundle_id = bundle.id
        filing.step = FilingStep.DONE
        for page in session.scalars(select(Page).where(Page.filing_id == filing_id)):
            page.bundle_id = bundle.id
        return bundle.id


def explain(desk: Desk, bundle_id: int, *issues: str) -> None:
    with desk.database.begin() as session:
        bundle = session.get_one(Bundle, bundle_id)
        bundle.balance, bundle.explained_why = "explained", "counted again"
        bundle.explained_by, bundle.explained_for = "ken", list(issues)


def test_entries_of_a_balanced_bundle_go_on(desk: Desk) -> None:
    filing = desk.receive(entries=2)
    bundled(desk, filing, sheets=1, entries=2)

    desk.route(filing)

    assert desk.states(filing) == [EntryState.READY, EntryState.READY]


def test_entries_wait_where_a_sheet_or_an_entry_is_missing(desk: Desk) -> None:
    short, fewer = desk.receive(), desk.receive()
    bundled(desk, short, sheets=2, entries=1)
    bundled(desk, fewer, sheets=1, entries=2)

    for filing in (short, fewer):
        desk.route(filing)

    assert desk.states(short) == desk.states(fewer) == [EntryState.READ]


def test_a_bundle_that_a_person_explained_passes(desk: Desk) -> None:
    filing = desk.receive()
    bundle = bundled(desk, filing, sheets=2, entries=1)
    explain(desk, bundle, "sheets:1/2")

    desk.route(filing)

    assert desk.states(filing) == [EntryState.READY]


def test_an_explanation_covers_nothing_that_it_was_not_given_for(desk: Desk) -> None:
    filing = desk.receive()
    bundle = bundled(desk, filing, sheets=3, entries=1)
    explain(desk, bundle, "sheets:2/3")

    desk.route(filing)

    assert desk.states(filing) == [EntryState.READ]
    with desk.database.look() as session:
        row = session.get_one(Bundle, bundle)
        assert (row.balance, row.explained_why) == ("open", None)


def test_what_was_reviewed_does_not_finish_while_its_bundle_is_open(
    desk: Desk,
) -> None:
    filing = desk.receive(doubtful=[NAME])
    desk.route(filing)
    claim = desk.claim(filing)
    desk.accept(claim, NAME)
    bundled(desk, filing, sheets=2, entries=1)

    with pytest.raises(BundleOpenError, match="sheets:1/2"):
        desk.finish(claim)


def test_what_is_ready_is_not_approved_once_its_bundle_is_open(desk: Desk) -> None:
    filing = desk.receive()
    desk.route(filing)
    bundled(desk, filing, sheets=2, entries=1)

    with pytest.raises(BundleOpenError, match="sheets:1/2"):
        desk.approve(filing)


def test_the_database_itself_lets_no_entry_of_an_open_bundle_pass(desk: Desk) -> None:
    filing = desk.receive()
    bundled(desk, filing, sheets=2, entries=1)

    with (
        pytest.raises(DBAPIError, match="before the bundle balances"),
        desk.database.begin() as session,
    ):
        session.execute(text("UPDATE entry SET state = 'ready'"))


def test_what_waited_is_checked_again_once_the_bundle_balances(desk: Desk) -> None:
    filing = desk.receive()
    bundle_id = bundled(desk, filing, sheets=1, entries=1)

    with desk.database.begin() as session:
        bundle = session.get_one(Bundle, bundle_id)
        balance.release(session, bundle, now=NOW)

    with desk.database.look() as session:
        row = session.scalars(select(Work)).one()
    assert (row.kind, row.subject) == ("check", filing)


def test_a_bundle_is_not_weighed_before_all_of_it_is_read(desk: Desk) -> None:
    filing = desk.receive()
    bundle_id = bundled(desk, filing, sheets=1, entries=1)

    with desk.database.begin() as session:
        session.get_one(Filing, filing).step = FilingStep.READING
        found = balance.settle(session, session.get_one(Bundle, bundle_id))

    assert (found.pending, found.passes) == (True, False)


def test_many_bundles_are_weighed_as_each_alone_with_as_few_questions(
    desk: Desk,
) -> None:
    declared = [(1, 1), (2, 1), (1, 2), (3, 3)]
    for sheets, entries in declared:
        bundled(desk, desk.receive(entries=2), sheets=sheets, entries=entries)
    with desk.database.begin() as session:
        for bundle in session.scalars(select(Bundle).where(Bundle.id <= 2)):
            # The same number on the same day.
            bundle.received_on = NOW.date()
    asked: list[str] = []
    event.listen(
        desk.database.engine,
        "before_cursor_execute",
        lambda *told: asked.append(told[2]),
    )

    with desk.database.look() as session:
        bundles = session.scalars(select(Bundle).order_by(Bundle.id)).all()
        asked.clear()
        one = Scale(session, bundles[:1])
        for_one = len(asked)
        all_of_them = Scale(session, bundles)
        together = [all_of_them.weigh(bundle) for bundle in bundles]
        for_all = len(asked) - for_one
        alone = [weigh(session, bundle) for bundle in bundles]

    assert one.weigh(bundles[0]) == together[0]
    assert together == alone
    assert for_all == for_one
    assert [weight.issues for weight in together] == [
        ("entries:2/1", "number_again"),
        ("sheets:1/2", "entries:2/1", "number_again"),
        (),
        ("sheets:1/3", "entries:2/3"),
    ]
