"""When what a robot found elsewhere accepts a doubtful reading."""

import pytest

from kamizero.model import FieldState
from validation.evidence import bears_out

AGREES = {
    "reading": "1990-05-12",
    "state": FieldState.READ,
    "chosen_by": None,
    "is_blind": True,
}


def test_the_same_value_from_who_did_not_see_the_reading_is_a_second_ground() -> None:
    assert bears_out("1990-05-12", **AGREES)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "but",
    [
        {"reading": "1990-05-17"},
        # A rule that chose the value is no reading that anything could agree with.
        {"chosen_by": "check_digit"},
        {"state": FieldState.UNREADABLE},
        # Whoever was shown the reading repeats it.
        {"is_blind": False},
    ],
)
def test_it_is_never_the_only_ground(but: dict[str, object]) -> None:
    assert not bears_out("1990-05-12", **{**AGREES, **but})  # type: ignore[arg-type]


def test_nothing_found_accepts_nothing() -> None:
    nothing = {**AGREES, "reading": "", "state": FieldState.BLANK}

    assert not bears_out("", **nothing)  # type: ignore[arg-type]
