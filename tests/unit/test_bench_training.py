"""Made-up comb cells, as the model of comb cells is trained on."""

import numpy as np
import pytest

from bench.training.pen_digits import draw
from bench.training.sheets import MadeField, Mix, fields
from bench.training.ways import WAYS
from bench.training.writers import NO_DIGIT
from ocr.boxes.cells import cell_shares

BY_PEN = Mix([], drawn=1.0, poor=0.0)


def sheet(mix: Mix = BY_PEN, seed: int = 1) -> list[MadeField]:
    return list(fields(np.random.default_rng(seed), mix))


def written(made: list[MadeField]) -> list[tuple[np.ndarray, int]]:
    """View and label of each cell that can be read."""
    return [
        (view, label)
        for field in made
        for view, label, visible in zip(
            field.glyphs.views, field.labels, field.visible, strict=True
        )
        if view is not None and visible
    ]


def test_the_same_chance_draws_the_same_sheet() -> None:
    first, second = written(sheet()), written(sheet())

    assert [label for _, label in first] == [label for _, label in second]
    assert all(
        np.array_equal(one, other)
        for (one, _), (other, _) in zip(first, second, strict=True)
    )


def test_fields_are_as_long_as_asked_for() -> None:
    made = sheet(Mix([], drawn=1.0, poor=0.0, lengths=(6,)))

    assert {len(field.labels) for field in made} == {6}


def test_nearly_all_that_was_written_cleanly_can_be_seen() -> None:
    made = sheet()

    assert len(written(made)) > 0.9 * sum(len(field.labels) for field in made)


@pytest.mark.parametrize("digit", range(10))
def test_each_way_of_writing_a_digit_fills_its_square(digit: int) -> None:
    rng = np.random.default_rng(digit)
    shares = np.cumsum([share for share, _ in WAYS[digit]])
    for way in (shares - 1e-6) / shares[-1]:
        points = np.concatenate(draw(digit, rng, way=float(way), stray=0.0))

        assert points.min() > -0.5
        assert points.max() < 1.5
        assert np.ptp(points[:, 1]) > 0.7


def test_the_shipped_model_reads_what_a_made_up_pen_wrote() -> None:
    views, labels = zip(*written(sheet(seed=5) + sheet(seed=6)), strict=True)

    found = cell_shares(list(views)).argmax(axis=1)

    assert (found == np.array(labels)).mean() > 0.95


def test_the_shipped_model_sees_most_of_what_is_no_digit() -> None:
    mix = Mix([], drawn=1.0, poor=0.0, no_digit=1.0)
    views, labels = zip(*written(sheet(mix, 7) + sheet(mix, 8)), strict=True)
    assert set(labels) == {NO_DIGIT}

    found = cell_shares(list(views)).argmax(axis=1)

    assert (found == NO_DIGIT).mean() > 0.8
