"""What became of everything that was fed, and the tables of what befell it."""

import json
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bench.crash.faults import Fault, Striker
from bench.crash.house import House
from bench.crash.stacks import Stack

# What each file became: its arrivals, filings and persons.
_MADE = """
    SELECT original.sha256, count(DISTINCT arrival.id), count(DISTINCT filing.id),
           count(DISTINCT entry.id)
    FROM original JOIN arrival ON arrival.original_id = original.id
    LEFT JOIN filing ON filing.arrival_id = arrival.id
         AND filing.dissolved_at IS NULL
    LEFT JOIN entry ON entry.filing_id = filing.id
    GROUP BY original.sha256
"""
_VERSIONS = """
    SELECT count(*) FROM (
        SELECT 1 FROM field GROUP BY filing_id, name HAVING count(*) > 1
        UNION ALL
        SELECT 1 FROM field_version WHERE author_kind = 'engine'
        GROUP BY field_id HAVING count(*) > 1
    ) doubled
"""
_DEAD = "SELECT count(*) FROM work WHERE state = 'dead'"
_ENDED = "SELECT id, done_at FROM work WHERE state <> 'open'"


@dataclass(frozen=True, slots=True)
class Count:
    """What is in the house at the end, beside what was fed.

    Attributes:
        lost, doubled: files of which there is too little or too much.
        values: fields that a machine read twice.
        dead: pieces of work that were given up.
        differences: of the ledger and of verification.
    """

    lost: Sequence[str]
    doubled: Sequence[str]
    values: int
    dead: int
    differences: Sequence[Mapping[str, object]]

    @property
    def is_whole(self) -> bool:
        wrong = (self.lost, self.doubled, self.values, self.dead, self.differences)
        return not any(wrong)


def count(house: House, fed: Mapping[str, Stack]) -> Count:
    made = {row[0]: row[1:] for row in house.rows(_MADE)}
    lost, doubled = [], []
    for sha256, stack in fed.items():
        wanted = (1, stack.filings, stack.entries)
        found = made.get(sha256, (0, 0, 0))
        if any(one < other for one, other in zip(found, wanted, strict=True)):
            lost.append(sha256)
        if any(one > other for one, other in zip(found, wanted, strict=True)):
            doubled.append(sha256)
    ledger = house.answer("ledger", "--json")
    proof = house.answer("verify", "--json")
    return Count(
        lost=lost,
        doubled=doubled,
        values=int(house.rows(_VERSIONS)[0][0]),
        dead=int(house.rows(_DEAD)[0][0]),
        differences=[*ledger["differences"], *proof["differences"]],
    )


def tell(
    house: House, striker: Striker, fed: Mapping[str, Stack], found: Count
) -> None:
    """Print what was struck, how soon it was mended, and what is left."""
    faults = striker.faults
    _table("struck", "how", ((one.part, one.act) for one in faults))
    _table("struck", "under lease", ((one.part, one.step) for one in faults))
    print("ended by themselves and started again:")
    for (part, why), times in sorted(striker.died.items()):
        print(f"  {part} after {why}: {times}")
    _tell_recovery(faults, dict(house.rows(_ENDED)))
    pages = sum(len(stack.pages) for stack in fed.values())
    print(
        f"\n{len(faults)} faults, {len(fed)} bundles, {pages} pages: lost "
        f"{len(found.lost)}, doubled {len(found.doubled)}, values doubled "
        f"{found.values}, given up {found.dead}, differences {len(found.differences)}"
    )
    for one in found.differences[:20]:
        print(json.dumps(one, ensure_ascii=False))


def _table(row: str, column: str, pairs: Iterable[tuple[str, str]]) -> None:
    counted = Counter(pairs)
    columns = sorted({name for _, name in counted})
    print(f"\n{row + ' / ' + column:22}" + "".join(f"{name:>10}" for name in columns))
    for part in sorted({name for name, _ in counted}):
        cells = "".join(f"{counted[part, name]:10}" for name in columns)
        print(f"{part:22}{cells}")


def _tell_recovery(faults: Iterable[Fault], ended: Mapping[int, object]) -> None:
    """From the end of a strike until the work that was under lease is done."""
    seconds: dict[str, list[float]] = {}
    for fault in faults:
        at = ended.get(fault.work or 0)
        if at is not None:
            took = (at - fault.over).total_seconds()  # type: ignore[operator]
            # Done before: another had taken it over while the strike lasted.
            seconds.setdefault(fault.part, []).append(max(took, 0.0))
    print("\nuntil the work under lease was done, in seconds after the strike")
    everything = [one for some in seconds.values() for one in some]
    for part, some in [*sorted(seconds.items()), ("all", everything)]:
        print(
            f"{part:22} p50 {statistics.median(some):6.1f}   p95 {_p95(some):6.1f}"
            f"   n {len(some)}"
        )


def _p95(seconds: Sequence[float]) -> float:
    return sorted(seconds)[max(0, round(len(seconds) * 0.95) - 1)]
