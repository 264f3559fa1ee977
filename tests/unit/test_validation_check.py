"""Checking a filing, and doubting what may only have been misread."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from forms.grammar import my_number_check_digit
from forms.library import Library
from kamizero.model import Box, Candidate, FieldState, FilingKind, Reading
from validation.ages import reaches, years_after
from validation.check import PLAUSIBLE, check, doubted
from validation.examples import EXAMPLE_DAY, example_filing
from validation.filing import FilingValues
from validation.registry import Example

COMPLETE: Example = {
    "submitted_on": "9 030105",
    "office.symbol": "01ケイト",
    "office.number": "12345",
    "insured.1.name_kana": "サトウ　ハナ",
    "insured.1.name_kanji": "佐藤　花",
    "insured.1.birth_date": "7 020512",
    "insured.1.category": "2",
    "insured.1.acquisition_kind": "1",
    "insured.1.my_number": "123456789018",
    "insured.1.acquired_on": "9 030101",
    "insured.1.dependants": "0",
    "insured.1.remuneration_cash": "280,000",
    "insured.1.remuneration_in_kind": "0",
    "insured.1.remuneration_total": "280,000",
}


def acquisition(**items: str | FieldState) -> FilingValues:
    changed = {f"insured.1.{item}": written for item, written in items.items()}
    return example_filing(Library.shipped().get("2200"), {**COMPLETE, **changed})


def rules_found(filing: FilingValues) -> list[str]:
    found = check(filing, records=None, today=EXAMPLE_DAY)
    return [finding.rule for finding in found]


def doubts(filing: FilingValues, **candidates: Candidate) -> frozenset[str]:
    by_name = {f"insured.1.{item}": [c] for item, c in candidates.items()}
    findings = check(filing, records=None, today=EXAMPLE_DAY)
    return doubted(filing, findings, by_name, records=None, today=EXAMPLE_DAY)


def test_a_complete_filing_has_no_finding() -> None:
    assert rules_found(acquisition()) == []


def test_a_blank_optional_field_is_no_finding() -> None:
    filing = acquisition(serial_number=FieldState.BLANK, remarks=FieldState.BLANK)

    assert rules_found(filing) == []


def test_a_missing_required_field_of_a_used_entry_is_an_error() -> None:
    assert rules_found(acquisition(dependants=FieldState.BLANK)) == [
        "common.required_missing"
    ]


def test_what_cannot_be_read_is_not_reported_as_missing() -> None:
    assert rules_found(acquisition(dependants=FieldState.UNREADABLE)) == [
        "common.unreadable"
    ]


def test_findings_stand_in_the_order_of_the_fields() -> None:
    filing = acquisition(
        remuneration_total="285,000", my_number="123456789012", birth_date="7 020230"
    )

    found = rules_found(filing)

    assert found == [
        "common.date_does_not_exist",
        "common.my_number_check_digit",
        "2200.total_is_cash_plus_in_kind",
    ]


def test_messages_never_quote_a_sensitive_value() -> None:
    filing = acquisition(my_number="123456789012")

    (finding,) = check(filing, records=None, today=EXAMPLE_DAY)

    assert "123456789012" not in finding.message.ja + finding.message.en
    assert finding.record is None


def test_a_sum_message_says_what_the_total_should_be() -> None:
    filing = acquisition(remuneration_total="285,000")

    (finding,) = check(filing, records=None, today=EXAMPLE_DAY)

    assert "280,000円" in finding.message.ja
    assert finding.fields == (
        "insured.1.remuneration_cash",
        "insured.1.remuneration_in_kind",
        "insured.1.remuneration_total",
    )


amounts = st.integers(min_value=0, max_value=9_999_999)


@given(amounts, amounts)
def test_only_the_capped_sum_is_the_remuneration(cash: int, in_kind: int) -> None:
    total = min(cash + in_kind, 9_999_999)
    right, wrong = (
        acquisition(
            remuneration_cash=str(cash),
            remuneration_in_kind=str(in_kind),
            remuneration_total=str(written),
        )
        for written in (total, total - 1 if total else 1)
    )

    assert "2200.total_is_cash_plus_in_kind" not in rules_found(right)
    assert "2200.total_is_cash_plus_in_kind" in rules_found(wrong)


@given(amounts, amounts)
@example(9_999_999, 0)
@example(9_999_999, 1)
def test_only_the_sum_cut_off_to_thousands_is_the_bonus(
    cash: int, in_kind: int
) -> None:
    total = cash + in_kind
    expected = 9_999_999 if total > 9_999_999 else total // 1000 * 1000
    form = Library.shipped().get("2265")
    right, wrong = (
        example_filing(
            form,
            {
                "insured.1.bonus_cash": str(cash),
                "insured.1.bonus_in_kind": str(in_kind),
                "insured.1.bonus_total": str(written),
            },
        )
        for written in (expected, expected + 1)
    )
    rule = "2265.total_is_bonus_in_thousands"

    assert rule not in rules_found(right)
    assert rule in rules_found(wrong)


@given(st.dates(min_value=date(1930, 1, 1), max_value=date(2100, 1, 1)))
def test_an_age_is_reached_one_or_two_days_before_the_birthday(born: date) -> None:
    birthday = years_after(born, 70)

    assert 0 <= (birthday - reaches(born, 70)).days <= 2


def test_seventy_is_reached_on_the_day_before_the_birthday() -> None:
    assert reaches(date(1950, 4, 2), 70) == date(2020, 4, 1)
    assert reaches(date(1948, 3, 1), 70) == date(2018, 2, 28)
    assert years_after(date(1948, 2, 29), 75) == date(2023, 2, 28)


def test_a_value_chosen_by_a_rule_does_not_hide_what_was_read() -> None:
    free = Candidate("123456789012", "123456789012", 0.4)
    filing = replace(acquisition(), free={"insured.1.my_number": free})

    assert rules_found(filing) == ["common.my_number_check_digit"]


def test_a_free_reading_adds_no_finding_about_other_fields() -> None:
    free = Candidate("123456789012", "123456789012", 0.4)
    filing = replace(
        acquisition(remuneration_total="285,000"),
        free={"insured.1.my_number": free},
    )

    assert rules_found(filing) == [
        "common.my_number_check_digit",
        "2200.total_is_cash_plus_in_kind",
    ]


def test_a_plausible_candidate_that_clears_a_finding_raises_doubt() -> None:
    filing = acquisition(my_number="123456789012")

    assert doubts(
        filing, my_number=Candidate("123456789018", "123456789018", PLAUSIBLE)
    ) == {"insured.1.my_number"}


def test_an_implausible_candidate_raises_no_doubt() -> None:
    filing = acquisition(my_number="123456789012")

    assert not doubts(
        filing, my_number=Candidate("123456789018", "123456789018", PLAUSIBLE / 2)
    )


def test_a_candidate_that_breaks_the_rule_too_raises_no_doubt() -> None:
    filing = acquisition(my_number="123456789012")

    assert not doubts(filing, my_number=Candidate("123456789013", "123456789013", 0.1))


def test_a_candidate_that_breaks_another_rule_raises_no_doubt() -> None:
    filing = acquisition(my_number="123456789012")

    assert not doubts(filing, my_number=Candidate("12345678901", "12345678901", 0.1))


def test_only_the_field_with_the_candidate_is_doubted() -> None:
    filing = acquisition(remuneration_total="288,000")

    found = doubts(
        filing,
        remuneration_total=Candidate("280000", "280,000", 0.01),
        remuneration_cash=Candidate("230000", "230,000", 0.01),
        birth_date=Candidate("1990-05-17", "7 020517", 0.3),
    )

    assert found == {"insured.1.remuneration_total"}


def test_a_date_that_does_not_exist_is_doubted_where_another_could_be_read() -> None:
    filing = acquisition(birth_date="7 020230")

    assert doubts(filing, birth_date=Candidate("1990-02-20", "7 020220", 0.01)) == {
        "insured.1.birth_date"
    }


def test_information_takes_no_acceptance_away() -> None:
    filing = acquisition(name_kanji="髙橋　花")

    assert not doubts(filing, name_kanji=Candidate("高橋　花", "高橋　花", 0.3))


def test_a_finding_of_another_room_raises_no_doubt_by_itself() -> None:
    filing = acquisition(my_number="123456789012")
    (finding,) = check(filing, records=None, today=EXAMPLE_DAY)
    foreign = replace(finding, rule="reading.text_and_picture_differ")
    candidates = {
        "insured.1.my_number": [Candidate("123456789018", "123456789018", 0.5)]
    }

    found = doubted(filing, [foreign], candidates, records=None, today=EXAMPLE_DAY)

    assert not found


def test_a_line_without_ink_is_no_entry() -> None:
    filing = example_filing(
        Library.shipped().get("2200"),
        {**COMPLETE, "insured.3.name_kanji": FieldState.UNREADABLE},
    )

    assert filing.entries() == [1, 3]


def test_a_line_struck_out_as_a_whole_is_no_entry() -> None:
    filing = example_filing(
        Library.shipped().get("2200"),
        {**COMPLETE, "insured.2.name_kanji": FieldState.STRUCK},
    )

    assert filing.entries() == [1]
    assert filing.struck_entries() == [2]
    assert rules_found(filing) == ["common.entry_struck"]


def reading(name: str, value: str, **changes: object) -> Reading:
    plain = Reading(
        name=name,
        state=FieldState.READ,
        value=value,
        text=value,
        confidence=0.9,
        accepted=False,
        chosen_by=None,
        page=1,
        box_px=Box(0, 0, 1, 1),
        alternatives=(),
        engine="test",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(("accepted", "checked"), [(False, True), (True, False)])
def test_the_reading_without_the_rule_counts_until_the_value_is_accepted(
    accepted: bool, checked: bool
) -> None:
    free = Candidate("123456789012", "123456789012", 0.4)
    chosen = reading(
        "insured.1.my_number",
        "123456789018",
        chosen_by="common.my_number_check_digit",
        accepted=accepted,
        alternatives=(free,),
    )

    filing = FilingValues.of_readings(
        Library.shipped().get("2200"), FilingKind.NEW, [chosen]
    )

    assert (filing.free == {"insured.1.my_number": free}) is checked
    assert filing.chosen_by == {"insured.1.my_number": "common.my_number_check_digit"}


def test_a_corrected_date_is_not_judged_by_its_old_writing() -> None:
    filing = acquisition(acquired_on="5 630101")
    corrected = replace(
        filing, values={**filing.values, "insured.1.acquired_on": "2021-01-01"}
    )

    assert "common.event_date_era" in rules_found(filing)
    assert "common.event_date_era" not in rules_found(corrected)


@given(st.text("0123456789", min_size=11, max_size=11))
def test_every_number_with_its_check_digit_passes(first: str) -> None:
    number = f"{first}{my_number_check_digit(first)}"

    assert rules_found(acquisition(my_number=number)) == []


@pytest.mark.parametrize(
    ("submitted", "paid", "found"),
    [("9 021215", "9 021210", False), ("9 021215", "9 021216", True)],
)
def test_a_payment_after_submission_is_noticed(
    submitted: str, paid: str, found: bool
) -> None:
    filing = example_filing(
        Library.shipped().get("2265"), {"submitted_on": submitted, "paid_on": paid}
    )

    assert ("common.event_after_submission" in rules_found(filing)) is found


def test_a_bonus_may_be_paid_to_one_person_on_two_days() -> None:
    person = {"serial_number": "12", "name_kanji": "佐藤　花", "birth_date": "7 020512"}
    written = {f"insured.{n}.{item}": v for n in (1, 2) for item, v in person.items()}
    form = Library.shipped().get("2265")
    once = {"paid_on": "9 021210", **written}

    twice = rules_found(example_filing(form, once))
    repeated = rules_found(
        example_filing(form, {**once, "insured.2.paid_on": "9 021210"})
    )
    two_days = rules_found(
        example_filing(form, {**once, "insured.2.paid_on": "9 021225"})
    )

    assert {"common.serial_twice", "common.person_twice"} <= set(twice)
    assert {"common.serial_twice", "common.person_twice"} <= set(repeated)
    assert not {"common.serial_twice", "common.person_twice"} & set(two_days)


@pytest.mark.parametrize(
    ("written", "found"), [("7 010108", False), ("7 010107", True), ("9 000101", False)]
)
def test_events_before_heisei_are_noticed(written: str, found: bool) -> None:
    rules = rules_found(acquisition(acquired_on=written))

    assert ("common.event_date_era" in rules) is found
