"""A clerk says what pages are, replaces and lays them where they belong."""

from datetime import date

import pytest
from sqlalchemy import select

from kamizero.errors import MissingError
from kamizero.model import PageKind
from review.sorting import acts
from review.sorting.acts import Declared
from review.sorting.record import SortingClosedError
from storage.balance import weigh
from storage.tables import (
    Arrival,
    AttachmentKind,
    Bundle,
    Copy,
    Disposal,
    Entry,
    EntryState,
    Filing,
    Page,
    Submitter,
)
from tests.desk import NOW, Desk
from tests.sorting import (
    KEN,
    declared,
    issues,
    live,
    page_ids,
    sort_again,
    sorted_bundles,
)
from tests.workshop import a_blank, a_form, an_unknown, new_arrival
from workers.bundles import open_run
from workers.filings import sort_bundle


def test_a_paper_called_a_form_opens_a_filing_of_its_own(desk: Desk) -> None:
    (bundle_id,) = sorted_bundles(desk, declared(1, 2), a_form(), an_unknown())
    _, form, paper = page_ids(desk, bundle_id)

    with desk.database.begin() as session:
        bundle = session.get_one(Bundle, bundle_id)
        acts.retype(session, KEN, bundle, [paper], PageKind.FORM, form=desk.definition)
    sort_again(desk)

    assert live(desk) == [[form], [paper]]


def test_a_filing_whose_form_is_no_form_is_dissolved_with_its_entries(
    desk: Desk,
) -> None:
    (bundle_id,) = sorted_bundles(desk, declared(1, 2), a_form(), a_form())
    _, first, second = page_ids(desk, bundle_id)
    with desk.database.begin() as session:
        filing = session.get_one(Page, second).filing
        assert filing is not None
        session.add(Entry(filing_id=filing.id, n=1, state=EntryState.READ))

    with desk.database.begin() as session:
        bundle = session.get_one(Bundle, bundle_id)
        acts.retype(session, KEN, bundle, [second], PageKind.ATTACHMENT)
    sort_again(desk)

    assert live(desk) == [[first, second]]
    with desk.database.look() as session:
        assert session.scalars(select(Entry.state)).all() == [EntryState.SUPERSEDED]
        assert weigh(session, session.get_one(Bundle, bundle_id)).entries == 0


def test_a_rescanned_page_takes_the_place_and_both_are_kept(desk: Desk) -> None:
    (first,) = sorted_bundles(desk, declared(1, 2), a_form(), an_unknown())
    _, old, _ = page_ids(desk, first)
    (other,) = sorted_bundles(desk, a_form())
    (new,) = page_ids(desk, other)

    with desk.database.begin() as session:
        acts.replace(session, KEN, session.get_one(Bundle, first), old, by=new)
    sort_again(desk)

    assert page_ids(desk, first)[1] == new
    assert issues(desk, first) == ()
    with desk.database.look() as session:
        kept = session.get_one(Page, old)
        assert (kept.standing, kept.replaced_by_id) == ("replaced", new)


def test_a_page_that_was_replaced_takes_no_place_itself(desk: Desk) -> None:
    (first,) = sorted_bundles(desk, declared(1, 2), a_form(), an_unknown())
    _, old, paper = page_ids(desk, first)
    (other,) = sorted_bundles(desk, a_form())
    (new,) = page_ids(desk, other)
    with desk.database.begin() as session:
        acts.replace(session, KEN, session.get_one(Bundle, first), old, by=new)

    for one in (new, paper):
        with pytest.raises(MissingError), desk.database.begin() as session:
            acts.replace(session, KEN, session.get_one(Bundle, first), one, by=old)

    assert page_ids(desk, first)[1:] == [new, paper]


def test_a_rescanned_front_is_a_side_of_the_sheet_whose_back_stays(desk: Desk) -> None:
    arrival = new_arrival(desk, declared(1, 1), a_blank(), a_form(), a_blank())
    with desk.database.begin() as session:
        row = session.get_one(Arrival, arrival)
        row.job.sides = "2"
        (bundle,) = open_run(session, row)
        sort_bundle(session, bundle, now=NOW)
        first = bundle.id
    front = page_ids(desk, first)[2]
    (other,) = sorted_bundles(desk, a_form())
    (better,) = page_ids(desk, other)

    with desk.database.begin() as session:
        acts.replace(session, KEN, session.get_one(Bundle, first), front, by=better)
    sort_again(desk)

    assert issues(desk, first) == ()


