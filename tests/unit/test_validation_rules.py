"""Every rule objects to its failing example and is silent on its passing one."""

from dataclasses import replace
from datetime import date

import pytest

from forms.csv.forms import form_of_rows
from forms.csv.layouts import layouts
from forms.definition import FormDefinition
from forms.library import Library
from forms.occasions import Occasion
from kamizero.model import Filed, FilingKind, Severity, Summed
from kamizero.records import (
    BranchRecord,
    InsuredRecord,
    OfficeRecord,
    PayeeRecord,
    PostcodeRecord,
)
from tests.register import ListedRecords
from validation.catalogue import catalogue_markdown
from validation.examples import EXAMPLE_DAY, example_filing, example_form
from validation.line import Line
from validation.registry import RULES, Example, Rule, Scope
from validation.registry import rule as register_rule
from validation.rules import all_rules, rules_of

KEYAKI = OfficeRecord(
    symbol="01-ケイト",
    number="12345",
    name="株式会社けやき商会",
    owner_name="欅　一郎",
    postal_code="1000013",
    address="東京都千代田区霞が関１－２－３",
    phone="03-1234-5678",
)
MOMIJI = replace(KEYAKI, symbol="21-モミジ", number="54321", name="もみじ工業")
HANA = InsuredRecord(
    office_symbol="01-ケイト",
    serial_number="12",
    name_kana="サトウ　ハナ",
    name_kanji="佐藤　花",
    birth_date=date(1990, 5, 12),
    my_number="123456789018",
    pension_number="1234567890",
    acquired_on=date(2018, 4, 1),
    lost_on=None,
    former_name_kanji="山田　花",
)
JIRO = InsuredRecord(
    office_symbol="01-ケイト",
    serial_number="7",
    name_kana="ヤマモト　ジロウ",
    name_kanji="山本　次郎",
    birth_date=date(1980, 1, 1),
    my_number="",
    pension_number="9876543210",
    acquired_on=date(2010, 4, 1),
    lost_on=date(2020, 4, 1),
)


REGISTER = ListedRecords(
    offices=[KEYAKI, MOMIJI],
    people=[HANA, JIRO],
    payees=[
        PayeeRecord(
            pension_number="1234567890",
            pension_code="1150",
            name_kana="サトウ　ハナ",
            name_kanji="佐藤　花",
            birth_date=date(1990, 5, 12),
        )
    ],
    branches=[
        BranchRecord("0001", "001", "みずほ", "東京営業部"),
        BranchRecord("9900", "058", "ゆうちょ", "〇五八"),
    ],
    postcodes=[PostcodeRecord("1000013", "東京都", "千代田区", "霞が関")],
    silent_about="5555555555",
)


# Pension number 5556667778, acquired on 2020-12-01.
OTHER = Filed(7, "20201203-0001", date(2020, 12, 3), FilingKind.NEW)
FILED = {
    Occasion("2200", "pension_number/5556667778", when): [OTHER]
    for when in ("2020-12-01", "")
}


# What lies with a summary (総括表).
SUMMED = Summed(sheets=2, persons=5)


def known_forms() -> list[FormDefinition]:
    """Every paper form, and the rows of tables that have no paper form yet."""
    shipped = Library.shipped().all()
    papers = {form.form for form in shipped}
    tables = [versions[0] for versions in layouts().values()]
    rows = [form_of_rows(one, None, entries=2) for one in tables]
    return [*shipped, *(form for form in rows if form.form not in papers)]


def objections(rule: Rule, example: Example) -> list[tuple[str, ...]]:
    form = example_form(rule, known_forms())
    kind = rule.kinds[0] if rule.kinds else FilingKind.NEW
    filing = example_filing(
        form, example, kind=kind, attachments=frozenset(), summed=SUMMED
    )
    head = Line(filing, None, EXAMPLE_DAY, REGISTER, FILED)
    lines = head.lines() if rule.scope is Scope.ENTRY else [head]
    return [finding.fields for line in lines for finding in rule.findings(line)]


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_a_rule_is_silent_on_its_passing_example(rule: Rule) -> None:
    found = objections(rule, rule.passes)

    assert rule.passes
    assert found == []


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_a_rule_objects_to_its_failing_example(rule: Rule) -> None:
    found = objections(rule, rule.fails)

    assert found
    assert all(fields for fields in found)
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_a_rule_says_in_both_languages_what_to_do(rule: Rule) -> None:
    assert rule.message.ja.endswith("。")
    assert rule.message.en.endswith(".")


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_a_rule_is_named_after_its_form_or_is_common(rule: Rule) -> None:
    scope = rule.id.partition(".")[0]

    assert scope in ("common", "records", *rule.forms)
    # What tells of records that do not answer needs none to say so.
    needs_records = scope == "records" and rule.id != "records.not_checked"
    assert (rule.needs is not None) == needs_records


def test_every_sum_of_a_form_is_watched_by_a_rule_of_the_form() -> None:
    for form in Library.shipped().all():
        watching = {rule.id for rule in rules_of(form)}

        assert {one.rule for one in form.sums} <= watching


def test_a_second_rule_of_the_same_id_is_refused() -> None:
    register = register_rule(
        "common.no_entry", Severity.INFO, ja="。", en=".", passes={}, fails={}
    )

    with pytest.raises(ValueError, match=r"common\.no_entry"):
        register(RULES["common.no_entry"].judge)


def test_each_form_is_asked_its_own_rules_and_the_common_ones() -> None:
    ids = {rule.id for rule in rules_of(Library.shipped().get("2201"))}

    assert "2201.lost_on_is_day_after_left_on" in ids
    assert "common.my_number_check_digit" in ids
    assert not any(id_.startswith("2200.") for id_ in ids)


def test_the_catalogue_names_every_rule_in_both_languages() -> None:
    page = catalogue_markdown()

    assert all(f"`{id_}`" in page for id_ in RULES)
    assert RULES["common.no_entry"].message.ja in page
    assert RULES["common.no_entry"].message.en in page
