"""Paper itself: registered when it comes, kept in a box, lent and taken back."""

from datetime import date

import pytest

from kamizero.errors import WrongCallError
from kamizero.model import Role
from review.refusals import RoleForbidsError
from review.sorting.custody import PaperLentError, lend, put, take_back, whereabouts
from review.sorting.receipt import Slip
from review.sorting.received import Envelope, possibly_lost, register, scanned_as
from review.sorting.record import Clerk
from storage.office_days import set_day
from storage.tables import Arrival, Bundle, ReceivedPaper, Way
from tests.desk import LATER, Desk
from tests.workshop import a_form, new_arrival
from workers.bundles import open_run

KEN = Clerk("ken", Role.SCANNER, LATER)
FRIDAY = date(2020, 12, 4)


def a_bundle(desk: Desk) -> int:
    arrival = new_arrival(desk, a_form())
    with desk.database.begin() as session:
        (bundle,) = open_run(session, session.get_one(Arrival, arrival))
        return bundle.id


def received(desk: Desk, day: date) -> int:
    with desk.database.begin() as session:
        envelope = Envelope(Way.POST, day, sheets=12, mark="123-4567")
        return register(session, KEN, site="main", envelope=envelope).id


def lost(desk: Desk, today: date) -> list[int]:
    with desk.database.look() as session:
        return [row.id for row in possibly_lost(session, today=today)]


def test_paper_not_scanned_by_the_end_of_the_next_business_day_may_be_lost(
    desk: Desk,
) -> None:
    paper = received(desk, FRIDAY)

    assert lost(desk, date(2020, 12, 7)) == []
    assert lost(desk, date(2020, 12, 8)) == [paper]


def test_paper_that_came_before_holidays_is_looked_for_after_them(desk: Desk) -> None:
    paper = received(desk, date(2019, 4, 26))

    assert lost(desk, date(2019, 5, 7)) == []
    assert lost(desk, date(2019, 5, 8)) == [paper]


def test_paper_that_was_scanned_is_not_looked_for(desk: Desk) -> None:
    paper, bundle = received(desk, FRIDAY), a_bundle(desk)

    with desk.database.begin() as session:
        scanned_as(
            session,
            KEN,
            session.get_one(ReceivedPaper, paper),
            session.get_one(Bundle, bundle),
        )

    assert lost(desk, date(2020, 12, 31)) == []


def test_an_auditor_keeps_no_register(desk: Desk) -> None:
    eve = Clerk("eve", Role.AUDITOR, LATER)

    with pytest.raises(RoleForbidsError), desk.database.begin() as session:
        register(session, eve, site="main", envelope=Envelope(Way.WINDOW, FRIDAY))


def test_an_auditor_moves_no_paper(desk: Desk) -> None:
    eve, bundle_id = Clerk("eve", Role.AUDITOR, LATER), a_bundle(desk)
    with desk.database.begin() as session:
        put(session, KEN, session.get_one(Bundle, bundle_id), box="A-12", place="2")

    with pytest.raises(RoleForbidsError), desk.database.begin() as session:
        put(session, eve, session.get_one(Bundle, bundle_id), box="B", place="cellar")
    with pytest.raises(RoleForbidsError), desk.database.begin() as session:
        lend(session, eve, session.get_one(Bundle, bundle_id), to="eve")
    with pytest.raises(RoleForbidsError), desk.database.begin() as session:
        take_back(session, eve, session.get_one(Bundle, bundle_id))


def test_an_envelope_holds_something() -> None:
    with pytest.raises(WrongCallError, match="at least one"):
        Envelope(Way.POST, FRIDAY, sheets=0)


def test_paper_is_put_lent_and_taken_back_to_its_box(desk: Desk) -> None:
    bundle_id = a_bundle(desk)
    seen = []

    with desk.database.begin() as session:
        bundle = session.get_one(Bundle, bundle_id)
        put(session, KEN, bundle, box="A-12", place="archive 2")
        lend(session, KEN, bundle, to="hanako")
        seen.append(whereabouts(session, bundle))
        take_back(session, KEN, bundle)
        seen.append(whereabouts(session, bundle))

    assert [(row.act, row.box, row.holder) for row in seen if row] == [
        ("lent", "A-12", "hanako"),
        ("back", "A-12", None),
    ]


def test_lent_paper_is_neither_lent_again_nor_put_elsewhere(desk: Desk) -> None:
    bundle_id = a_bundle(desk)
    with desk.database.begin() as session:
        bundle = session.get_one(Bundle, bundle_id)
        put(session, KEN, bundle, box="A-12", place="archive 2")
        lend(session, KEN, bundle, to="hanako")

    with pytest.raises(PaperLentError, match="hanako"), desk.database.begin() as one:
        lend(one, KEN, one.get_one(Bundle, bundle_id), to="ichiro")
    with pytest.raises(PaperLentError, match="hanako"), desk.database.begin() as one:
        put(one, KEN, one.get_one(Bundle, bundle_id), box="B", place="cellar")


def test_paper_that_lies_nowhere_is_not_lent(desk: Desk) -> None:
    bundle_id = a_bundle(desk)

    with pytest.raises(PaperLentError, match="no box"), desk.database.begin() as one:
        lend(one, KEN, one.get_one(Bundle, bundle_id), to="ichiro")


@pytest.mark.parametrize(
    ("slip", "line"),
    [
        (Slip("123", 48, 48, passes=True), "束 0123 申告 48 枚 受領 48 枚"),
        (Slip("123", 48, 47, passes=False), "束 0123 申告 48 枚 受領 47 枚 要確認"),
        (Slip("", None, 3, passes=True), "束 ---- 申告 - 枚 受領 3 枚"),
    ],
)
def test_a_receipt_is_one_line(slip: Slip, line: str) -> None:
    assert slip.line("ja") == line


def test_a_day_on_which_the_office_is_closed_gives_a_day_more(desk: Desk) -> None:
    paper = received(desk, FRIDAY)
    monday = date(2020, 12, 7)

    with desk.database.begin() as session:
        set_day(session, monday, opened=False, note="move", actor="ken", now=LATER)

    assert lost(desk, date(2020, 12, 8)) == []
    assert lost(desk, date(2020, 12, 9)) == [paper]
