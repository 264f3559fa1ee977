"""Group verification over HTTP: lots, leases, single cells, and what is sent."""

import html
import re
from collections import Counter
from dataclasses import replace
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from kamizero.model import Role
from storage.tables import AuditEvent, Field, GroupCheck, Work
from storage.values import write_reading
from tests import suggesting
from tests.desk import LATER
from tests.office import WHITE, Browser, Office
from tests.paper import a_reading

KANA, KIND = "insured.1.name_kana", "insured.*.name_kana"
NUMBER, NUMBERS = "insured.1.my_number", "insured.*.my_number"
HEAD = "office.name"
VALID = "123456789018"
OTHER = "234567890129"


def lot(person: Browser, kind: str = KIND) -> str:
    """The page of a new lot; "" where nothing is left."""
    answer = person.get("/groups/lot", params={"form": "2200@2020-12", "kind": kind})
    return str(answer.text) if answer.status_code == 200 else ""


def items(page: str) -> list[str]:
    return [html.unescape(one) for one in re.findall(r'data-item="([^"]+)"', page)]


def judge(person: Browser, page: str, *wrong: int) -> Any:
    verdicts = [
        {"item": item, "correct": number not in wrong}
        for number, item in enumerate(items(page))
    ]
    return person.send("/groups/lot", verdicts=verdicts).json()


def states(office: Office, filings: list[int]) -> list[list[str]]:
    return [office.desk.states(filing) for filing in filings]


def test_what_looks_right_is_settled_and_what_does_not_goes_to_review(
    office: Office,
) -> None:
    filings = [office.waiting() for _ in range(3)]
    rei = office.person()
    page = lot(rei)

    told = judge(rei, page, 1)

    assert told == {"saved": 3, "gone": 0}
    assert sorted(states(office, filings)) == [["in_review"], ["ready"], ["ready"]]
    # What was marked does not come again among the others.
    assert lot(rei) == ""
    left = next(one for one in filings if office.desk.states(one) == ["in_review"])
    assert office.desk.claim(left, person="ken")


def test_a_field_a_robot_says_something_else_about_is_in_no_lot(
    office: Office,
) -> None:
    suggesting.open_queue(office)
    office.waiting()
    office.waiting()
    robot = suggesting.looker_of(office)
    (item,) = robot.asked()
    robot.found(item, **{suggesting.KANA: "ヤマダ　ジロウ"})

    assert len(items(lot(office.person()))) == 1


def test_a_lot_is_sorted_by_doubt(office: Office) -> None:
    doubts = {"アベ　アイ": 0.6, "イノ　イク": 0.2, "ウノ　ウミ": 0.4}
    for name, confidence in doubts.items():
        filing = office.waiting()
        reading = a_reading(KANA, name, accepted=False)
        with office.desk.database.begin() as session:
            field = session.query(Field).filter_by(filing_id=filing, name=KANA).one()
            again = replace(reading, confidence=confidence)
            write_reading(session, office.desk.vault, field, again, now=LATER)
    page = lot(office.person())

    shown = re.findall(r'<span class="said">([^<]*)</span>', page)

    assert shown == sorted(doubts, key=doubts.__getitem__)


def test_no_entry_is_in_two_hands_at_once(office: Office) -> None:
    filings = [office.waiting() for _ in range(3)]
    rei, ken = office.person("rei"), office.person("ken")
    first = lot(rei)

    second = lot(ken)
    review = ken.get(f"/review/{office.desk.entry_id(filings[0])}")

    assert len(items(first)) == 3
    assert second == ""
    assert review.status_code == 303


def test_what_was_handed_on_to_somebody_else_is_in_no_lot(office: Office) -> None:
    office.waiting()
    rei, ken = office.person("rei"), office.person("ken")
    with office.desk.database.begin() as session:
        session.query(Work).filter_by(kind="review").one().reserved_for = "ken"

    assert lot(rei) == ""
    assert len(items(lot(ken))) == 1


def test_a_lot_that_is_left_goes_back(office: Office) -> None:
    office.waiting()
    rei, ken = office.person("rei"), office.person("ken")
    page = lot(rei)

    left = rei.submit("/groups/release", items=" ".join(items(page)))

    assert left.status_code == 204
    assert len(items(lot(ken))) == 1
    assert judge(rei, page) == {"saved": 0, "gone": 1}


def test_a_double_click_settles_once(office: Office) -> None:
    filing = office.waiting()
    rei = office.person()
    page = lot(rei)

    told = [judge(rei, page) for _ in range(2)]

    assert told == [{"saved": 1, "gone": 0}, {"saved": 0, "gone": 1}]
    assert office.desk.states(filing) == ["ready"]


