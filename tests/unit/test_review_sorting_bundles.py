"""A clerk splits and joins bundles, and explains what does not balance."""

import pytest
from sqlalchemy import select

from kamizero.errors import WrongCallError
from kamizero.model import PageKind
from review.refusals import ReasonMissingError
from review.sorting import acts
from review.sorting.acts import AlreadyBalancedError, Declared
from storage.tables import Bundle, Filing, Touch, Work
from tests.desk import Desk
from tests.sorting import (
    KEN,
    declared,
    issues,
    live,
    page_ids,
    sort_again,
    sorted_bundles,
    split,
)
from tests.workshop import a_form, a_separator, an_unknown


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
