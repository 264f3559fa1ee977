"""Measures reading on made scans: `python -m bench.read --scans DIR`.

Prints, by type of field and by quality, how many filled fields were read exactly, how
many were accepted, and how many of those are wrong; and which written errors were
reported. `--misses` lists every field that was not read exactly.
"""

import argparse
import json
import sys
import time
from pathlib import Path

from bench.engine import engine_with
from bench.scoring import all_fields, score_file
from bench.tables import print_errors, print_fields, print_misses, print_seconds
from forms.library import Library
from ingest.page_image import Limits
from kamizero.cli.clock import today
from kamizero.cli.read import lines_of


def main() -> int:
    """Read the pages one after the other and print the tables."""
    options = _options()
    truth = json.loads((options.scans / "truth.json").read_text(encoding="utf-8"))
    files = [file for file in truth if options.only in file][: options.pages]
    library = Library.shipped()
    forms = {form.form: form for form in library.all()}
    scores, seconds = [], {}
    for file in files:
        started = time.perf_counter()
        lines = lines_of(
            (file, options.scans / file),
            library=library,
            limits=Limits(),
            language="en",
            engine=engine_with(options.threads),
            on=today(),
        )
        seconds[file] = time.perf_counter() - started
        scores.append(score_file(file, truth[file], lines, forms))
    print_fields(scores)
    print_seconds(seconds, dict.fromkeys(files, 1))
    print_errors(scores)
    if options.misses:
        print_misses(all_fields(scores))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scans", type=Path, required=True)
    parser.add_argument("--pages", type=int, default=None, help="the first so many")
    parser.add_argument("--misses", action="store_true", help="list fields not exact")
    parser.add_argument("--only", default="", help="pages whose path contains this")
    parser.add_argument("--threads", type=int, default=2, help="of the recogniser")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
