"""How probable given texts are, by all the ways a recogniser's answer spells them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ocr.words.alphabets import Steps

# A character that the recogniser did not see anywhere is no likelier than this.
_UNSEEN = 1e-7
_TINY = 1e-300
# Steps between which paths shrink to no less than a double holds.
_RESCALED = 8


class Scores(NamedTuple):
    """One number a text: logarithms of probabilities, and a step.

    Attributes:
        exact: that the line holds this text and nothing else.
        beginning: that the line begins with this text.
        end: the step at which the text, as a beginning, most likely ends.
    """

    exact: NDArray[np.float64]
    beginning: NDArray[np.float64]
    end: NDArray[np.int64]


def score(steps: Steps, characters: Sequence[str], texts: Sequence[str]) -> Scores:
    """Score each text, none of them empty, against the steps of one line."""
    states, last = _states(characters, texts)
    rows = np.hstack([steps, np.full((len(steps), 1), _UNSEEN)])
    rows = np.maximum(rows, _UNSEEN**2)
    skips = _skips(states).astype(np.float64)
    # Where the last character of each text stands among all states, row by row.
    ends = np.arange(len(texts)) * states.shape[1] + last
    paths = np.zeros(states.shape)
    paths[:, 0] = 1.0
    scale = np.zeros(len(texts))
    arriving = np.empty((len(steps), len(texts)))
    scales = np.empty((len(steps), len(texts)))
    coming, skipping = np.zeros_like(paths), np.empty(skips.shape)
    # One look for all steps: each call inside the loop costs more than its numbers.
    for step, shares in enumerate(rows.take(states, axis=1)):
        coming[:, 1:] = paths[:, :-1]
        coming[:, 2:] += np.multiply(paths[:, :-2], skips, out=skipping)
        coming.take(ends, out=arriving[step], mode="clip")
        scales[step] = scale
        paths += coming
        paths *= shares
        if step % _RESCALED == 0:
            largest = paths.max(axis=1) + _TINY
            paths /= largest[:, None]
            scale += np.log(largest)
    arriving *= rows.take(states.take(ends), axis=1)
    arrivals = np.log(arriving + _TINY) + scales
    whole = paths.take(ends) + paths.take(ends + 1)
    return Scores(
        exact=np.log(whole + _TINY) + scale,
        beginning=np.logaddexp.reduce(arrivals, axis=0),
        end=arrivals.argmax(axis=0),
    )


def _states(
    characters: Sequence[str], texts: Sequence[str]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Each text as blank, character, blank …; and where its last character stands."""
    columns = {char: column for column, char in enumerate(characters)}
    unseen = len(characters)
    states = np.zeros((len(texts), 2 * max(map(len, texts)) + 1), np.int64)
    for row, text in zip(states, texts, strict=True):
        row[1 : 2 * len(text) : 2] = [columns.get(char, unseen) for char in text]
    return states, np.array([2 * len(text) - 1 for text in texts])


def _skips(states: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Where a character may follow another without a blank between."""
    return np.asarray((states[:, 2:] != 0) & (states[:, 2:] != states[:, :-2]))
