"""Prints of how many forgeries verification finds each kind, and names rightly.

python -m bench.tamperings [SEEDS [FIRST]]
"""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import monotonic

from bench.forged_house import a_copy, build_house
from bench.forgeries import FORGERIES
from kamizero import logs

SEEDS = 50


@dataclass(frozen=True, slots=True)
class Found:
    """What became of the forgeries of one kind."""

    kind: str
    tried: int
    found: int
    named: int


def try_forgeries(house: Path, work: Path, seeds: Sequence[int]) -> Iterator[Found]:
    """Forge a copy of the house each time, and verify it."""
    for kind, forge in FORGERIES.items():
        found = named = 0
        for seed in seeds:
            with a_copy(house, work / "copy") as copy:
                wanted = forge(copy, Random(f"{kind} {seed}"))
                differences = copy.differences()
            found += bool(differences)
            named += bool(wanted & differences)
        yield Found(kind, len(seeds), found, named)


def main() -> None:
    logs.configure("columns", level="CRITICAL")
    many = int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    seeds = range(first, first + many)
    began = monotonic()
    # In memory where that can be: a forger waits for no disk.
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own is made there.
    place = memory if memory.is_dir() else None
    with tempfile.TemporaryDirectory(dir=place) as folder:
        house, work = Path(folder) / "house", Path(folder) / "work"
        work.mkdir()
        build_house(house)
        with a_copy(house, work / "untouched") as untouched:
            print(f"untouched: {len(untouched.differences())} differences")
        print(f"{'forgery':40} {'tried':>6} {'found':>6} {'named':>6}")
        total = missed = 0
        for row in try_forgeries(house, work, seeds):
            print(f"{row.kind:40} {row.tried:>6} {row.found:>6} {row.named:>6}")
            total, missed = total + row.tried, missed + row.tried - row.named
    print(f"{total} forgeries, {missed} not named, {monotonic() - began:.0f} s")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
