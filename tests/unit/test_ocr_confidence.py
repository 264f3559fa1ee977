"""From shares of a model to probabilities of whole fields."""

import numpy as np
import pytest

from forms.definition import Field, FieldType
from kamizero.model import Box, Candidate, FieldState
from ocr.confidence import HandQuality, is_accepted
from ocr.outcome import Outcome, empty


def field(type: FieldType = FieldType.DIGITS, *, critical: bool = False) -> Field:
    return Field(
        name="office.number",
        label="事業所番号",
        label_en="Office number",
        item="",
        type=type,
        box_mm=Box(0, 0, 10, 5),
        critical=critical,
    )


def read(probability: float, *grounds: str, doubts: tuple[str, ...] = ()) -> Outcome:
    return Outcome(
        FieldState.READ,
        (Candidate("1", "1", probability),),
        grounds=grounds,
        doubts=doubts,
    )


def test_a_neat_hand_is_trusted_more_than_a_hasty_one() -> None:
    neat = HandQuality.of([0.99999] * 60)
    hasty = HandQuality.of([0.99999] * 40 + [0.7] * 8)

    assert neat.scale < 0.1 < hasty.scale


def test_few_digits_do_not_make_a_hand_neat() -> None:
    few = HandQuality.of([0.99999] * 2)

    assert few.scale > 0.5


def test_without_digits_a_hasty_hand_is_assumed() -> None:
    assert HandQuality.of([]).scale == 1


def test_in_a_hasty_hand_the_same_share_means_less() -> None:
    shares = np.array([[0.999, 0.001]])

    neat = HandQuality(0.02).weighed(shares)
    hasty = HandQuality(1.0).weighed(shares)

    assert neat[0, 0] > hasty[0, 0]


def test_weighed_shares_sum_to_one() -> None:
    shares = np.array([[0.6, 0.3, 0.1], [0.99, 0.005, 0.005]])

    weighed = HandQuality(0.5).weighed(shares)

    assert weighed.sum(axis=1).tolist() == pytest.approx([1, 1])


def test_an_unsure_reading_is_not_accepted() -> None:
    assert not is_accepted(field(), read(0.95, "line", "cells"))


def test_a_sure_reading_is_accepted() -> None:
    assert is_accepted(field(), read(0.9999, "line"))


def test_digits_that_only_the_line_speaks_for_must_be_surer() -> None:
    assert not is_accepted(field(), read(0.998, "line"))
    assert is_accepted(field(), read(0.998, "line", "sum"))


def test_a_critical_field_needs_two_grounds() -> None:
    critical = field(critical=True)

    assert not is_accepted(critical, read(0.9999, "line"))
    assert is_accepted(critical, read(0.9999, "line", "cells"))


def test_a_doubt_outweighs_any_probability() -> None:
    assert not is_accepted(field(), read(0.9999, "line", doubts=("faint",)))


def test_a_surely_empty_field_is_accepted() -> None:
    assert is_accepted(field(), empty(certainty=0.9995))


@pytest.mark.parametrize(
    "state", [FieldState.UNREADABLE, FieldState.SEVERAL, FieldState.DITTO]
)
def test_what_is_not_plainly_read_is_not_accepted(state: FieldState) -> None:
    assert not is_accepted(field(), Outcome(state, certainty=0.9999))
