"""The register of errors: who keeps it, what it demands, and what it counts."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from kamizero.errors import MissingError, WrongCallError
from kamizero.model import Role
from review.error_register import (
    Found,
    cases,
    close,
    fiscal_year,
    monthly,
    record,
    yearly,
)
from review.refusals import RoleForbidsError
from storage.tables import (
    AuditEvent,
    ErrorCase,
    ErrorCause,
    ErrorEffect,
    ErrorKind,
    ErrorOrigin,
    FoundBy,
)
from tests.desk import NOW, Desk

TYPED = Found(
    site="main",
    kind=ErrorKind.INPUT,
    origin=ErrorOrigin.CENTRE,
    cause=ErrorCause.MISTYPED,
    effect=ErrorEffect.UNDERPAID,
    found_by=FoundBy.OFFICE,
    happened_on=date(2020, 11, 2),
    found_on=date(2020, 12, 9),
    what="報酬月額を誤って入力した。",
    amount_yen=12_000,
)


@pytest.fixture(autouse=True)
def a_filing(desk: Desk) -> int:
    return desk.receive()


def write_down(desk: Desk, found: Found = TYPED, role: Role = Role.REVIEWER) -> int:
    with desk.database.begin() as session:
        return record(session, found, actor="rei", role=role, now=NOW).id


def finish(desk: Desk, case: int, remedy: str = "追加で支払った。") -> None:
    with desk.database.begin() as session:
        close(session, case, remedy=remedy, actor="rei", role=Role.REVIEWER, now=NOW)


def kept(desk: Desk, case: int) -> ErrorCase:
    with desk.database.look() as session:
        return session.get_one(ErrorCase, case)


def test_an_error_names_the_entry_it_was_made_on(desk: Desk, a_filing: int) -> None:
    case = write_down(desk, replace(TYPED, receipt_number=f"R{a_filing}"))

    assert kept(desk, case).entry_id == desk.entry_id(a_filing)


@pytest.mark.parametrize(
    ("found", "error"),
    [
        (replace(TYPED, receipt_number="R999"), MissingError),
        (replace(TYPED, site="nowhere"), MissingError),
        (replace(TYPED, found_on=date(2020, 12, 11)), WrongCallError),
    ],
)
def test_what_is_not_so_is_not_written_down(
    desk: Desk, found: Found, error: type[Exception]
) -> None:
    with pytest.raises(error):
        write_down(desk, found)


@pytest.mark.parametrize(
    "wrong",
    [{"what": " "}, {"happened_on": date(2020, 12, 10)}, {"amount_yen": -1}],
)
def test_an_error_is_told_as_it_can_be(wrong: dict[str, object]) -> None:
    with pytest.raises(WrongCallError):
        replace(TYPED, **wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.SCANNER, Role.ROBOT])
def test_who_keeps_no_register_writes_nothing_down(desk: Desk, role: Role) -> None:
    with pytest.raises(RoleForbidsError):
        write_down(desk, role=role)


def test_a_case_is_closed_once_with_what_was_done(desk: Desk) -> None:
    case = write_down(desk)

    with pytest.raises(WrongCallError):
        finish(desk, case, remedy=" ")
    finish(desk, case)

    assert kept(desk, case).closed_on == date(2020, 12, 10)
    with pytest.raises(WrongCallError):
        finish(desk, case)
    with pytest.raises(MissingError):
        finish(desk, case + 1)


def test_the_events_of_the_register_hold_its_classes_alone(desk: Desk) -> None:
    case = write_down(desk)
    finish(desk, case)

    with desk.database.look() as session:
        events = session.scalars(
            select(AuditEvent).where(AuditEvent.subject_kind == "error_case")
        ).all()
    assert [event.act for event in events] == [
        "error_case.recorded",
        "error_case.closed",
    ]
    assert events[0].body == {"kind": "input", "site": "main"}


def test_a_fiscal_year_is_counted_by_month(desk: Desk) -> None:
    write_down(desk)
    write_down(desk, replace(TYPED, kind=ErrorKind.LOSS, found_by=FoundBy.CUSTOMER))
    long_ago = date(2020, 3, 31)
    write_down(desk, replace(TYPED, happened_on=long_ago, found_on=long_ago))

    with desk.database.look() as session:
        table = monthly(session, 2020)
        elsewhere = monthly(session, 2020, site="osaka")

    column = table.periods.index("2020-12")
    assert (table.periods[0], table.periods[-1]) == ("2020-04", "2021-03")
    assert table.counts[ErrorKind.INPUT][column] == 1
    assert table.counts[ErrorKind.LOSS][column] == 1
    assert (sum(table.totals), table.totals[column]) == (2, 2)
    assert (table.by_customer[column], table.amounts[column]) == (1, 24_000)
    assert sum(elsewhere.totals) == 0


def test_years_are_fiscal_years(desk: Desk) -> None:
    write_down(desk)
    long_ago = date(2020, 3, 31)
    write_down(desk, replace(TYPED, happened_on=long_ago, found_on=long_ago))

    with desk.database.look() as session:
        table = yearly(session, 2020)

    assert table.periods == ("2016", "2017", "2018", "2019", "2020")
    assert table.counts[ErrorKind.INPUT] == (0, 0, 0, 1, 1)
    assert [fiscal_year(date(2021, month, 1)) for month in (3, 4)] == [2020, 2021]


def test_the_register_shows_the_latest_first(desk: Desk) -> None:
    written = [write_down(desk) for _ in range(3)]

    with desk.database.look() as session:
        assert [row.id for row in cases(session)] == written[::-1]
        assert [row.id for row in cases(session, before=written[1])] == written[:1]
        assert cases(session, site="osaka") == []
