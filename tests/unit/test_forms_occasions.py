"""Two filings tell of the same where any way of naming person and day agrees."""

import pytest

from forms.library import Library
from forms.occasions import Occasion, occasions

HANA = {
    "office.symbol": "01-ケイト",
    "insured.1.serial_number": "012",
    "insured.1.name_kana": "サトウ　ハナ",
    "insured.1.name_kanji": "佐藤　花",
    "insured.1.birth_date": "1990-05-12",
}


def told(form: str, **items: str) -> set[Occasion]:
    """The occasions of the first entry, those at any time left out."""
    return {one for one in at_any_time(form, **items) if one.when}


def at_any_time(form: str, **items: str) -> set[Occasion]:
    values = HANA | {name.replace("__", "."): said for name, said in items.items()}
    named = occasions(Library.shipped().get(form), 1, lambda n: values.get(n, ""))
    return {one.occasion for one in named}


def test_a_person_is_named_by_each_number_and_by_name_and_birth() -> None:
    found = told(
        "2201",
        insured__1__lost_on="2020-10-02",
        insured__1__my_number="123456789018",
        insured__1__pension_number="1234567890",
    )

    assert {one.who for one in found} == {
        "my_number/123456789018",
        "pension_number/1234567890",
        "serial/01-ケイト/12",
        "name_kana/サトウハナ/1990-05-12",
        "name_kanji/佐藤花/1990-05-12",
    }
    assert {one.when for one in found} == {"2020-10-02"}


def test_a_serial_number_names_nobody_who_joins() -> None:
    found = told("2200", insured__1__acquired_on="2020-10-02")

    assert {one.who.partition("/")[0] for one in found} == {"name_kana", "name_kanji"}


def test_a_day_in_the_head_counts_for_every_line_that_has_none() -> None:
    common = told("2265", paid_on="2020-12-10")
    own = told("2265", paid_on="2020-12-10", insured__1__paid_on="2020-12-15")

    assert {one.when for one in common} == {"2020-12-10"}
    assert {one.when for one in own} == {"2020-12-15"}


def test_months_agree_with_and_without_their_zero() -> None:
    one = told(
        "2221",
        insured__1__applied_era="9",
        insured__1__applied_year="03",
        insured__1__applied_month="4",
    )
    other = told(
        "2221",
        insured__1__applied_era="9",
        insured__1__applied_year="3",
        insured__1__applied_month="04",
    )

    assert one == other != set()


def test_each_dependant_is_an_occasion_wherever_it_stands() -> None:
    first = told(
        "2202",
        insured__1__other1_birth_date="2020-09-01",
        insured__1__other1_began_on="2020-09-01",
    )
    second = told(
        "2202",
        insured__1__other2_birth_date="2020-09-01",
        insured__1__other2_began_on="2020-09-01",
    )

    assert first == second != set()


def test_who_tells_of_no_day_is_known_at_any_time_alone() -> None:
    assert told("2201") == set()
    assert {one.when for one in at_any_time("2201")} == {""}


@pytest.mark.parametrize("form", Library.shipped().all(), ids=lambda form: form.name)
def test_every_form_says_by_what_its_entries_are_known_again(form: object) -> None:
    # A summary tells of no person.
    assert getattr(form, "occasion", ()) or getattr(form, "sums_up", None)
