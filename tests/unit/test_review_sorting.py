"""What a clerk does at the scanning desk, and how it is taken back."""

from collections.abc import Sequence
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.errors import MissingError, WrongCallError
from kamizero.model import PageKind, Role
from review.refusals import (
    NothingToUndoError,
    ReasonMissingError,
    RoleForbidsError,
)
from review.sorting import acts
from review.sorting.acts import AlreadyBalancedError, Declared
from review.sorting.record import Clerk, SortingClosedError, undo
from storage.balance import valid_pages, weigh
from storage.tables import (
    Arrival,
    AttachmentKind,
    AuditEvent,
    Bundle,
    Copy,
    Disposal,
    Entry,
    EntryState,
    Filing,
    FilingStep,
    Page,
    Submitter,
    Touch,
    Work,
)
from tests.desk import LATER, NOW, Desk
from tests.workshop import a_blank, a_form, a_separator, an_unknown, new_arrival
from workers.bundles import open_run
from workers.filings import sort_bundle

KEN = Clerk("ken", Role.SCANNER, LATER)


def sorted_bundles(desk: Desk, *pages: Page) -> list[int]:
    """The bundles of a file with these pages, all of it read."""
    arrival = new_arrival(desk, *pages)
    with desk.database.begin() as session:
        bundles = open_run(session, session.get_one(Arrival, arrival))
        for bundle in bundles:
            sort_bundle(session, bundle, now=NOW)
        all_read(session.scalars(select(Filing)).all())
        return [bundle.id for bundle in bundles]


def sort_again(desk: Desk) -> None:
    """What the worker does after people moved pages."""
    with desk.database.begin() as session:
        for bundle in session.scalars(select(Bundle).where(Bundle.sorting)):
            sort_bundle(session, bundle, now=LATER)
        all_read(session.scalars(select(Filing)).all())


def all_read(filings: Sequence[Filing]) -> None:
    for filing in filings:
        filing.step = FilingStep.DONE


def page_ids(desk: Desk, bundle_id: int) -> list[int]:
    with desk.database.look() as session:
        bundle = session.get_one(Bundle, bundle_id)
        return [page.id for page in valid_pages(session, bundle)]


def issues(desk: Desk, bundle_id: int) -> tuple[str, ...]:
    with desk.database.look() as session:
        return weigh(session, session.get_one(Bundle, bundle_id)).issues


def live(desk: Desk) -> list[list[int]]:
    """The page ids of each filing that is not dissolved."""
    with desk.database.look() as session:
        filings = session.scalars(
            select(Filing).where(
                Filing.dissolved_at.is_(None), Filing.bundle_id.is_not(None)
            )
        )
        return [[page.id for page in filing.pages] for filing in filings]


def split(session: Session, bundle_id: int, page: int, what: Declared) -> None:
    acts.split(session, KEN, session.get_one(Bundle, bundle_id), page, what)


def turn(session: Session, bundle_id: int, page: int, *, clerk: Clerk = KEN) -> None:
    acts.turn(session, clerk, session.get_one(Bundle, bundle_id), [page], 90)


def call_blank(session: Session, bundle_id: int, page: int) -> None:
    bundle = session.get_one(Bundle, bundle_id)
    acts.retype(session, KEN, bundle, [page], PageKind.BLANK)


def declared(number: int, sheets: int) -> Page:
    return a_separator(number, sheets=sheets, entries=0)


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


def test_nothing_passes_between_the_act_and_the_sorting_anew(desk: Desk) -> None:
    (bundle_id,) = sorted_bundles(desk, declared(1, 1), a_form())
    page = page_ids(desk, bundle_id)[-1]

    with desk.database.begin() as session:
        bundle = session.get_one(Bundle, bundle_id)
        acts.retype(session, KEN, bundle, [page], PageKind.ATTACHMENT)

    with desk.database.look() as session:
        row = session.get_one(Bundle, bundle_id)
        waiting = session.scalars(select(Work).where(Work.kind == "sort")).one()
    assert (row.balance, row.sorting, waiting.subject) == ("open", True, bundle_id)


def test_a_missed_separator_is_put_right_by_a_split(desk: Desk) -> None:
    (bundle_id,) = sorted_bundles(
        desk, declared(1, 1), a_form(), an_unknown(), a_form()
    )
    _, first, paper, second = page_ids(desk, bundle_id)

    with desk.database.begin() as session:
        bundle = session.get_one(Bundle, bundle_id)
        new = acts.split(session, KEN, bundle, paper, Declared(2, 0, number="2"))
    with desk.database.begin() as session:
        acts.move(session, KEN, session.get_one(Bundle, new.id), [paper])
    sort_again(desk)

    assert (issues(desk, bundle_id), issues(desk, new.id)) == ((), ())
    assert [sorted(filing) for filing in live(desk)] == [[first], [paper, second]]


