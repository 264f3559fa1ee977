"""What a ledger says: how much there is, which laws hold, and each thing amiss."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet a difference is about, as somebody finds it in the stack.

    Attributes:
        place: counted from the top of its bundle, separator sheets left out; 0 where
            it is only known by its file.
        job, file, page: the job, the file by its place in it, and the page in that;
            None for a sheet that was declared and is not there.
    """

    place: int
    job: int | None = None
    file: int | None = None
    page: int | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that does not balance; ids and codes alone.

    Attributes:
        kind: what kind of thing is amiss, a code.
        subject_kind, subject_id: whom it concerns, such as bundle 12.
    """

    kind: str
    subject_kind: str
    subject_id: int
    expected: str
    found: str
    sheets: tuple[Sheet, ...] = ()


@dataclass(frozen=True, slots=True)
class Law:
    """Two sides that must be equal, and by name what the right one is made of."""

    name: str
    left: int
    parts: Mapping[str, int]

    @property
    def right(self) -> int:
        return sum(self.parts.values())

    @property
    def holds(self) -> bool:
        return self.left == self.right


@dataclass(frozen=True, slots=True)
class Ledger:
    """The whole account.

    Attributes:
        moving: bundles whose pages are being sorted or read just now; nothing is
            said of them.
        explained: bundles that differ, and somebody said why.
    """

    arrivals: Mapping[str, int]
    entries: Mapping[str, int]
    laws: Sequence[Law]
    bundles: int
    moving: int
    explained: int
    differences: Sequence[Difference] = field(default=())

    @property
    def balances(self) -> bool:
        return not self.differences

    def counts(self) -> dict[str, Any]:
        """All of it that can be added up, as JSON; `of_counts` reads it back."""
        return {
            "arrivals": dict(self.arrivals),
            "entries": dict(self.entries),
            "bundles": self.bundles,
            "moving": self.moving,
            "explained": self.explained,
            "laws": {
                law.name: {"left": law.left, "parts": dict(law.parts)}
                for law in self.laws
            },
        }

    @classmethod
    def of_counts(cls, told: Mapping[str, Any]) -> "Ledger":
        laws = [
            Law(name, law["left"], law["parts"]) for name, law in told["laws"].items()
        ]
        names = ("arrivals", "entries", "bundles", "moving", "explained")
        return cls(laws=laws, **{name: told[name] for name in names})

    def as_json(self) -> dict[str, Any]:
        return {
            "balances": self.balances,
            "arrivals": dict(self.arrivals),
            "entries": dict(self.entries),
            "bundles": {
                "all": self.bundles,
                "moving": self.moving,
                "explained": self.explained,
            },
            "laws": [
                {
                    "name": law.name,
                    "left": law.left,
                    "right": law.right,
                    "parts": dict(law.parts),
                    "holds": law.holds,
                }
                for law in self.laws
            ],
            "differences": [asdict(one) for one in self.differences],
        }


def summed(ledgers: Iterable[Ledger]) -> Ledger:
    """One account of them all, with the differences of each."""
    arrivals, entries = Counter[str](), Counter[str]()
    left = Counter[str]()
    parts: dict[str, Counter[str]] = {}
    bundles = moving = explained = 0
    differences: list[Difference] = []
    for one in ledgers:
        arrivals.update(one.arrivals)
        entries.update(one.entries)
        for law in one.laws:
            left[law.name] += law.left
            parts.setdefault(law.name, Counter()).update(law.parts)
        bundles += one.bundles
        moving += one.moving
        explained += one.explained
        differences += one.differences
    return Ledger(
        arrivals=dict(arrivals),
        entries=dict(entries),
        laws=tuple(Law(name, left[name], dict(found)) for name, found in parts.items()),
        bundles=bundles,
        moving=moving,
        explained=explained,
        differences=differences,
    )
