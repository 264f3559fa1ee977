"""Pages a second on PostgreSQL, RabbitMQ and S3, and what the house adds to reading.

`python -m bench.throughput --bundles 10 --workers 1 2` feeds stacks of six pages on
average over the HTTP door into a house of many processes, as `make crash` starts it and
without striking anything, and waits until the real recogniser has read them.

Reading is what a worker spent on looking at pages and reading filings, without fetching
their bytes. All else is what it spent besides from the first page to the last: work
rows, database, store, broker, rules.
"""

import argparse
import random
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

from bench.crash.feeding import Feeder, waiting
from bench.crash.house import House, end_orderly, until
from bench.crash.recording import EVERY_BUNDLE, SPENT
from storage.database import Database

_SPAN = """
    SELECT extract(epoch FROM max(done_at) - min(done_at - seconds * interval '1 s'))
    FROM work WHERE state = 'done' AND kind IN ('identify', 'read', 'check')
"""
_STEPS = """
    SELECT kind, count(*), sum(seconds) FROM work
    WHERE state = 'done' AND kind IN ('identify', 'read', 'check') GROUP BY kind
"""


@dataclass(frozen=True, slots=True)
class Run:
    """What so many workers did.

    Attributes:
        span: seconds from the first page to the last.
        reading, store: seconds of all workers.
        steps: how many there were of each kind, and their seconds.
    """

    workers: int
    pages: int
    span: float
    reading: float
    store: float
    steps: dict[str, tuple[int, float]]

    @property
    def pace(self) -> float:
        return self.pages / self.span


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.throughput")
    parser.add_argument("--bundles", type=int, default=10)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    asked = parser.parse_args()
    end_orderly()
    runs = [_run(workers, asked.bundles) for workers in asked.workers]
    _tell(runs)
    return 0


def _run(workers: int, bundles: int) -> Run:
    folder = Path(tempfile.mkdtemp(prefix="kz-pace-"))
    folder.chmod(0o755)
    house = House(folder / "house", workers=workers, real=EVERY_BUNDLE)
    try:
        house.open()
        feeder = Feeder(house, random.Random(1), sorts=False)
        feeder.enough.set()
        database = Database(house.database_url)
        feeding = threading.Thread(target=feeder.feed, args=[bundles], daemon=True)
        feeding.start()
        feeding.join()
        if not until(lambda: waiting(database) == 0, seconds=3600):
            raise SystemExit("they did not come to an end")
        database.close()
        spent = {"reading": 0.0, "store": 0.0}
        for line in (house.recording / SPENT).read_text("utf-8").splitlines():
            what, seconds = line.split()
            spent[what] += float(seconds)
        return Run(
            workers=workers,
            pages=sum(len(stack.pages) for stack in feeder.fed.values()),
            span=float(house.rows(_SPAN)[0][0]),
            reading=spent["reading"] - spent["store"],
            store=spent["store"],
            steps={kind: (count, took) for kind, count, took in house.rows(_STEPS)},
        )
    finally:
        house.close()


def _tell(runs: list[Run]) -> None:
    print("workers  pages  seconds  pages/s  of one  reading/page  all else/reading")
    for run in runs:
        besides = (run.span * run.workers - run.reading) / run.reading
        print(
            f"{run.workers:7}{run.pages:7}{run.span:9.1f}{run.pace:9.3f}"
            f"{run.pace / runs[0].pace:8.2f}{run.reading / run.pages:14.3f}"
            f"{besides:17.1%}"
        )
    for run in runs:
        print(f"\n{run.workers} workers: the store took {run.store:.1f} s")
        for kind, (count, took) in sorted(run.steps.items()):
            print(f"{kind:10}{count:6} times{took:9.1f} s")


if __name__ == "__main__":
    sys.exit(main())
