"""What the review page is given to help a person decide about a field."""

from typing import Any

from kamizero.model import Role
from tests.desk import PAPER
from tests.office import Office
from tests.review_pages import Sitting

BIRTH = "insured.1.birth_date"
TOTAL = "insured.1.remuneration_total"
PX_PER_MM = 200 / 25.4


def sit_down(office: Office, filing: int, n: int = 1) -> Sitting:
    return Sitting(office.person(), office.desk.entry_id(filing, n))


def digits(sitting: Sitting) -> list[dict[str, Any]]:
    return list(sitting.task["digits"])


def test_each_field_says_what_stands_above_it_in_its_column(office: Office) -> None:
    written = {"insured.1.acquired_on": "2020-12-03"}
    filing = office.waiting(
        entries=2, doubtful=["insured.2.acquired_on"], written=written
    )

    sitting = sit_down(office, filing, 2)

    assert sitting.field("insured.2.acquired_on")["above"]["writing"] == "9 021203"
    assert sitting.field("insured.2.my_number")["above"] is None
    assert sitting.field("insured.2.remarks")["above"] is None
    assert sitting.field("office.name")["above"] is None


def test_nothing_stands_above_the_first_entry(office: Office) -> None:
    filing = office.waiting()

    sitting = sit_down(office, filing)

    assert all(one["above"] is None for one in sitting.task["fields"])


def test_what_was_decided_above_is_what_is_repeated(office: Office) -> None:
    name = "insured.1.acquired_on"
    filing = office.waiting(entries=2, doubtful=[name, "insured.2.acquired_on"])
    first = sit_down(office, filing)
    first.answer(name, "settle", value="9021204")

    second = Sitting(office.person("jun"), office.desk.entry_id(filing, 2))

    assert second.field("insured.2.acquired_on")["above"]["writing"] == "9 021204"


def test_digits_of_the_sheet_are_given_with_their_cells(office: Office) -> None:
    filing = office.waiting(doubtful=[BIRTH])

    given = digits(sit_down(office, filing))

    number = office.desk.definition.field("insured.1.my_number")
    left = round((number.cells or ())[0].x * PX_PER_MM)
    ones = [one for one in given if one["digit"] == "1"]
    assert any(abs(one["box"][0] - left) <= 2 for one in ones)
    assert {one["digit"] for one in given} >= set(PAPER["my_number"])


def test_amounts_are_found_in_the_cells_they_fill_from_the_right(
    office: Office,
) -> None:
    filing = office.waiting(doubtful=["insured.1.name_kana"])

    given = digits(sit_down(office, filing))

    total = office.desk.definition.field(TOTAL)
    cells = total.cells or ()
    lefts = [round(cell.x * PX_PER_MM) for cell in cells[-len("280000") :]]
    eight = [one for one in given if one["digit"] == "8"]
    assert any(
        abs(one["box"][0] - lefts[1]) <= 2
        and abs(one["box"][1] - cells[0].y * PX_PER_MM) <= 2
        for one in eight
    )


def test_a_doubtful_digit_is_no_example_of_a_hand(office: Office) -> None:
    doubtful = [
        one.name for one in office.desk.definition.fields if one.entry in (None, 1)
    ]
    filing = office.waiting(doubtful=doubtful)

    given = digits(sit_down(office, filing))

    assert given == []


def test_the_record_is_shown_as_the_form_has_it_and_offered(office: Office) -> None:
    rule = "records.birth_date_differs"
    filing = office.waiting(doubtful=[BIRTH])
    office.desk.find(filing, rule, fields=[BIRTH], record="1990-05-21")
    jun = office.person("jun", language="ja")

    html = jun.get(f"/review/{office.desk.entry_id(filing)}").text

    assert "平成2年5月21日" in html
    assert f'data-take-over="{BIRTH}" data-writing="7 020521"' in html
    assert 'data-record="insured"' in html


def test_only_a_value_of_the_field_is_offered(office: Office) -> None:
    filing = office.waiting(doubtful=[BIRTH])
    office.desk.find(filing, "told", fields=[BIRTH], record="山田 2020-12-01 取得")
    office.desk.find(
        filing, "secret", fields=["insured.1.my_number"], record="123456789018"
    )

    html = sit_down(office, filing).browser.get(
        f"/review/{office.desk.entry_id(filing)}"
    )

    assert "取得" in html.text
    assert "data-take-over" not in html.text


def test_a_finding_about_another_filing_opens_it(office: Office) -> None:
    other, filing = office.waiting(), office.waiting(doubtful=[BIRTH])
    office.desk.find(filing, "common.filed_before", fields=[BIRTH], about=other)

    link = f'href="/filings/{other}" target="_blank"'
    browser = sit_down(office, filing).browser

    assert link in browser.get(f"/review/{office.desk.entry_id(filing)}").text
    assert f'href="/filings/{other}"' in browser.get(f"/filings/{filing}").text


def test_the_approver_reads_the_ground_of_a_decision(office: Office) -> None:
    filing = office.waiting(doubtful=[BIRTH])
    sitting = sit_down(office, filing)
    ground = {
        "ground": "inquiry",
        "whom": "Sato",
        "on": "2020-12-09",
        "at": "14:05",
        "answer": "the 21st",
    }
    saved = sitting.answer(BIRTH, "accept").json()["fields"][0]["version"]
    sitting.answer(
        BIRTH, "decide", value="7020521", ground=ground, expected_version=saved
    )
    sitting.send("finish")
    ann = office.person("ann", Role.APPROVER)

    html = ann.get(f"/approvals/{filing}").text

    assert "Inquiry · 2020-12-09 14:05 · Sato: the 21st" in html


def test_an_inquiry_without_its_clock_is_refused(office: Office) -> None:
    filing = office.waiting(doubtful=[BIRTH])
    ground = {"ground": "inquiry", "whom": "K", "on": "2020-12-09", "answer": "12 May"}

    answer = sit_down(office, filing).answer(
        BIRTH, "decide", value="7020512", ground=ground
    )

    assert answer.status_code == 400
