"""Counts what the recogniser does, from outside."""

import time
from collections.abc import Sequence

from ocr.engine import GreyImage, Posteriors, Recogniser


class TimedRecogniser:
    """A recogniser that counts its own seconds.

    Attributes:
        seconds: spent in the recogniser since `reset`.
        first_asked: when it was first asked after `reset`, by the performance
            counter; None where it was not.
        lines: the pictures it was given since `reset`.
    """

    def __init__(self, inner: Recogniser) -> None:
        self._inner = inner
        self.name = inner.name
        self.alphabet = inner.alphabet
        self.reset()

    def reset(self) -> None:
        self.seconds = 0.0
        self.first_asked: float | None = None
        self.lines: list[GreyImage] = []

    def posteriors(self, lines: Sequence[GreyImage]) -> list[Posteriors]:
        started = time.perf_counter()
        if self.first_asked is None:
            self.first_asked = started
        answers = self._inner.posteriors(lines)
        self.seconds += time.perf_counter() - started
        self.lines += lines
        return answers

    def floor(self) -> float:
        """Seconds for the same pictures in one call, with nothing around it."""
        started = time.perf_counter()
        self._inner.posteriors(self.lines)
        return time.perf_counter() - started
