"""Finds those words of a long list that a recogniser's answer can spell."""

from collections.abc import Mapping, Sequence

import numpy as np

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
        self._characters, self._columns = np.unique(codes, return_inverse=True)
        self._columns = self._columns.reshape(codes.shape)
        self._lengths = (codes != 0).sum(axis=1)

    def likely(self, peaks: Mapping[str, float], *, most: int) -> list[str]:
        """The words whose every character was seen; at most so many, best first.

        `peaks` holds the largest share of each character at any step.
        """
        known = [
            peaks.get(chr(code), 0.0) if code else 1.0 for code in self._characters
        ]
        shares = np.array(known)[self._columns]
        rows = np.flatnonzero(shares.min(axis=1) >= _LEAST_PEAK)
        sure = np.log(shares[rows]).sum(axis=1) + _A_CHARACTER * self._lengths[rows]
        order = rows[np.argsort(-sure, kind="stable")[:most]]
        return [self._words[row] for row in order]
