"""The exact probability of given texts, against all paths counted one by one."""

from itertools import groupby, product

import numpy as np
import pytest

from ocr.words import ctc
from ocr.words.alphabets import Steps
from ocr.words.forward import score

_CHARACTERS = ("", "サ", "ト", "ウ")


def _steps(seed: int, count: int = 5) -> Steps:
    rows = np.random.default_rng(seed).random((count, len(_CHARACTERS))) + 0.05
    return np.asarray(rows / rows.sum(axis=1, keepdims=True))


def _texts_of_all_paths(steps: Steps) -> dict[str, float]:
    found: dict[str, float] = {}
    for path in product(range(len(_CHARACTERS)), repeat=len(steps)):
        share = float(np.prod([steps[at, n] for at, n in enumerate(path)]))
        text = "".join(_CHARACTERS[n] for n, _ in groupby(path))
        found[text] = found.get(text, 0.0) + share
    return found


@pytest.mark.parametrize("text", ["サ", "サト", "トト", "サトウ", "ウトウ"])
def test_a_text_has_the_share_of_all_paths_that_spell_it(text: str) -> None:
    steps = _steps(seed=3)

    found = score(steps, _CHARACTERS, [text, "ウ"])

    assert np.exp(found.exact[0]) == pytest.approx(_texts_of_all_paths(steps)[text])


@pytest.mark.parametrize("text", ["サ", "サト", "トト", "サトウ"])
def test_a_beginning_has_the_share_of_all_texts_that_begin_so(text: str) -> None:
    steps = _steps(seed=4)
    spelt = _texts_of_all_paths(steps)

    found = score(steps, _CHARACTERS, [text])

    expected = sum(share for one, share in spelt.items() if one.startswith(text))
    assert np.exp(found.beginning[0]) == pytest.approx(expected)


def test_the_end_of_a_beginning_is_where_its_last_character_is_seen() -> None:
    steps = np.full((6, len(_CHARACTERS)), 0.01)
    for at, column in enumerate((1, 0, 2, 0, 3, 3)):
        steps[at, column] = 0.97

    found = score(steps, _CHARACTERS, ["サト", "サトウ"])

    assert list(found.end) == [2, 4]


def test_a_character_nobody_saw_leaves_a_text_hardly_possible() -> None:
    found = score(_steps(seed=5), _CHARACTERS, ["サ", "ヌ"])

    assert found.exact[1] < found.exact[0] - 10


def test_the_most_probable_line_scores_best() -> None:
    steps = _steps(seed=6, count=8) ** 6
    texts = [line.text for line in ctc.lines(steps, _CHARACTERS) if line.text]

    found = score(ctc.normalised(steps), _CHARACTERS, texts)

    assert found.exact.argmax() == 0


def test_a_text_that_the_strokes_speak_against_still_has_its_share() -> None:
    count = 60
    steps = np.zeros((count, len(_CHARACTERS)))
    steps[:, 3] = 1.0

    found = score(steps, _CHARACTERS, ["サ"])

    # Every path is as unlikely as can be: one for each first and last step of サ.
    paths = count * (count + 1) / 2
    assert found.exact[0] == pytest.approx(np.log(paths) + count * np.log(1e-14))
