"""`make crash`: strikes everything that runs while papers come in, then counts.

`python -m bench.crash --seed 1 --faults 300 --bundles 400 --workers 2 --folder /tmp/c`
Papers are fed over the HTTP door, each under a key of its own and asked for again until
it is answered. Every fault waits until some work is under lease. In the end the ledger
must balance, and each stack must have made exactly the filings and persons it holds.
"""

import argparse
import random
import sys
import tempfile
import threading
import time
from pathlib import Path

from bench.crash.counts import count, tell
from bench.crash.faults import Striker
from bench.crash.feeding import Feeder, waiting
from bench.crash.house import House, end_orderly, until
from storage.database import Database


def main() -> int:
    asked = _arguments()
    end_orderly()
    folder = asked.folder or Path(tempfile.mkdtemp(prefix="kz-crash-"))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    house = House(folder / "house", workers=asked.workers, real=asked.real)
    feeder = Feeder(house, random.Random(asked.seed))
    striker = Striker(house, random.Random(asked.seed + 1000))
    started = time.monotonic()
    try:
        house.open()
        feeding = threading.Thread(
            target=feeder.feed, args=[asked.bundles], daemon=True
        )
        feeding.start()
        end = started + asked.minutes * 60
        # It feeds until it is told to stop; where it ended before, it was turned away.
        while (
            feeding.is_alive()
            and len(striker.faults) < asked.faults
            and time.monotonic() < end
        ):
            striker.strike()
            _say(f"{len(striker.faults)} {striker.faults[-1]}")
        feeder.enough.set()
        while feeding.is_alive():
            striker.revive()
            time.sleep(1)
        striker.revive()
        database = Database(house.database_url)
        settled = until(lambda: waiting(database) == 0, seconds=300)
        database.close()
        found = count(house, feeder.fed)
        tell(house, striker, feeder.fed, found)
        print(
            f"seed {asked.seed}, {time.monotonic() - started:.0f} s, settled {settled}"
        )
        is_fed = len(feeder.fed) >= asked.bundles
        return 0 if found.is_whole and settled and is_fed else 1
    finally:
        house.close()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.crash")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faults", type=int, default=300)
    parser.add_argument(
        "--bundles", type=int, default=400, help="at least; more while it strikes"
    )
    parser.add_argument(
        "--minutes", type=float, default=180, help="after which it strikes no more"
    )
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument(
        "--real", type=int, default=0, help="bundles the real recogniser reads"
    )
    parser.add_argument("--folder", type=Path, default=None)
    return parser.parse_args()


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