def test_a_sheet_scanned_twice_is_set_aside_and_kept(desk: Desk) -> None:
    (bundle_id,) = sorted_bundles(desk, declared(1, 1), a_form(), a_form())
    again = page_ids(desk, bundle_id)[-1]
    assert issues(desk, bundle_id) == ("sheets:2/1",)

    with desk.database.begin() as session:
        acts.set_aside(session, KEN, session.get_one(Bundle, bundle_id), [again])
    sort_again(desk)

    assert issues(desk, bundle_id) == ()
    with desk.database.look() as session:
        assert session.get_one(Page, again).standing == "set_aside"


def test_the_day_of_receipt_and_who_filed_go_to_the_filings(desk: Desk) -> None:
    (bundle_id,) = sorted_bundles(desk, declared(1, 1), a_form())

    with desk.database.begin() as session:
        bundle = session.get_one(Bundle, bundle_id)
        acts.declare(
            session,
            KEN,
            bundle,
            Declared(1, 0, received_on=date(2020, 11, 30)),
            submitter=Submitter.LABOUR_ATTORNEY,
        )

    with desk.database.look() as session:
        filing = session.scalars(
            select(Filing).where(Filing.bundle_id == bundle_id)
        ).one()
        submitter = session.get_one(Bundle, bundle_id).submitter
    assert (filing.received_on, submitter) == (date(2020, 11, 30), "labour_attorney")


def test_an_attached_paper_says_what_it_is_and_what_becomes_of_it(desk: Desk) -> None:
    (bundle_id,) = sorted_bundles(desk, declared(1, 2), a_form(), an_unknown())
    paper = page_ids(desk, bundle_id)[-1]

    with desk.database.begin() as session:
        acts.classify(
            session,
            KEN,
            session.get_one(Bundle, bundle_id),
            [paper],
            attachment=AttachmentKind.INSURANCE_CARD,
            copy=Copy.ORIGINAL,
            disposal=Disposal.FORWARD,
        )

    with desk.database.look() as session:
        page = session.get_one(Page, paper)
    assert (page.attachment, page.copy, page.disposal) == (
        "insurance_card",
        "original",
        "forward",
    )


def test_late_papers_are_laid_to_the_filing_a_person_names(desk: Desk) -> None:
    (bundle_id,) = sorted_bundles(desk, declared(1, 2), a_form(), a_form())
    _, first, second = page_ids(desk, bundle_id)
    with desk.database.look() as session:
        filing = session.get_one(Page, first).filing
        assert filing is not None
        number = filing.receipt_number
    (other,) = sorted_bundles(desk, an_unknown())
    (late,) = page_ids(desk, other)

    with desk.database.begin() as session:
        bundle = session.get_one(Bundle, other)
        acts.attach(session, KEN, bundle, [late], receipt_number=number)
    sort_again(desk)

    assert live(desk) == [[first, late], [second]]
    assert issues(desk, bundle_id) == ("sheets:3/2",)


def test_nothing_is_laid_to_a_filing_that_was_ended(desk: Desk) -> None:
    (bundle_id,) = sorted_bundles(desk, declared(1, 1), a_form())
    (other,) = sorted_bundles(desk, an_unknown())
    (late,) = page_ids(desk, other)
    with desk.database.begin() as session:
        filing = session.get_one(Page, page_ids(desk, bundle_id)[-1]).filing
        assert filing is not None
        number = filing.receipt_number
        session.add(Entry(filing_id=filing.id, n=1, state=EntryState.RETURNED))

    with desk.database.look() as session:
        bundle = session.get_one(Bundle, other)
        with pytest.raises(SortingClosedError):
            acts.attach(session, KEN, bundle, [late], receipt_number=number)

    assert page_ids(desk, other) == [late]
