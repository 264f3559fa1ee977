"""`make crash`: strikes everything that runs while papers come in, then counts.

`python -m bench.crash --seed 1 --faults 300 --bundles 400 --workers 2 --folder /tmp/c`
Papers are fed over the HTTP door, each under a key of its own and asked for again until
it is answered. Every fault waits until some work is under lease. In the end the ledger
must balance, and each stack must have made exactly the filings and persons it holds.
"""

import argparse
import json
import random
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psycopg

from bench.crash.house import LEASE_SECONDS, House, until
from bench.crash.recording import note
from bench.crash.stacks import Stack, stacks

ACTS = ("kill", "stop", "freeze")
_LEASED = """
    SELECT kind FROM work WHERE state = 'open' AND lease_until > now()
    AND kind IN ('identify', 'sort', 'read', 'check') ORDER BY random() LIMIT 1
"""
_DONE = "SELECT count(*) FROM work WHERE state = 'done'"
_OPEN = """
    SELECT count(*) FROM work
    WHERE state = 'open' AND kind IN ('identify', 'sort', 'read', 'check')
"""
_DEAD = "SELECT count(*) FROM work WHERE state = 'dead'"
# What each file became: its filings, persons and field versions.
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


@dataclass
class Told:
    """What was fed and struck.

    Attributes:
        faults: by component, act and the step that was under lease.
        seconds: from a fault to the next piece of work that was done.
        died: parts that ended by themselves, which a supervisor starts again.
    """

    fed: dict[str, Stack] = field(default_factory=dict)
    faults: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    seconds: dict[str, list[float]] = field(default_factory=dict)
    died: Counter[str] = field(default_factory=Counter)


def main() -> int:
    asked = _arguments()
    folder = asked.folder or Path(tempfile.mkdtemp(prefix="kz-crash-"))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    house = House(folder / "house", workers=asked.workers)
    told, chance = Told(), random.Random(asked.seed)
    started = time.monotonic()
    try:
        house.open()
        feeding = threading.Thread(
            target=_feed, args=[house, told, asked.bundles], daemon=True
        )
        feeding.start()
        for _ in range(asked.faults):
            _strike(house, told, chance)
        feeding.join()
        told.died.update(one.name for one in house.parts.values() if one.revive())
        settled = until(lambda: _is_idle(house), seconds=300)
        return _report(house, told, settled=settled, started=started)
    finally:
        house.close()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.crash")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faults", type=int, default=300)
    parser.add_argument("--bundles", type=int, default=400)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--folder", type=Path, default=None)
    return parser.parse_args()


def _feed(house: House, told: Told, count: int) -> None:
    words = ("token", "create", "feeder", "--scope", "jobs:write", "--json")
    key = house.answer(*words)["token"]
    kinds = stacks()
    with httpx.Client(
        base_url=f"http://127.0.0.1:{house.port}/api/v1",
        headers={"Authorization": f"Bearer {key}"},
        timeout=20,
    ) as client:
        for number in range(1, count + 1):
            stack = kinds[number % len(kinds)]
            sha256, data = stack.file(number)
            note(house.recording, sha256, stack=stack.name, number=number)
            _bring(client, number, data)
            told.fed[sha256] = stack
            # Neither a flood that only queues, nor so few that nothing is at work.
            until(lambda: _waiting(house) < 12, seconds=120)


def _bring(client: httpx.Client, number: int, data: bytes) -> None:
    """Bring a file until somebody says that it is taken."""
    while True:
        try:
            answer = client.post(
                "/jobs",
                files={"files": (f"{number}.tif", data, "image/tiff")},
                headers={"Idempotency-Key": f"bundle-{number}"},
            )
        except httpx.HTTPError:
            time.sleep(0.5)
            continue
        if answer.status_code == httpx.codes.CREATED:
            return
        if answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR and (
            answer.status_code != httpx.codes.CONFLICT
        ):
            raise RuntimeError(f"bundle {number} was refused: {answer.text}")
        time.sleep(0.5)


