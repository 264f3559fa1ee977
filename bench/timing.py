"""Counts the seconds of readers, and what the recogniser does, from outside."""

import resource
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from ocr.boxes import cells
from ocr.engine import GreyImage, Posteriors, Recogniser


@dataclass(slots=True)
class CellSeconds:
    """What the model of single cells has spent so far."""

    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds by the clock on the wall, and of all processors together."""

    wall: float
    processor: float


class Stopwatch:
    """Counts from when it is made."""

    def __init__(self) -> None:
        self._wall, self._processor = time.perf_counter(), _processor_seconds()

    def spent(self) -> Spent:
        return Spent(
            time.perf_counter() - self._wall, _processor_seconds() - self._processor
        )


def _processor_seconds() -> float:
    """Of this process and of the programs it ran to their end."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


@contextmanager
def cells_timed(now: Callable[[], float]) -> Iterator[CellSeconds]:
    """Count the seconds of the model of single cells, a recogniser of its own."""
    spent, inner = CellSeconds(), cells.seen_once

    def timed(views: Sequence[GreyImage]) -> cells.SeenCells:
        started = now()
        seen = inner(views)
        spent.seconds += now() - started
        return seen

    cells.seen_once = timed
    try:
        yield spent
    finally:
        cells.seen_once = inner


class TimedRecogniser:
    """A recogniser that counts its own seconds.

    Attributes:
        seconds: spent in the recogniser since `reset`.
        now: the clock it counts by: seconds on the wall, or of the processor.
        first_asked: when it was first asked after `reset`; None where it was not.
        lines: the pictures it was given since `reset`.
    """

    def __init__(
        self, inner: Recogniser, *, now: Callable[[], float] = time.perf_counter
    ) -> None:
        self._inner = inner
        self.now = now
        self.name = inner.name
        self.alphabet = inner.alphabet
        self.reset()

    def reset(self) -> None:
        self.seconds = 0.0
        self.first_asked: float | None = None
        self.lines: list[GreyImage] = []

    def posteriors(self, lines: Sequence[GreyImage]) -> list[Posteriors]:
        started = self.now()
        if self.first_asked is None:
            self.first_asked = started
        answers = self._inner.posteriors(lines)
        self.seconds += self.now() - started
        self.lines += lines
        return answers

    def floor(self) -> float:
        """Seconds for the same pictures in one call, with nothing around it."""
        started = self.now()
        self._inner.posteriors(self.lines)
        return self.now() - started