def test_another_persons_lot_opens_nothing(office: Office) -> None:
    office.waiting()
    rei, ken = office.person("rei"), office.person("ken")
    item = items(lot(rei))[0]

    seen = ken.get("/groups/piece.jpg", params={"item": item})
    told = ken.send("/groups/lot", verdicts=[{"item": item, "correct": True}])
    forged = rei.get("/groups/piece.jpg", params={"item": "k.bm90aGluZw=="})

    assert (seen.status_code, told.status_code, forged.status_code) == (404, 404, 404)


def test_a_field_of_the_head_is_looked_at_once_for_all_its_entries(
    office: Office,
) -> None:
    filing = office.waiting(entries=2, doubtful=[HEAD])
    rei = office.person()
    page = lot(rei, HEAD)

    judge(rei, page)

    assert len(items(page)) == 1
    assert office.desk.states(filing) == ["ready", "ready"]


def test_an_entry_with_other_doubts_stays_in_review(office: Office) -> None:
    filing = office.waiting(doubtful=[KANA, "insured.1.name_kanji"])
    rei = office.person()

    judge(rei, lot(rei))

    assert office.desk.states(filing) == ["in_review"]
    entry = office.desk.entry(filing)
    assert entry.reasons == ["doubtful:insured.1.name_kanji"]
    assert office.desk.claim(filing, person="ken")


def test_numbers_come_as_single_cells_of_different_people(office: Office) -> None:
    for value in (VALID, VALID, OTHER):
        office.waiting(doubtful=[NUMBER], written={NUMBER: value})
    rei = office.person()

    page = lot(rei, NUMBERS)

    said = re.findall(r'<span class="said">([^<]*)</span>', page)
    assert len(set(said)) == 1
    assert re.fullmatch(r"\d", said[0])
    assert len(items(page)) == 3
    assert "data-cells" in page
    for number in (VALID, OTHER):
        assert number not in page
    judged = judge(rei, page)
    with office.desk.database.look() as session:
        per_number = Counter(row.version_id for row in session.query(GroupCheck))
    assert judged["saved"] == 3
    assert set(per_number.values()) == {1}


def test_a_number_is_settled_once_each_of_its_cells_is_right(office: Office) -> None:
    filing = office.waiting(doubtful=[NUMBER])
    rei = office.person()

    lots = 0
    while page := lot(rei, NUMBERS):
        before = office.desk.states(filing)
        judge(rei, page)
        lots += 1

    assert lots == 12
    assert before == ["in_review"]
    assert office.desk.states(filing) == ["ready"]


def test_one_wrong_cell_sends_the_number_to_review(office: Office) -> None:
    filing = office.waiting(doubtful=[NUMBER])
    rei = office.person()
    judge(rei, lot(rei, NUMBERS))

    judge(rei, lot(rei, NUMBERS), 0)

    assert lot(rei, NUMBERS) == ""
    assert office.desk.states(filing) == ["in_review"]


def test_the_picture_of_a_cell_holds_one_cell(office: Office) -> None:
    filing = office.waiting(doubtful=[NUMBER])
    rei = office.person()
    item = items(lot(rei, NUMBERS))[0]

    seen = rei.get("/groups/piece.jpg", params={"item": item})

    with office.desk.database.look() as session:
        field = session.query(Field).filter_by(filing_id=filing, name=NUMBER).one()
    with Image.open(BytesIO(seen.content)) as image:
        grey = np.asarray(image.convert("L"))
    assert grey.min() > WHITE - 9
    assert grey.shape[1] < field.box_px[2] / 10


def test_the_view_of_cells_leaves_a_trace_and_of_names_none(office: Office) -> None:
    office.waiting(doubtful=[KANA, NUMBER])
    rei = office.person()
    page = lot(rei)
    rei.submit("/groups/release", items=" ".join(items(page)))

    lot(rei, NUMBERS)

    with office.desk.database.look() as session:
        views = session.query(AuditEvent).filter_by(act="group.view").all()
    assert [view.actor for view in views] == ["rei"]
    assert VALID not in str(views[0].body)


@pytest.mark.parametrize("role", [Role.KEYER, Role.SCANNER, Role.AUDITOR])
def test_lots_are_for_reviewers(office: Office, role: Role) -> None:
    office.waiting()
    person = office.person("mio", role)

    assert person.get("/groups").status_code == 403
    assert person.get("/groups/lot").status_code == 403


def test_the_list_counts_what_waits(office: Office) -> None:
    for _ in range(2):
        office.waiting(doubtful=[KANA, NUMBER])

    page = office.person().get("/groups").text

    assert f'data-testid="group-{KIND}"' in page
    assert "Single digits, shuffled" in page
    assert re.search(r'<td class="number">2</td>', page)