def _strike(house: House, told: Told, chance: random.Random) -> None:
    told.died.update(one.name for one in house.parts.values() if one.revive())
    name = chance.choice(sorted(house.parts))
    act = chance.choice(ACTS)
    step = _step_under_lease(house)
    before = _done(house)
    at = time.monotonic()
    part = house.parts[name]
    if act == "freeze":
        # Some longer than a lease: the work is taken over and comes back too late.
        part.freeze(chance.choice((0.5, 1.5, LEASE_SECONDS + 2)))
    else:
        getattr(part, act)()
    until(part.ready, seconds=60)
    told.faults[name.partition("-")[0], act, step] += 1
    if until(lambda: _done(house) > before, seconds=60) and step != "idle":
        seconds = time.monotonic() - at
        told.seconds.setdefault(name.partition("-")[0], []).append(seconds)


def _step_under_lease(house: House) -> str:
    end = time.monotonic() + 15
    while time.monotonic() < end:
        try:
            found = house.rows(_LEASED)
        except psycopg.Error:
            found = []
        if found:
            return str(found[0][0])
        time.sleep(0.05)
    return "idle"


def _done(house: House) -> int:
    return _number(house, _DONE, otherwise=0)


def _waiting(house: House) -> int:
    return _number(house, _OPEN, otherwise=999)


def _is_idle(house: House) -> bool:
    return _waiting(house) == 0


def _number(house: House, query: str, *, otherwise: int) -> int:
    try:
        return int(house.rows(query)[0][0])
    except psycopg.Error:
        return otherwise


def _report(house: House, told: Told, *, settled: bool, started: float) -> int:
    made = {row[0]: row[1:] for row in house.rows(_MADE)}
    lost, doubled = [], []
    for sha256, stack in told.fed.items():
        arrivals, filings, entries = made.get(sha256, (0, 0, 0))
        if arrivals < 1 or filings < stack.filings or entries < stack.entries:
            lost.append(sha256)
        if arrivals > 1 or filings > stack.filings or entries > stack.entries:
            doubled.append(sha256)
    doubled_values = int(house.rows(_VERSIONS)[0][0])
    dead = int(house.rows(_DEAD)[0][0])
    ledger = house.answer("ledger", "--json")
    proof = house.answer("verify", "--json")
    pages = sum(len(stack.pages) for stack in told.fed.values())
    line = "{:10}{:8}{:>8}  {}".format
    print(line("struck", "how", "faults", "while under lease"))
    for (part, act), steps in _by_act(told).items():
        words = ", ".join(f"{step} {n}" for step, n in sorted(steps.items()))
        print(line(part, act, sum(steps.values()), words))
    print(f"\nended by themselves and started again: {dict(told.died) or 'none'}")
    print("\nback at work after, seconds")
    for part, seconds in sorted(told.seconds.items()):
        print(
            f"{part:10} p50 {statistics.median(seconds):6.1f}   "
            f"p95 {_p95(seconds):6.1f}   n {len(seconds)}"
        )
    print(
        f"\n{sum(told.faults.values())} faults, {len(told.fed)} bundles, {pages} pages,"
        f" {time.monotonic() - started:.0f} s: lost {len(lost)}, doubled "
        f"{len(doubled)}, values doubled {doubled_values}, given up {dead}, settled "
        f"{settled}, ledger {'balances' if ledger['balances'] else 'DIFFERS'}, "
        f"verify {len(proof['differences'])} differences"
    )
    for one in [*ledger["differences"][:20], *proof["differences"][:20]]:
        print(json.dumps(one, ensure_ascii=False))
    is_whole = not (lost or doubled or doubled_values or dead)
    return 0 if is_whole and settled and ledger["balances"] else 1


def _by_act(told: Told) -> dict[tuple[str, str], Counter[str]]:
    found: dict[tuple[str, str], Counter[str]] = {}
    for (part, act, step), count in sorted(told.faults.items()):
        found.setdefault((part, act), Counter())[step] += count
    return found


def _p95(seconds: list[float]) -> float:
    return sorted(seconds)[max(0, round(len(seconds) * 0.95) - 1)]


if __name__ == "__main__":
    sys.exit(main())