def test_a_split_says_what_the_new_bundle_must_hold(desk: Desk) -> None:
    (bundle_id,) = sorted_bundles(desk, declared(1, 1), a_form(), a_form())
    last = page_ids(desk, bundle_id)[-1]

    with (
        pytest.raises(WrongCallError, match="how many"),
        desk.database.begin() as session,
    ):
        split(session, bundle_id, last, Declared(None, None))


def test_bundles_split_off_without_a_number_share_none(desk: Desk) -> None:
    (bundle_id,) = sorted_bundles(desk, declared(1, 1), a_form(), a_form(), a_form())

    with desk.database.begin() as session:
        for page in page_ids(desk, bundle_id)[:1:-1]:
            split(session, bundle_id, page, Declared(1, 0))
    sort_again(desk)

    with desk.database.look() as session:
        bundles = session.scalars(select(Bundle.id)).all()
    assert [issues(desk, one) for one in bundles] == [(), (), ()]


def test_joined_bundles_hold_what_both_declared(desk: Desk) -> None:
    first, second = sorted_bundles(
        desk, declared(1, 1), a_form(), declared(2, 1), a_form()
    )

    with desk.database.begin() as session:
        acts.join(
            session,
            KEN,
            session.get_one(Bundle, second),
            session.get_one(Bundle, first),
        )
    sort_again(desk)

    assert (issues(desk, first), page_ids(desk, second)) == ((), [])
    assert len(page_ids(desk, first)) == 4


def test_a_bundle_joined_to_another_is_none_of_those_behind_the_cover(
    desk: Desk,
) -> None:
    cover = a_separator(9, kind="C", sheets=2, entries=1)
    first, second = sorted_bundles(
        desk, cover, declared(1, 1), a_form(), declared(2, 1), a_form()
    )[-2:]
    assert issues(desk, first) == ("batch_bundles:2/1",)

    with desk.database.begin() as session:
        acts.join(
            session,
            KEN,
            session.get_one(Bundle, second),
            session.get_one(Bundle, first),
        )
    sort_again(desk)

    assert issues(desk, first) == ()


def test_what_waited_for_another_bundle_of_its_batch_goes_on(desk: Desk) -> None:
    cover = a_separator(9, kind="C", sheets=3, entries=3)
    first, second = sorted_bundles(
        desk, cover, declared(1, 1), a_form(), declared(2, 1), a_form(), a_form()
    )[-2:]
    assert issues(desk, first) == ("batch_bundles:2/3",)

    with desk.database.begin() as session:
        last = page_ids(desk, second)[-1]
        split(session, second, last, Declared(1, 0, number="3"))

    with desk.database.look() as session:
        row = session.get_one(Bundle, first)
        waiting = session.scalars(select(Work.subject).where(Work.kind == "check"))
        filings = session.scalars(select(Filing.id).where(Filing.bundle_id == first))
        assert row.balance == "balanced"
        assert waiting.all() == filings.all()


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


def test_every_act_is_taken_back_step_by_step(desk: Desk) -> None:
    (bundle_id,) = sorted_bundles(
        desk, declared(1, 3), a_form(), an_unknown(), a_blank()
    )
    _, form, paper, blank = before = page_ids(desk, bundle_id)
    with desk.database.begin() as session:
        bundle = session.get_one(Bundle, bundle_id)
        acts.turn(session, KEN, bundle, [form], 90)
        acts.move(session, KEN, bundle, [blank], before=form)
        acts.retype(session, KEN, bundle, [paper], PageKind.BLANK)
        acts.split(session, KEN, bundle, paper, Declared(1, 1))

    with desk.database.begin() as session:
        bundle = session.get_one(Bundle, bundle_id)
        undone = [undo(session, KEN, bundle) for _ in range(4)]

    assert undone == ["split", "retype", "move", "turn"]
    assert page_ids(desk, bundle_id) == before
    with desk.database.look() as session:
        kinds = [session.get_one(Page, page).kind for page in (form, paper, blank)]
        assert kinds == ["form", "attachment", "blank"]
        assert session.get_one(Page, form).turned is None
    with pytest.raises(NothingToUndoError), desk.database.begin() as session:
        undo(session, KEN, session.get_one(Bundle, bundle_id))


def test_what_another_act_changed_since_is_not_taken_back(desk: Desk) -> None:
    first, second = sorted_bundles(
        desk, declared(1, 1), a_form(), declared(2, 1), a_form()
    )
    page = page_ids(desk, first)[-1]
    with desk.database.begin() as session:
        one, other = session.get_one(Bundle, first), session.get_one(Bundle, second)
        acts.move(session, KEN, one, [page], into=other)
        acts.turn(session, KEN, other, [page], 90)

    with (
        pytest.raises(NothingToUndoError, match="changed after"),
        desk.database.begin() as session,
    ):
        undo(session, KEN, session.get_one(Bundle, first))


