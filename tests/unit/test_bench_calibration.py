"""Fitting the calibration, and the people it is fitted on."""

import numpy as np
import pytest

from bench.calibration.free_writing import Seen, fit
from bench.calibration.persons import Population
from bench.calibration.slips import slipped
from ocr.calibration import Evidence, probability
from ocr.words.names import Part, names


def _seen(rng: np.random.Generator, count: int) -> list[Seen]:
    """Readings that are right as often as their strokes say, not as they say."""
    found = []
    for page in range(count):
        lead = float(rng.uniform(-4, 6))
        right = bool(rng.random() < 1 / (1 + np.exp(-lead)))
        evidence = Evidence(3.0, reading=False, code=False, chosen=False, strokes=lead)
        found.append(Seen(page, "name_kana", "clean", evidence, right))
    return found


def test_fitting_finds_how_often_readings_are_right() -> None:
    seen = _seen(np.random.default_rng(1), 4000)

    weights = fit(seen)

    likely = Evidence(3.0, reading=False, code=False, chosen=False, strokes=4.0)
    doubtful = likely._replace(strokes=-1.0)
    assert probability(likely, weights) == pytest.approx(0.98, abs=0.02)
    assert probability(doubtful, weights) == pytest.approx(0.27, abs=0.06)


def test_a_slip_is_one_character() -> None:
    rng = np.random.default_rng(2)
    name = "スズキ\u3000ハナコ"

    written = [slipped("insured.1.name_kana", name, rng) for _ in range(200)]

    slips = [one for one in written if one != name]
    assert 10 < len(slips) < 60
    assert all(
        sum(a != b for a, b in zip(one, name, strict=True)) == 1 for one in slips
    )


def test_nothing_slips_where_nothing_is_held_against_it() -> None:
    rng = np.random.default_rng(3)

    written = {slipped("insured.1.name_kanji", "鈴木", rng) for _ in range(50)}

    assert written == {"鈴木"}


def test_some_people_have_names_and_towns_that_no_list_holds() -> None:
    rng, population = np.random.default_rng(4), Population()

    people = [population.person(rng) for _ in range(200)]

    unlisted = [
        one
        for one in people
        if not names(Part.GIVEN).knows(one.kana.split("\u3000")[1])
    ]
    assert 3 < len(unlisted) < 40
