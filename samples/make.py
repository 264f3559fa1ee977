"""Draws the sample scans anew: `make samples`.

The typefaces of the made-up writers come from the Debian packages fonts-klee,
fonts-seto, fonts-kiloji, fonts-yozvox-yozfont, fonts-yusei-magic and
fonts-ipaexfont. They are needed to remake the samples only, never to use or test
the product.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from kamizero.errors import SetupError
from samples.making.bad import bad_files
from samples.making.digital import born_digital
from samples.making.filings import FILINGS
from samples.making.hands import require_fonts
from samples.making.media import media_files
from samples.making.records import insured_csv, offices_csv
from samples.making.scans import PRINTED, SCANS, TWICE

HERE = Path(__file__).parent


def main() -> int:
    """Write scans/, records/, media/ and values.json beside this file."""
    try:
        require_fonts()
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    truth: dict[str, object] = {}
    good: dict[str, bytes] = {}
    for scan in SCANS:
        good[scan.path] = scan.data()
        filings = [sheet.filing for sheet in scan.sheets if sheet.filing]
        truth[scan.path] = [FILINGS[name].as_truth() for name in filings]
        print(f"{len(good[scan.path]) / 1000:8.0f} kB  {scan.path}")
    for path, name in PRINTED.items():
        filing = FILINGS[name]
        good[path] = born_digital(filing.definition, filing.written)
        truth[path] = [filing.as_truth()]
    for path, other in TWICE.items():
        good[path], truth[path] = good[other], truth[other]
    bad = bad_files(good)
    truth |= {path: {"error": code} for path, (_, code) in bad.items()}
    _write("scans", good | {path: data for path, (data, _) in bad.items()})
    _write("media", media_files())
    _write_text("values.json", json.dumps(truth, ensure_ascii=False, indent=1) + "\n")
    _write_text("records/offices.csv", offices_csv())
    _write_text("records/insured.csv", insured_csv())
    return 0


def _write(name: str, files: Mapping[str, bytes]) -> None:
    """Write the files of a folder, and remove those that are made no longer."""
    folder = HERE / name
    for old in folder.rglob("*.*"):
        if old.is_file() and str(old.relative_to(folder)) not in files:
            old.unlink()
    for path, data in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    total = sum(map(len, files.values()))
    print(f"{total / 1000:8.0f} kB in {len(files)} files of {name}")


def _write_text(name: str, text: str) -> None:
    target = HERE / name
    target.parent.mkdir(exist_ok=True)
    target.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