def test_pages_of_an_approved_filing_stay_where_they_are(desk: Desk) -> None:
    (bundle_id,) = sorted_bundles(desk, declared(1, 1), a_form())
    page = page_ids(desk, bundle_id)[-1]
    with desk.database.begin() as session:
        filing_id = session.get_one(Page, page).filing_id
        session.add(Entry(filing_id=filing_id, n=1, state=EntryState.RETURNED))

    with pytest.raises(SortingClosedError), desk.database.begin() as session:
        call_blank(session, bundle_id, page)


def test_an_ended_filing_neither_gains_nor_loses_a_page_by_its_neighbours(
    desk: Desk,
) -> None:
    (bundle_id,) = sorted_bundles(
        desk, declared(1, 4), a_form(), an_unknown(), a_form(), an_unknown()
    )
    _, ended, its_paper, form, paper = page_ids(desk, bundle_id)
    with desk.database.begin() as session:
        filing_id = session.get_one(Page, ended).filing_id
        session.add(Entry(filing_id=filing_id, n=1, state=EntryState.RETURNED))

    with desk.database.begin() as session:
        bundle = session.get_one(Bundle, bundle_id)
        acts.move(session, KEN, bundle, [form], before=its_paper)
    sort_again(desk)
    with_form_between = live(desk)
    with desk.database.begin() as session:
        bundle = session.get_one(Bundle, bundle_id)
        acts.set_aside(session, KEN, bundle, [form])
    sort_again(desk)

    assert with_form_between == [[ended, its_paper], [form]]
    assert live(desk) == [[ended, its_paper]]
    assert "loose:1" in issues(desk, bundle_id)
    with desk.database.look() as session:
        assert session.get_one(Page, paper).filing_id is None


def test_an_explained_bundle_passes_and_its_explainer_approves_nothing(
    desk: Desk,
) -> None:
    (bundle_id,) = sorted_bundles(desk, declared(1, 2), a_form())

    with desk.database.begin() as session:
        bundle = session.get_one(Bundle, bundle_id)
        acts.explain(session, KEN, bundle, "  one sheet was counted twice ")

    with desk.database.look() as session:
        row = session.get_one(Bundle, bundle_id)
        touched = session.scalars(select(Touch.person)).all()
        waiting = session.scalars(select(Work.kind)).all()
    assert (row.balance, row.explained_why) == (
        "explained",
        "one sheet was counted twice",
    )
    assert (touched, waiting) == (["ken"], ["check"])


def test_a_bundle_is_explained_only_where_something_differs(desk: Desk) -> None:
    (bundle_id,) = sorted_bundles(desk, declared(1, 1), a_form())

    with pytest.raises(AlreadyBalancedError), desk.database.begin() as session:
        acts.explain(session, KEN, session.get_one(Bundle, bundle_id), "why not")
    with pytest.raises(ReasonMissingError), desk.database.begin() as session:
        acts.explain(session, KEN, session.get_one(Bundle, bundle_id), " ")


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


def test_every_act_is_an_event_of_ids_alone(desk: Desk) -> None:
    (bundle_id,) = sorted_bundles(desk, declared(1, 1), a_form())
    page = page_ids(desk, bundle_id)[-1]

    with desk.database.begin() as session:
        acts.turn(session, KEN, session.get_one(Bundle, bundle_id), [page], 180)

    with desk.database.look() as session:
        event = session.scalars(
            select(AuditEvent).where(AuditEvent.act == "bundle.turn")
        ).one()
    assert (event.actor, event.subject_id) == ("ken", str(bundle_id))
    assert event.body == {"changed": [f"page:{page}"]}


def test_an_auditor_sorts_nothing(desk: Desk) -> None:
    (bundle_id,) = sorted_bundles(desk, declared(1, 1), a_form())
    page = page_ids(desk, bundle_id)[-1]
    eve = Clerk("eve", Role.AUDITOR, LATER)

    with pytest.raises(RoleForbidsError), desk.database.begin() as session:
        turn(session, bundle_id, page, clerk=eve)
    with pytest.raises(RoleForbidsError), desk.database.begin() as session:
        undo(session, eve, session.get_one(Bundle, bundle_id))


def test_a_page_of_another_bundle_is_not_sorted_here(desk: Desk) -> None:
    first, second = sorted_bundles(
        desk, declared(1, 1), a_form(), declared(2, 1), a_form()
    )
    foreign = page_ids(desk, second)[-1]

    with pytest.raises(MissingError), desk.database.begin() as session:
        turn(session, first, foreign)
