"""Comparing a filing with the register, and what the register supports."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from forms.library import Library
from kamizero.model import Candidate, Finding, Severity
from kamizero.records import InsuredRecord, OfficeRecord, PostcodeRecord
from tests.register import ListedRecords
from validation.check import check, doubted
from validation.evidence import supported
from validation.examples import EXAMPLE_DAY, example_filing
from validation.filing import FilingValues
from validation.records import RememberedRecords, is_same_person

OFFICE = OfficeRecord(
    symbol="01-ケイト",
    number="00123",
    name="株式会社けやき商会",
    owner_name="欅　一郎",
    postal_code="1000013",
    address="東京都千代田区霞が関1-2-3",
    phone="03-1234-5678",
)
HANA = InsuredRecord(
    office_symbol="01-ケイト",
    serial_number="12",
    name_kana="ワタナベ　ハナ",
    name_kanji="渡邊　花",
    birth_date=date(1990, 5, 12),
    my_number="123456789018",
    pension_number="1234567890",
    acquired_on=date(2018, 4, 1),
    lost_on=None,
)
LEAVING = {
    "submitted_on": "9 030105",
    "office.symbol": "01ケイト",
    "office.number": "123",
    "office.name": "㈱けやき商会",
    "insured.1.serial_number": "012",
    "insured.1.name_kana": "ワタナベ　ハナ",
    "insured.1.name_kanji": "渡邊　花",
    "insured.1.birth_date": "7 020512",
    "insured.1.my_number": "123456789018",
    "insured.1.lost_on": "9 030101",
    "insured.1.left_on": "9 021231",
    "insured.1.cause": "4",
}


def register_of(*people: InsuredRecord) -> ListedRecords:
    return ListedRecords(offices=[OFFICE], people=people)


def leaving(**items: str) -> FilingValues:
    changed = {f"insured.1.{item}": written for item, written in items.items()}
    return example_filing(Library.shipped().get("2201"), {**LEAVING, **changed})


def found(filing: FilingValues, *people: InsuredRecord) -> list[Finding]:
    return check(filing, records=register_of(*people), today=EXAMPLE_DAY)


def rules_found(filing: FilingValues, *people: InsuredRecord) -> list[str]:
    return [finding.rule for finding in found(filing, *people)]


def grounds(filing: FilingValues, *people: InsuredRecord) -> dict[str, set[str]]:
    support = supported(filing, records=register_of(*people), today=EXAMPLE_DAY)
    return {name: set(found) for name, found in support.items()}


def test_a_filing_that_agrees_with_the_register_has_no_finding() -> None:
    assert rules_found(leaving(), HANA) == []


def test_without_a_register_nothing_is_compared() -> None:
    filing = leaving(birth_date="7 020513")

    assert check(filing, records=None, today=EXAMPLE_DAY) == []


def test_a_variant_kanji_is_the_same_name() -> None:
    (finding,) = found(leaving(name_kanji="渡辺　花"), HANA)

    assert (finding.rule, finding.record) == (
        "records.name_spelt_otherwise",
        "渡邊　花",
    )
    assert finding.severity is Severity.INFO


def test_a_former_name_is_the_person_and_shows_the_new_one() -> None:
    hana = replace(HANA, former_name_kana="ヤマダ　ハナ", former_name_kanji="山田　花")

    findings = found(leaving(name_kana="ヤマダ　ハナ", name_kanji="山田　花"), hana)

    assert [(one.rule, one.record) for one in findings] == [
        ("records.former_name", HANA.name_kana),
        ("records.former_name", HANA.name_kanji),
    ]


def test_a_gap_left_out_of_a_name_is_no_other_spelling() -> None:
    names = [f.rule for f in found(leaving(name_kanji="渡邊花"), HANA)]

    assert "records.name_spelt_otherwise" not in names


def test_where_the_register_is_silent_nothing_is_said_to_be_well() -> None:
    silent = ListedRecords(offices=[OFFICE], people=[HANA], silent_about=HANA.my_number)
    filing = leaving(birth_date="7 020513")

    findings = check(filing, records=silent, today=EXAMPLE_DAY)

    assert [one.rule for one in findings] == ["records.not_checked"]
    assert "insured.1.my_number" in findings[0].fields
    support = supported(filing, records=silent, today=EXAMPLE_DAY)
    assert "record" not in support.get("insured.1.name_kanji", ())
    assert "record" in support["office.number"]


def test_a_silent_register_is_not_asked_again_in_one_check() -> None:
    silent = ListedRecords(people=[HANA], silent_about=HANA.my_number)

    check(leaving(), records=silent, today=EXAMPLE_DAY)

    assert silent.asked <= 2


@pytest.mark.parametrize(
    ("address", "rules"),
    [
        ("東京都千代田区霞ヶ関1-2-2", []),
        ("千代田区霞が関１丁目２番２号", []),
        ("東京都千代田区丸の内1-1-1", ["records.postal_code_of_other_town"]),
        ("東京都港区芝1-1-1", ["records.postal_code_elsewhere"]),
    ],
)
def test_a_postal_code_is_held_against_its_address(
    address: str, rules: list[str]
) -> None:
    register = ListedRecords(
        postcodes=[PostcodeRecord("1000013", "東京都", "千代田区", "霞が関")]
    )
    filing = example_filing(
        Library.shipped().get("2201"),
        {"office.postal_code": "100-0013", "office.address": address},
    )

    findings = check(filing, records=register, today=EXAMPLE_DAY)

    assert [f.rule for f in findings if f.rule.startswith("records.")] == rules
    assert all(f.record == "東京都千代田区霞が関" for f in findings if f.record)


def test_a_different_birth_date_shows_what_the_register_says() -> None:
    (finding,) = found(leaving(birth_date="7 020513"), HANA)

    assert finding.rule == "records.birth_date_differs"
    assert finding.record == "1990-05-12"
    assert finding.fields == ("insured.1.birth_date", "insured.1.my_number")


def test_a_number_of_somebody_else_is_one_finding_not_three() -> None:
    filing = leaving(
        name_kana="ヤマモト　ジロウ", name_kanji="山本　次郎", birth_date="5 500101"
    )

    assert rules_found(filing, HANA) == ["records.person_differs"]


def test_a_different_my_number_is_never_shown() -> None:
    filing = leaving(my_number="234567890121", pension_number="1234567890")

    (finding,) = found(filing, HANA)

    assert finding.rule == "records.my_number_differs"
    shown = f"{finding.record}{finding.message.ja}{finding.message.en}"
    assert "123456789018" not in shown
    assert "234567890121" not in shown


def test_the_serial_number_names_the_person_where_no_other_number_does() -> None:
    filing = leaving(my_number="", pension_number="9999999999", birth_date="7 020513")

    assert set(rules_found(filing, HANA)) == {
        "records.pension_number_differs",
        "records.birth_date_differs",
    }


def test_the_period_at_the_filing_office_is_the_one_compared() -> None:
    elsewhere = replace(HANA, office_symbol="21-モミジ", acquired_on=date(2020, 9, 1))

    assert rules_found(leaving(), elsewhere, HANA) == []
    assert rules_found(leaving(), elsewhere) == ["records.not_insured_here"]


def test_a_second_period_still_running_is_no_double_filing() -> None:
    earlier = replace(HANA, acquired_on=date(2010, 4, 1), lost_on=date(2015, 4, 1))

    assert rules_found(leaving(), earlier, HANA) == []
    assert rules_found(leaving(), earlier) == ["records.already_lost"]


def test_a_rehired_person_may_be_acquired_while_still_insured() -> None:
    form = Library.shipped().get("2200")
    joining = {
        "office.symbol": "01ケイト",
        "insured.1.my_number": "123456789018",
        "insured.1.acquired_on": "9 030101",
    }

    once = rules_found(example_filing(form, joining), HANA)
    rehired = example_filing(form, {**joining, "insured.1.rehired": "1"})

    assert "records.already_insured" in once
    assert "records.already_insured" not in rules_found(rehired, HANA)


def test_a_new_persons_serial_number_does_not_make_them_somebody_else() -> None:
    joining = {
        "office.symbol": "01ケイト",
        "insured.1.serial_number": "13",
        "insured.1.name_kana": "ヤマモト　ジロウ",
        "insured.1.birth_date": "5 500101",
    }
    filing = example_filing(Library.shipped().get("2200"), joining)

    assert not [rule for rule in rules_found(filing, HANA) if "records" in rule]


def test_many_rules_ask_the_register_each_question_once() -> None:
    register = register_of(HANA)

    check(leaving(), records=register, today=EXAMPLE_DAY)

    assert register.asked <= 4


def test_remembered_answers_are_those_of_the_register() -> None:
    register = register_of(HANA)
    remembered = RememberedRecords(register)

    for _ in range(2):
        assert remembered.insured(my_number="123456789018") == [HANA]
        assert remembered.insured(my_number="1") == []
        assert remembered.office("01-ケイト", "") == [OFFICE]

    assert register.asked == 3


def test_a_candidate_that_agrees_with_the_register_raises_doubt() -> None:
    filing = leaving(birth_date="7 020517")
    register = register_of(HANA)
    findings = check(filing, records=register, today=EXAMPLE_DAY)
    candidates = {"insured.1.birth_date": [Candidate("1990-05-12", "7 020512", 0.2)]}

    doubts = doubted(filing, findings, candidates, records=register, today=EXAMPLE_DAY)

    assert doubts == {"insured.1.birth_date"}


def with_head(filing: FilingValues, head: Mapping[str, str]) -> FilingValues:
    return replace(filing, values={**filing.values, **head})


def test_the_register_supports_what_agrees_with_it() -> None:
    support = grounds(leaving(), HANA)

    assert {name for name, found in support.items() if "record" in found} == {
        "office.symbol",
        "office.number",
        "insured.1.serial_number",
        "insured.1.name_kana",
        "insured.1.name_kanji",
        "insured.1.birth_date",
        "insured.1.my_number",
    }


def test_a_name_is_supported_only_as_the_register_spells_it() -> None:
    short = grounds(leaving(), HANA)
    whole = grounds(with_head(leaving(), {"office.name": OFFICE.name}), HANA)

    assert "office.name" not in short
    assert "record" in whole["office.name"]


def test_an_office_is_not_known_by_its_numbers_alone() -> None:
    filing = with_head(leaving(), {"office.name": "有限会社くぬぎ"})

    assert "office.number" not in grounds(filing, HANA)


def test_a_number_alone_is_not_supported_by_the_person_it_names() -> None:
    filing = leaving(
        name_kana="ヤマモト　ジロウ", name_kanji="山本　次郎", birth_date="5 500101"
    )

    assert grounds(filing, HANA)["insured.1.my_number"] == {"check_digit"}


def test_a_variant_kanji_is_not_supported_by_the_register() -> None:
    support = grounds(leaving(name_kanji="渡辺　花"), HANA)

    assert "insured.1.name_kanji" not in support


def test_the_day_after_leaving_supports_both_dates() -> None:
    support = supported(leaving(), records=None, today=EXAMPLE_DAY)

    assert support["insured.1.lost_on"] == ("next_day",)
    assert support["insured.1.left_on"] == ("next_day",)


@pytest.mark.parametrize(
    ("total", "is_ground"), [("285,000", True), ("280,000", False)]
)
def test_a_total_that_agrees_supports_its_parts(total: str, is_ground: bool) -> None:
    filing = example_filing(
        Library.shipped().get("2265"),
        {
            "insured.1.bonus_cash": "280,500",
            "insured.1.bonus_in_kind": "5,000",
            "insured.1.bonus_total": total,
        },
    )

    support = supported(filing, records=None, today=EXAMPLE_DAY)

    assert (support.get("insured.1.bonus_cash") == ("sum",)) is is_ground
    assert (support.get("insured.1.bonus_total") == ("sum",)) is is_ground


def test_a_rule_that_chose_a_value_is_no_ground_for_it() -> None:
    chosen = replace(
        leaving(),
        chosen_by={
            "insured.1.my_number": "common.my_number_check_digit",
            "insured.1.lost_on": "2201.lost_on_is_day_after_left_on",
        },
    )

    support = supported(chosen, records=None, today=EXAMPLE_DAY)

    assert support == {}


def test_a_bonus_of_somebody_insured_elsewhere_is_one_finding() -> None:
    elsewhere = replace(HANA, office_symbol="21-モミジ")
    filing = example_filing(
        Library.shipped().get("2265"),
        {
            "office.symbol": "01ケイト",
            "paid_on": "9 021210",
            "insured.1.my_number": "123456789018",
        },
    )

    records = [rule for rule in rules_found(filing, elsewhere) if "records" in rule]

    assert records == ["records.not_insured_here"]


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (replace(HANA, pension_number="", name_kana="ベツ　ジン"), True),
        (replace(HANA, my_number="", name_kana="ベツ　ジン"), True),
        (replace(HANA, my_number="", pension_number=""), True),
        (
            replace(HANA, my_number="", pension_number="", name_kana="ベツ　ジン"),
            False,
        ),
        (
            replace(
                HANA, my_number="", pension_number="", birth_date=date(1990, 5, 13)
            ),
            False,
        ),
        (
            replace(
                HANA,
                my_number="234567890121",
                pension_number="9999999999",
                name_kana="ベツ　ジン",
            ),
            False,
        ),
    ],
)
def test_two_records_are_of_one_person_by_a_number_or_name_and_birth(
    other: InsuredRecord, same: bool
) -> None:
    assert is_same_person(HANA, other) is same


def test_an_office_named_by_its_number_alone_is_not_contradicted() -> None:
    filing = example_filing(
        Library.shipped().get("2201"), {**LEAVING, "office.symbol": ""}
    )

    assert "records.office_symbol_and_number_differ" not in rules_found(filing, HANA)
    assert "records.office_unknown" not in rules_found(filing, HANA)


def test_an_office_number_of_two_offices_is_not_decided() -> None:
    filing = example_filing(
        Library.shipped().get("2201"), {**LEAVING, "office.symbol": ""}
    )
    register = ListedRecords(
        offices=[OFFICE, replace(OFFICE, symbol="21-モミジ", name="もみじ")],
        people=[HANA],
    )

    found = check(filing, records=register, today=EXAMPLE_DAY)

    assert not [f for f in found if f.rule.startswith("records.office")]


def test_persons_of_an_office_that_is_not_on_record_are_not_missed() -> None:
    here = leaving()
    elsewhere = example_filing(
        Library.shipped().get("2201"),
        {**LEAVING, "office.symbol": "98ムメイ", "office.number": "99999"},
    )

    stranger = replace(HANA, my_number="", pension_number="", serial_number="99")
    assert "records.person_unknown" in rules_found(here, stranger)
    assert "records.person_unknown" not in rules_found(elsewhere, stranger)
