"""Which part is struck how, while which step is under lease."""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import psycopg

from bench.crash.house import LEASE_SECONDS, House, until
from bench.crash.parts import PATIENCE

ACTS = ("kill", "stop", "freeze", "cut", "silence", "fill")
# Some longer than a lease: the work is taken over and comes back too late.
LASTING = (0.3, 1.0, LEASE_SECONDS + 2)
_NOBODY_IS_AT_WORK = "idle"
_STEPS = ("identify", "sort", "read", "check")
_LEASED = "SELECT kind, id FROM work WHERE state = 'open' AND lease_until > now()"
# Seconds.
_WAIT_FOR_RAREST = 3.0
_LONGEST_WAIT = 10.0
_DONE = "SELECT count(*) FROM work WHERE state = 'done'"


@dataclass(frozen=True, slots=True)
class Fault:
    """One strike.

    Attributes:
        step: what was under lease, of the work row `work`; None where nothing was.
        over: when the strike itself was over, and nothing stood in the way any more.
    """

    part: str
    act: str
    step: str
    work: int | None
    over: datetime


@dataclass
class Striker:
    """Strikes, the rarest pair of part and step first.

    Attributes:
        died: parts that ended by themselves and were started again, by the act
            that befell anything last.
    """

    house: House
    chance: random.Random
    faults: list[Fault] = field(default_factory=list)
    died: Counter[tuple[str, str]] = field(default_factory=Counter)

    def strike(self) -> None:
        self.revive()
        step, work = self._under_lease()
        name, act = self._next(step)
        part = self.house.parts[name]
        before = self._done()
        part.strike(act, seconds=self.chance.choice(LASTING))
        over = datetime.now(UTC)
        # Whatever ended in it, a supervisor starts it again.
        self.revive(because=f"{act} {part.component}")
        if not until(part.ready, seconds=PATIENCE):
            raise RuntimeError(f"{name} does not answer after {act}: see {part.log}")
        self.faults.append(Fault(part.component, act, step, work, over))
        until(lambda: self._done() > before, seconds=20)

    def revive(self, *, because: str = "") -> None:
        for part in self.house.parts.values():
            if part.revive():
                last = self.faults[-1] if self.faults else None
                why = because or (f"{last.act} {last.part}, later" if last else "start")
                self.died[part.component, why] += 1

    def _next(self, step: str) -> tuple[str, str]:
        """The part and act that met this step the least; by chance among equals."""
        met = Counter((fault.part, fault.step) for fault in self.faults)
        acts = Counter((fault.part, fault.act) for fault in self.faults)
        parts = {part.component for part in self.house.parts.values()}
        component = self._rarest(parts, lambda one: met[one, step])
        act = self._rarest(ACTS, lambda one: acts[component, one])
        names = [
            name
            for name, part in self.house.parts.items()
            if part.component == component
        ]
        return self.chance.choice(names), act

    def _rarest(self, some: Iterable[str], count: Callable[[str], int]) -> str:
        least = min(count(one) for one in some)
        return self.chance.choice(sorted(one for one in some if count(one) == least))

    def _under_lease(self) -> tuple[str, int | None]:
        """What is at work just now: of all steps, that which was struck the least.

        Some steps are over in a moment: the rarest of all is waited for a while.
        """
        struck = Counter(dict.fromkeys(_STEPS, 0))
        struck.update(fault.step for fault in self.faults if fault.step in _STEPS)
        rarest = min(_STEPS, key=lambda step: struck[step])
        start = time.monotonic()
        while (waited := time.monotonic() - start) < _LONGEST_WAIT:
            wanted = (rarest,) if waited < _WAIT_FOR_RAREST else _STEPS
            try:
                found = [row for row in self.house.rows(_LEASED) if row[0] in wanted]
            except psycopg.Error:
                found = []
            if found:
                kind, number = min(found, key=lambda row: struck[row[0]])
                return str(kind), int(number)
            time.sleep(0.02)
        return _NOBODY_IS_AT_WORK, None

    def _done(self) -> int:
        try:
            return int(self.house.rows(_DONE)[0][0])
        except psycopg.Error:
            return 0
