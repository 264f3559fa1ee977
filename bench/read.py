"""Measures reading on made scans: `python -m bench.read --scans DIR`.

The same as `kamizero bench read` without other readers, for a look in between:
`--misses` lists every field that was not read rightly, `--doubts` says what keeps those
that were from being accepted.
"""

import argparse
import sys
from pathlib import Path

from bench.doubts import doubt_lines
from bench.engine import engine_with
from bench.measuring import measure, truth_of
from bench.report import misses, report_of, table
from ingest.page_image import Limits
from kamizero.cli.clock import today
from kamizero.cli.reading import shared_engine
from kamizero.errors import KamizeroError


def main() -> int:
    """Read the pages one after the other and print the tables."""
    options = _options()
    try:
        truth = truth_of(options.scans, only=options.only, pages=options.pages)
    except KamizeroError as error:
        print(error, file=sys.stderr)
        return 1
    engine = shared_engine(engine_with(options.threads))
    for result in measure(
        options.scans, truth, engine=engine, limits=Limits(), today=today()
    ):
        last = result
    print(table(report_of(last, engine=engine.name, threads=options.threads)))
    if options.misses:
        print("\nnot right (* accepted): written -> read")
        print("\n".join(misses(last.fields)))
    if options.doubts:
        print("\nread rightly and not accepted, by doubt")
        print("\n".join(doubt_lines(last.fields)))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scans", type=Path, required=True)
    parser.add_argument("--pages", type=int, default=None, help="the first so many")
    parser.add_argument("--misses", action="store_true", help="list fields not right")
    parser.add_argument("--doubts", action="store_true", help="list what keeps fields")
    parser.add_argument("--only", default="", help="pages whose path contains this")
    parser.add_argument("--threads", type=int, default=1, help="of the reader")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
