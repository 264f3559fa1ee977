"""Measures forms on scans in hands nobody has seen, for the table of all forms.

python -m bench.form_scores FORM… [--pages 3] [--seed N] [--out FILE]

Writes, form by form, how many filled fields were read exactly on so many well and badly
scanned sheets of each of its pages; what is recorded of other forms stays.
"""

import argparse
import tempfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from bench.engine import engine_with
from bench.make_scans import make_scans
from bench.measured import BLANK, Measured
from bench.measuring import Measurement, measure, truth_of
from ingest.page_image import Limits
from kamizero.cli.clock import today
from kamizero.cli.reading import shared_engine
from samples.making.filing import Filing

SPLIT = "test"
QUALITIES = ("clean", "poor")
_RECORD = Path("docs/forms/measured.yaml")


def main() -> None:
    """Measure what is named and write it down after each form."""
    options = _options()
    record: dict[str, Any] = {}
    if options.out.exists():
        record = yaml.safe_load(options.out.read_text("utf-8")) or {}
    for form in options.forms:
        record[form] = scored(form, pages=options.pages, seed=options.seed)
        text = yaml.safe_dump(record, sort_keys=True)
        options.out.write_text(f"# Written by `python -m bench.form_scores`.\n{text}")
        print(form, record[form], flush=True)


def scored(form: str, *, pages: int, seed: int) -> dict[str, Any]:
    """The figures of one form."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        count = len(QUALITIES) * pages * Filing(form, {}).definition.pages
        made = make_scans(folder, split=SPLIT, pages=count, seed=seed, forms=(form,))
        for _ in made:
            pass
        found = _read(folder)
    return {
        "date": date.isoformat(today()),
        "seed": seed,
        "pages": pages,
        **{
            quality: {
                **_exact(found.fields, quality),
                "refused": sum(found.qualities[one] == quality for one in found.unread),
            }
            for quality in QUALITIES
        },
    }


def _read(folder: Path) -> Measurement:
    engine = shared_engine(engine_with(1))
    *_, last = measure(
        folder, truth_of(folder), engine=engine, limits=Limits(), today=today()
    )
    return last


def _exact(fields: Sequence[Measured], quality: str) -> Mapping[str, int]:
    filled = [one for one in fields if one.quality == quality and one.kind != BLANK]
    return {"filled": len(filled), "exact": sum(one.right for one in filled)}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("forms", nargs="+")
    parser.add_argument("--pages", type=int, default=3, help="of each page and quality")
    parser.add_argument("--seed", type=int, default=20261130)
    parser.add_argument("--out", type=Path, default=_RECORD)
    return parser.parse_args()


if __name__ == "__main__":
    main()
