"""Watches the memory of reading: `python -m bench.memory --scans DIR --pages 2000`.

Reads the pages of a folder again and again, and prints the resident memory of the
process along the way: after the models are loaded it must stay flat.
"""

import argparse
import itertools
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.engine import engine_with
from bench.measuring import truth_of
from bench.ours import read_page
from bench.timing import TimedRecogniser
from forms.library import Library
from ingest.page_image import Limits
from kamizero.cli.clock import today
from kamizero.cli.reading import shared_engine
from kamizero.errors import KamizeroError

_STATUS = Path("/proc/self/status")
# Caches of blanks and typefaces fill within the first pages.
_SETTLED_SHARE = 0.1
_FLAT = 1.05


def main() -> int:
    """Print one line a sample, then whether the memory stayed flat."""
    options = _options()
    try:
        samples = []
        for page, mb in sampled(options.scans, options.pages, options.every):
            samples.append(mb)
            print(f"{page:6} pages {mb:8.0f} MB", flush=True)
    except KamizeroError as error:
        print(error, file=sys.stderr)
        return 1
    growth = growth_of(samples)
    flat = "flat" if growth <= _FLAT else "NOT flat"
    print(f"grown by a factor of {growth:.3f}: {flat}")
    return 0 if growth <= _FLAT else 1


def sampled(scans: Path, count: int, every: int) -> Iterator[tuple[int, float]]:
    """Read so many pages; give how many were read and the resident MB, now and then."""
    truth = truth_of(scans)
    engine = TimedRecogniser(shared_engine(engine_with(1)))
    files = itertools.islice(itertools.cycle(truth), count)
    for number, file in enumerate(files, start=1):
        read_page(
            (scans / file).read_bytes(),
            form=truth[file]["form"],
            library=Library.shipped(),
            engine=engine,
            limits=Limits(),
            today=today(),
        )
        if number % every == 0 or number == count:
            yield number, resident_mb()


def growth_of(samples: Sequence[float]) -> float:
    """The last tenth of the samples against those after the first tenth."""
    settled = samples[int(len(samples) * _SETTLED_SHARE) :]
    tenth = max(1, len(settled) // 10)
    early, late = settled[:tenth], settled[-tenth:]
    return (sum(late) / len(late)) / (sum(early) / len(early))


def resident_mb() -> float:
    """Memory of this process that lies in RAM, in MB of 1,048,576 bytes."""
    for line in _STATUS.read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise OSError(f"{_STATUS} does not tell the resident memory.")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scans", type=Path, required=True)
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument("--every", type=int, default=50, help="pages between samples")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
