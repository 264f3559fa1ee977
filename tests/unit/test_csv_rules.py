"""Every rule on tables objects to its failing example alone, and says what to do."""

import re

import pytest

from kamizero.model import Severity
from tests.tables import problems, told
from validation.csv.registry import TableRule, table_rule
from validation.csv.rules import table_rules
from validation.csv.sample import both, row, sample_table, swapped

EVERY = pytest.mark.parametrize(
    "rule", table_rules().values(), ids=lambda rule: rule.id
)


def test_the_sample_breaks_no_rule() -> None:
    assert problems(sample_table()) == ()


@EVERY
def test_a_rule_is_silent_on_its_passing_example(rule: TableRule) -> None:
    found = told(rule.passes(sample_table()))

    assert rule.id not in found


@EVERY
def test_a_rule_objects_to_its_failing_example(rule: TableRule) -> None:
    found = [one for one in problems(rule.fails(sample_table())) if one.rule == rule.id]

    assert found
    for one in found:
        assert one.message.ja.endswith("。")
        assert one.message.en.endswith(".")
        assert not re.search(r"[{}]", one.message.ja + one.message.en)


def test_a_second_rule_of_the_same_id_is_refused() -> None:
    with pytest.raises(ValueError, match=r"csv\.empty"):
        table_rule("csv.empty", Severity.INFO, ja="。", en=".", fails=bytes)


def test_an_uncertain_condition_never_blocks() -> None:
    assert table_rules()["csv.2225.back_pay_whole"].severity is Severity.WARNING


def test_an_uncertain_item_never_blocks() -> None:
    (one,) = problems(row("2265700", {12: ""})(sample_table()))

    assert (one.rule, one.severity) == ("csv.item_required", Severity.WARNING)


def test_the_rules_on_values_are_asked_and_name_their_item() -> None:
    data = row("2200700", {23: "1", 10: "020230"})(sample_table())

    found = told(data)

    assert found["2200.total_is_cash_plus_in_kind"] == (6, 21)
    assert found["common.date_does_not_exist"] == (6, 10)


def test_a_check_digit_is_no_reason_to_refuse_a_file() -> None:
    data = row("2200700", {13: "123456708900"})(sample_table())

    (one,) = problems(data)

    assert (one.rule, one.severity) == (
        "common.my_number_check_digit",
        Severity.WARNING,
    )


def test_one_person_in_two_rows_is_noticed_however_far_they_are_apart() -> None:
    whole = sample_table()
    line = whole.split(b"\r\n")[5]
    other = line.replace("ﾐﾎﾝ ﾊﾅｺ".encode("cp932"), "ﾐﾎﾝ ﾐｷ".encode("cp932"))

    found = told(whole + other + b"\r\n")

    assert found["common.serial_twice"] == (12, 6)
    assert found["common.number_twice"] == (12, 13)


def test_what_is_spelled_wrongly_is_told_once() -> None:
    found = told(row("2200700", {6: "0000000"})(sample_table()))

    assert list(found) == ["csv.item_too_long"]


def test_lines_of_two_offices_are_told_apart() -> None:
    second = both(
        swapped("\r\n,001", "\r\n,002"),
        swapped(
            "[data]",
            "21,02,AB1,1,100,0000,東京都,見本,見本　太郎,03,1234,5678\r\n[data]",
        ),
    )

    found = told(row("2201700", {3: "02", 4: "AB1"})(second(sample_table())))

    assert found == {}
