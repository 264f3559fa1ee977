"""Measures reading on the sample scans: `python bench/samples.py`.

Prints, by type of field and by folder, how many fields were read exactly, how many
were accepted, and how many of those are wrong; which written errors were reported;
and the seconds a page takes. `--check` fails where the product may not ship.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.engine import engine_with
from bench.peers import PEERS, PeerResult, Written, run_peers
from bench.scoring import FileScore, all_fields, score_file
from bench.tables import (
    print_errors,
    print_fields,
    print_misses,
    print_peers,
    print_seconds,
)
from forms.definition import FormDefinition
from forms.library import Library
from ingest.opening import open_original
from ingest.page_image import Limits, Opened, pages
from kamizero.cli.clock import today
from kamizero.cli.read import lines_of

SAMPLES = Path(__file__).parent.parent / "samples"
LEAST_EXACT = 0.97
# The revision of every form that the samples are made of.
_REVISION = "2020-12"

Truth = Mapping[str, Any]
Lines = list[dict[str, Any]]


def main() -> int:
    """Read the samples, print the tables, and judge them where asked to."""
    options = _options()
    truth = _truth(options.only)
    library = Library.shipped()
    forms = {one.form: one for one in library.all() if one.revision == _REVISION}
    read = _reader(library, options.threads)
    _warm_up(read, truth)
    scores, seconds = [], {}
    for file, expected in truth.items():
        started = time.perf_counter()
        lines = read(file)
        seconds[file] = time.perf_counter() - started
        scores.append(score_file(file, expected, lines, forms))
    print_fields(scores)
    print_seconds(seconds, _page_counts(truth))
    print_errors(scores)
    if options.misses:
        print_misses(all_fields(scores))
    if options.peers:
        _compare(truth, forms, scores, seconds, threads=options.threads)
    return 1 if options.check and _fails(scores) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help=f"exit 1 where less than {LEAST_EXACT * 100:.0f} in 100 are exact, "
        "anything is accepted and wrong, a written error is not reported or a file "
        "is not taken as it should be",
    )
    parser.add_argument("--misses", action="store_true", help="list fields not exact")
    parser.add_argument(
        "--peers", action="store_true", help=f"also read by {' and '.join(PEERS)}"
    )
    parser.add_argument("--only", default="", help="files whose path contains this")
    parser.add_argument("--threads", type=int, default=2, help="of the recogniser")
    return parser.parse_args()


def _truth(only: str) -> Truth:
    text = (SAMPLES / "values.json").read_text(encoding="utf-8")
    return {file: value for file, value in json.loads(text).items() if only in file}


def _reader(library: Library, threads: int) -> Callable[[str], Lines]:
    """Read one file through the function the command line uses."""

    def read(file: str) -> Lines:
        return lines_of(
            (file, SAMPLES / "scans" / file),
            library=library,
            limits=Limits(),
            language="en",
            engine=engine_with(threads),
            on=today(),
        )

    return read


def _warm_up(read: Callable[[str], Lines], truth: Truth) -> None:
    """Load the models before the clock runs: a worker loads them once, too."""
    for file in _with_filings(truth):
        read(file)
        return


def _with_filings(truth: Truth) -> list[str]:
    return [f for f, value in truth.items() if isinstance(value, list) and value]


def _page_counts(truth: Truth) -> dict[str, int]:
    """The pages of each file that is taken."""
    return {
        file: _opened(file).page_count
        for file, expected in truth.items()
        if isinstance(expected, list)
    }


def _opened(file: str) -> Opened:
    return open_original((SAMPLES / "scans" / file).read_bytes(), limits=Limits())


def _compare(
    truth: Truth,
    forms: Mapping[str, FormDefinition],
    scores: Sequence[FileScore],
    seconds: Mapping[str, float],
    *,
    threads: int,
) -> None:
    """Let the peers read the pages of every file that holds a filing."""
    files = _with_filings(truth)
    images = {file: [page.pixels for page in pages(_opened(file))] for file in files}
    written = [
        Written(file, forms[filing["form"]].field(name), value)
        for file in files
        for filing in truth[file]
        for name, value in filing["fields"].items()
    ]
    count = sum(map(len, images.values()))
    sought = {(one.file, one.field.name) for one in written if one.is_text}
    mine = [f for f in all_fields(scores) if f.filled and (f.file, f.name) in sought]
    ours = PeerResult(
        name="kamizero",
        seconds_a_page=sum(seconds[file] for file in files) / count,
        found=sum(field.exact for field in mine),
        of=len(mine),
    )
    print_peers(ours, run_peers(images, written, threads=threads))


def _fails(scores: Sequence[FileScore]) -> bool:
    fields = all_fields(scores)
    filled = [field for field in fields if field.filled]
    exact = sum(field.exact for field in filled)
    return (
        exact < LEAST_EXACT * len(filled)
        or any(field.accepted and not field.exact for field in fields)
        or any(not error.reported for score in scores for error in score.errors)
        or any(score.problems for score in scores)
    )


if __name__ == "__main__":
    sys.exit(main())
