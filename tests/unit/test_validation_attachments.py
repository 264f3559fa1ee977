"""A paper that must lie with a filing is asked for until somebody found it."""

import pytest

from forms.library import Library
from kamizero.model import Severity
from validation.check import check
from validation.examples import EXAMPLE_DAY, example_filing

ASKED = ("common.attachment_missing", "common.attachment_to_look_for")


def found(
    form: str, there: frozenset[str] | None, **items: str
) -> list[tuple[Severity, str]]:
    values = {f"insured.1.{item}": said for item, said in items.items()}
    filing = example_filing(Library.shipped().get(form), values, attachments=there)
    findings = check(filing, records=None, today=EXAMPLE_DAY)
    return [(one.severity, one.message.en) for one in findings if one.rule in ASKED]


def test_an_account_without_seal_or_copy_is_a_warning() -> None:
    (finding,) = found("UKETORI", frozenset({"other"}), pension_code="1150")

    assert finding[0] is Severity.WARNING
    assert "copy of the bank book" in finding[1]


@pytest.mark.parametrize("item", ["bank_seal", "public_account"])
def test_a_seal_or_the_public_account_needs_no_copy(item: str) -> None:
    assert found("UKETORI", frozenset(), pension_code="1150", **{item: "1"}) == []


def test_a_copy_that_was_found_is_enough() -> None:
    assert found("UKETORI", frozenset({"bank_book"}), pension_code="1150") == []


def test_nothing_is_asked_where_nobody_looked_for_papers() -> None:
    assert found("UKETORI", None, pension_code="1150") == []


@pytest.mark.parametrize(("cards", "asked"), [("", 0), ("0", 0), ("2", 1)])
def test_cards_are_looked_for_where_some_were_given_back(
    cards: str, asked: int
) -> None:
    said = found("2201", frozenset(), lost_on="9 030101", cards_returned=cards)

    assert [severity for severity, _ in said] == [Severity.INFO] * asked
