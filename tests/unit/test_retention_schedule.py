"""What the schedule of classes says, and what it must not say."""

from datetime import date

import pytest

from kamizero.errors import DefinitionError, MissingError
from storage.retention.record_files import year_in_era
from storage.retention.schedule import Schedule, Starts, fiscal_year

_CLASS = """
      - {code: %s, title: 届書, title_en: Filings, forms: %s, years: %d,
         starts: receipt, measure: destroy, approver: records_manager, paper_days: 90}
"""


def _revision(begins: str, *classes: str) -> str:
    return f"  - from: {begins}\n    classes:{''.join(classes)}"


def _class(code: str, forms: str, years: int = 3) -> str:
    return _CLASS % (code, forms, years)


def test_time_is_counted_from_the_april_after_the_receipt() -> None:
    found = Schedule.shipped().of("2200", received_on=date(2026, 5, 1))

    assert (found.code, found.starts) == ("pension-records", Starts.RECEIPT)
    assert found.first_day(date(2026, 3, 31)) == date(2026, 4, 1)
    assert found.first_day(date(2026, 4, 1)) == date(2027, 4, 1)
    assert found.last_day(date(2026, 4, 1)) == date(2030, 3, 31)


def test_my_numbers_may_end_before_originals_and_never_after() -> None:
    text = "revisions:\n" + _revision("2000-01-01", _class("all", "[]", 3))
    own = text.replace("years: 3", "years: 3, my_number_years: 1")

    def last_day(said: str) -> date | None:
        found = Schedule.read(said).of("2200", received_on=date(2026, 5, 1))
        return found.my_number_last_day(date(2026, 5, 1))

    assert (last_day(text), last_day(own)) == (None, date(2028, 3, 31))
    with pytest.raises(DefinitionError, match="longer than originals"):
        Schedule.read(own.replace("my_number_years: 1", "my_number_years: 4"))


def test_a_form_no_class_names_has_the_class_of_all_others() -> None:
    assert Schedule.shipped().of("9999", received_on=date(2026, 5, 1)).code == "others"


def test_a_later_revision_holds_for_what_comes_later() -> None:
    schedule = Schedule.read(
        "revisions:\n"
        + _revision("2000-01-01", _class("all", "[]", 3))
        + _revision("2026-04-01", _class("all", "[]", 10))
    )

    assert schedule.of("2200", received_on=date(2026, 3, 31)).years == 3
    assert schedule.of("2200", received_on=date(2026, 4, 1)).years == 10
    assert schedule.of("2200", received_on=date(1999, 1, 1)).years == 3
    assert schedule.begins(date(2026, 4, 1)) == date(2026, 4, 1)


@pytest.mark.parametrize(
    ("classes", "words"),
    [
        ([_class("one", '["2200"]')], "exactly one class"),
        ([_class("one", "[]"), _class("two", "[]")], "exactly one class"),
        ([_class("one", '["2200"]'), _class("one", "[]")], "named twice"),
        (
            [_class("a", '["2200"]'), _class("b", '["2200"]'), _class("c", "[]")],
            "named twice",
        ),
        ([_class("one", "[]", 0)], "years"),
        ([_class("Ä", "[]")], "code"),
    ],
)
def test_a_schedule_that_leaves_a_doubt_is_refused(
    classes: list[str], words: str
) -> None:
    with pytest.raises(DefinitionError, match=words):
        Schedule.read("revisions:\n" + _revision("2000-01-01", *classes))


def test_a_class_nobody_knows_is_told_with_those_that_are() -> None:
    with pytest.raises(MissingError, match="pension-records, others"):
        Schedule.shipped().named("nothing", received_on=date(2026, 5, 1))


@pytest.mark.parametrize(
    ("day", "year", "written"),
    [
        (date(2026, 3, 31), 2025, "令和7年度"),
        (date(2026, 4, 1), 2026, "令和8年度"),
        (date(2019, 6, 1), 2019, "平成31年度"),
        (date(1989, 5, 1), 1989, "平成元年度"),
    ],
)
def test_a_fiscal_year_is_named_by_the_era_it_begins_in(
    day: date, year: int, written: str
) -> None:
    assert fiscal_year(day) == year
    assert year_in_era(year) == written
