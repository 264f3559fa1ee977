"""What a clerk did is an event, can be taken back, and is not everybody's act."""

import pytest
from sqlalchemy import select

from kamizero.errors import MissingError
from kamizero.model import PageKind, Role
from review.refusals import NothingToUndoError, RoleForbidsError
from review.sorting import acts
from review.sorting.acts import Declared
from review.sorting.record import Clerk, SortingClosedError, undo
from storage.tables import AuditEvent, Bundle, Entry, EntryState, Page
from tests.desk import LATER, Desk
from tests.sorting import (
    KEN,
    call_blank,
    declared,
    issues,
    live,
    page_ids,
    sort_again,
    sorted_bundles,
    turn,
)
from tests.workshop import a_blank, a_form, an_unknown


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
