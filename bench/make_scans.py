"""Makes scans to measure reading on: `python -m bench.make_scans --out DIR`.

Writes one picture a page and `truth.json`: path -> filings, as `samples/values.json`
holds them, each with its quality, damages, hands and the kind of every field.
"""

import argparse
import json
import sys
import time
from pathlib import Path

from bench.making.page import make_page
from bench.making.splits import SPLITS
from kamizero.errors import KamizeroError


def main() -> int:
    """Make the pages one after the other; an unfinished folder has no truth."""
    options = _options()
    truth = {}
    started = time.perf_counter()
    try:
        for number in range(options.pages):
            made = make_page(number, split=SPLITS[options.split], seed=options.seed)
            target = options.out / made.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(made.data)
            truth[made.path] = [made.truth]
    except KamizeroError as error:
        print(error, file=sys.stderr)
        return 1
    text = json.dumps(truth, ensure_ascii=False, indent=1)
    (options.out / "truth.json").write_text(text + "\n", encoding="utf-8")
    seconds = time.perf_counter() - started
    print(f"{len(truth)} pages in {options.out}, {seconds:.0f} s")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--split", choices=sorted(SPLITS), default="development")
    parser.add_argument("--pages", type=int, default=24)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
