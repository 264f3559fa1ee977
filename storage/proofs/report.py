"""What a verification says: how much was looked at, and every difference by name."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from threading import Lock
from typing import Any

from kamizero.errors import MissingError
from storage.interfaces import ObjectStore

Progress = Callable[[int, int], None]
"""Called with how many pieces of evidence were looked at, and of how many."""

MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Difference:
    """Something is not what it was.

    Attributes:
        id: the row's id; of an original its SHA-256.
        path: the file below the data folder, where there is one.
    """

    kind: str
    id: str
    path: str | None
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class Report:
    """Kinds with how many of each were checked, and the differences."""

    checked: dict[str, int]
    differences: list[Difference]

    def as_json(self) -> dict[str, Any]:
        return {
            "checked": self.checked,
            "differences": [asdict(difference) for difference in self.differences],
        }


class Meter:
    """How far a verification is, told to whoever waits; counts in several threads."""

    def __init__(self, *, total: int, progress: Progress) -> None:
        self._done = 0
        self._total = total
        self._progress = progress
        self._lock = Lock()

    def advance(self, n: int) -> None:
        with self._lock:
            self._done += n
            self._progress(min(self._done, self._total), self._total)


class Tally:
    """A report that is growing; each is filled by one thread."""

    def __init__(self, meter: Meter) -> None:
        self._counts: Counter[str] = Counter()
        self._differences: list[Difference] = []
        self._meter = meter

    def count(self, kind: str, n: int = 1) -> None:
        """Evidence of this kind was looked at; a kind with none is shown as 0."""
        self._counts[kind] += n
        self._meter.advance(n)

    @property
    def counts(self) -> Mapping[str, int]:
        return dict(self._counts)

    @property
    def differences(self) -> Sequence[Difference]:
        return self._differences

    def note(self, kind: str, n: int) -> None:
        """Something worth a number that is no evidence and no difference."""
        self._counts[kind] = n

    def add(self, differences: Iterable[Difference]) -> None:
        self._differences.extend(differences)

    def differs(
        self, kind: str, key: object, *, expected: str, found: str, path: str = ""
    ) -> None:
        self._differences.append(
            Difference(kind, str(key), path or None, expected, found)
        )


def report_of(tallies: Iterable[Tally]) -> Report:
    """What several threads found, in the order of their tallies."""
    checked: dict[str, int] = {}
    differences: list[Difference] = []
    for tally in tallies:
        checked |= tally.counts
        differences += tally.differences
    return Report(checked, differences)


def path_in(store: ObjectStore, key: str) -> str:
    """The key's file, "" where there is none or the key itself was changed."""
    try:
        return store.path_of(key) or ""
    except MissingError:
        return ""
