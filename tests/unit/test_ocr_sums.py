"""Amounts of an entry and the sum they must show."""

from forms.definition import FormDefinition
from forms.library import Library
from kamizero.model import Candidate, FieldState
from ocr.boxes.sums import with_sums
from ocr.outcome import Outcome

RULE = "2200.total_is_cash_plus_in_kind"


def definition(form: str = "2200") -> FormDefinition:
    return Library.shipped().get(f"{form}@2020-12")


def amount(*ways: tuple[str, float]) -> Outcome:
    candidates = tuple(Candidate(value, value, share) for value, share in ways)
    return Outcome(FieldState.READ, candidates, grounds=("line",))


def entry(cash: Outcome, in_kind: Outcome, total: Outcome) -> dict[str, Outcome]:
    prefix = "insured.1.remuneration"
    return {
        f"{prefix}_cash": cash,
        f"{prefix}_in_kind": in_kind,
        f"{prefix}_total": total,
    }


def test_a_sum_that_fits_confirms_all_three() -> None:
    outcomes = entry(
        amount(("280000", 0.98)), amount(("5000", 0.98)), amount(("285000", 0.98))
    )

    settled = with_sums(definition(), outcomes)

    assert all("sum" in one.grounds for one in settled.values())
    assert all(one.confidence > 0.99 for one in settled.values())


def test_a_sum_does_not_confirm_what_was_misread_alike_in_part_and_total() -> None:
    outcomes = entry(
        amount(("150000", 0.93), ("750000", 0.07)),
        amount(("15600", 0.99)),
        amount(("165600", 0.93), ("765600", 0.07)),
    )

    settled = with_sums(definition(), outcomes)

    assert settled["insured.1.remuneration_cash"].confidence < 0.95
    assert settled["insured.1.remuneration_total"].confidence < 0.95
    assert settled["insured.1.remuneration_in_kind"].confidence > 0.99


def test_a_near_tie_is_settled_by_the_sum() -> None:
    outcomes = entry(
        amount(("230000", 0.55), ("280000", 0.44)),
        amount(("5000", 0.99)),
        amount(("285000", 0.99)),
    )

    cash = with_sums(definition(), outcomes)["insured.1.remuneration_cash"]

    assert (cash.best.value, cash.chosen_by) == ("280000", RULE)
    assert cash.candidates[1].value == "230000"
    assert cash.doubts


def test_a_sum_the_writer_got_wrong_stays_wrong() -> None:
    outcomes = entry(
        amount(("280000", 0.9999), ("230000", 0.00005)),
        amount(("5000", 0.9999)),
        amount(("235000", 0.9999), ("285000", 0.00005)),
    )

    settled = with_sums(definition(), outcomes)

    assert settled == outcomes


def test_of_a_bonus_only_the_total_is_confirmed() -> None:
    outcomes = {
        "insured.1.bonus_cash": amount(("285900", 0.98)),
        "insured.1.bonus_in_kind": amount(("0", 0.98)),
        "insured.1.bonus_total": amount(("285000", 0.98)),
    }

    settled = with_sums(definition("2265"), outcomes)

    confirmed = [name for name, one in settled.items() if "sum" in one.grounds]
    assert confirmed == ["insured.1.bonus_total"]


def test_a_value_that_one_sum_chose_is_not_confirmed_by_the_next() -> None:
    prefix = "insured.1."
    outcomes = {
        f"{prefix}cash_1": amount(("260000", 0.99)),
        f"{prefix}in_kind_1": amount(("0", 0.99)),
        f"{prefix}total_1": amount(("250000", 0.55), ("260000", 0.44)),
        f"{prefix}total_2": amount(("260000", 0.99)),
        f"{prefix}total_3": amount(("230000", 0.99)),
        f"{prefix}sum": amount(("750000", 0.98)),
    }

    settled = with_sums(definition("2221"), outcomes)

    chosen = settled[f"{prefix}total_1"]
    assert (chosen.best.value, chosen.grounds) == ("260000", ())
    assert chosen.chosen_by == "2221.total_of_month"
    assert "sum" in settled[f"{prefix}sum"].grounds


def test_an_amount_that_is_missing_settles_nothing() -> None:
    outcomes = entry(
        amount(("280000", 0.98)), Outcome(FieldState.BLANK), amount(("285000", 0.98))
    )

    assert with_sums(definition(), outcomes) == outcomes
