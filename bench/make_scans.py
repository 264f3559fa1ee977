"""Makes scans to measure reading on: `python -m bench.make_scans --out DIR`.

Writes one picture a page and `truth.json`: path -> filings, as `samples/values.json`
holds them, each with its quality, damages, hands and the kind of every field.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.making.digits import RealDigits
from bench.making.filings import FORMS
from bench.making.page import make_page
from bench.making.splits import SPLITS
from kamizero.errors import KamizeroError, WrongCallError


def make_scans(
    out: Path,
    *,
    split: str,
    pages: int,
    seed: int,
    digits: Path | None = None,
    forms: Sequence[str] = FORMS,
) -> Iterator[str]:
    """Make the pages one after the other, giving the path of each.

    What is written on them follows last: an unfinished folder has no truth.

    Raises:
        WrongCallError: There is no such split.
        SetupError: Typefaces or the digits are missing; the message says which.
    """
    if split not in SPLITS:
        raise WrongCallError(f"There is no split {split!r}: {', '.join(SPLITS)}.")
    SPLITS[split].require()
    real = RealDigits.load(digits) if digits else None
    truth = {}
    for number in range(pages):
        made = make_page(number, split=SPLITS[split], seed=seed, real=real, forms=forms)
        target = out / made.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(made.data)
        truth[made.path] = [made.truth]
        yield made.path
    text = json.dumps(truth, ensure_ascii=False, indent=1)
    (out / "truth.json").write_text(text + "\n", encoding="utf-8")


def main() -> int:
    """Make what the command line asks for."""
    options = _options()
    started = time.perf_counter()
    try:
        count = sum(1 for _ in make_scans(**vars(options)))
    except KamizeroError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{count} pages in {options.out}, {time.perf_counter() - started:.0f} s")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--split", choices=sorted(SPLITS), default="development")
    parser.add_argument("--pages", type=int, default=24)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--forms", nargs="+", default=FORMS, help="the forms that take turns"
    )
    parser.add_argument(
        "--digits", type=Path, help="an .npz of real digits (images, labels) for boxes"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
