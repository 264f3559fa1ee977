"""Finds those words of a long list that a recogniser's answer can spell."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

_PADDING = "\0"
# What a character of the word must reach at some step.
_LEAST_PEAK = 2e-4
# Longer words explain more of a line: each character counts for so much.
_A_CHARACTER = 2.5


class WordTable:
    """Words in a form in which thousands are looked through at once."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = tuple(words)
        padded = np.array(self._words, np.str_)
        codes = padded.view(np.uint32).reshape(len(self._words), -1)
        # Shorter words are padded with zeros, which sort before every character.
        characters, columns = np.unique(codes, return_inverse=True)
        self._numbers = {chr(code): n for n, code in enumerate(characters)}
        self._columns = np.ascontiguousarray(columns.reshape(codes.shape).T)
        self._lengths = (codes != 0).sum(axis=1)

    def likely(self, peaks: Mapping[str, float], *, most: int) -> list[str]:
        """The words whose every character was seen; at most so many, best first.

        `peaks` holds the largest share of each character at any step.
        """
        known = np.zeros(len(self._numbers))
        for char, share in peaks.items():
            if char in self._numbers:
                known[self._numbers[char]] = share
        if _PADDING in self._numbers:
            known[self._numbers[_PADDING]] = 1.0
        rows = self._spelt_with(known >= _LEAST_PEAK)
        shares = known[self._columns[:, rows].T]
        sure = np.log(shares).sum(axis=1) + _A_CHARACTER * self._lengths[rows]
        order = rows[np.argsort(-sure, kind="stable")[:most]]
        return [self._words[row] for row in order]

    def _spelt_with(self, seen: NDArray[np.bool_]) -> NDArray[np.intp]:
        """The words of these characters alone: most fall at their first."""
        rows = np.flatnonzero(seen[self._columns[0]])
        for column in self._columns[1:]:
            rows = rows[seen[column[rows]]]
        return rows
