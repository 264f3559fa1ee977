"""The overview, the daily report and the register of errors, as people reach them."""

import csv
from io import StringIO

import pytest

from kamizero.model import Role
from tests.office import Office

ERROR = {
    "site": "main",
    "kind": "input",
    "origin": "centre",
    "cause": "mistyped",
    "effect": "none",
    "found_by": "office",
    "happened_on": "2020-12-01",
    "found_on": "2020-12-09",
    "what": "<script>alert(1)</script>",
}


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(StringIO(text.removeprefix("\ufeff"))))


def test_the_overview_says_what_is_open_and_what_went(office: Office) -> None:
    office.waiting()
    rei = office.person()

    html = rei.get("/overview").text

    assert 'data-testid="open">1<' in html
    assert 'data-testid="flow-chart"' in html
    assert '<rect class="came"' in html


def test_the_numbers_of_the_charts_can_be_taken_away(office: Office) -> None:
    office.waiting()
    rei = office.person()

    flow = rei.get("/overview/flow.csv?days=7&site=main")
    standards = rei.get("/overview/standards.csv")

    assert flow.headers["content-type"] == "text/csv; charset=utf-8"
    assert rows(flow.text)[0] == ["day", "received", "ended", "open"]
    assert rows(flow.text)[-2] == ["2020-12-09", "1", "0", "1"]
    assert rows(standards.text)[1] == ["2200", "paper", "0", "0", "", "", "1", "0"]


def test_the_report_is_of_a_site_that_is_there(office: Office) -> None:
    office.waiting()
    rei = office.person()

    assert 'data-testid="report-open">1<' in rei.get("/report/main").text
    assert rei.get("/report/nowhere").status_code == 404


def test_an_error_is_written_down_closed_and_counted(office: Office) -> None:
    office.waiting()
    rei = office.person()

    recorded = rei.submit("/errors", **ERROR)
    closed = rei.submit("/errors/1/close", remedy="訂正した")

    assert recorded.headers["location"] == "/errors?notice=error_recorded"
    assert closed.headers["location"] == "/errors?notice=error_closed"
    html = rei.get("/errors").text
    assert "&lt;script&gt;alert(1)" in html
    assert "訂正した" in html
    table = rows(rei.get("/errors/table.csv?year=2020").text)
    assert table[2][:1] + table[2][9:10] == ["input", "1"]
    assert table[0][9] == "2020-12"


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "unheard-of"},
        {"what": ""},
        {"found_on": "2020-12-32"},
        {"found_on": "2020-12-11"},
        {"happened_on": "2020-12-10"},
        {"amount_yen": "1e9"},
        {"receipt_number": "R999"},
    ],
)
def test_what_is_no_error_is_refused(office: Office, wrong: dict[str, str]) -> None:
    office.waiting()
    rei = office.person()

    answer = rei.submit("/errors", **{**ERROR, **wrong})

    assert answer.status_code in (400, 404, 422)
    assert "error-1" not in rei.get("/errors").text


@pytest.mark.parametrize(
    ("role", "reads", "writes"),
    [
        (Role.AUDITOR, 200, 403),
        (Role.SCANNER, 403, 403),
        (Role.RECORDS_MANAGER, 200, 303),
    ],
)
def test_the_register_is_for_those_who_keep_or_audit_it(
    office: Office, role: Role, reads: int, writes: int
) -> None:
    office.waiting()
    one = office.person("kim", role)

    assert one.get("/errors").status_code == reads
    assert one.get("/errors/table.csv?year=2020").status_code == reads
    assert one.submit("/errors", **ERROR).status_code == writes
