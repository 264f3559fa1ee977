"""Measures how bundles are cut out of scans: `python -m bench.bundles`.

Made bundles, with separator sheets that are missed, doubled and damaged, go through
the real identification, sorting and balance. Nothing is read: each form counts the
people that are truly on it, so what reading gets wrong is not measured here.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import cv2
import numpy as np
from sqlalchemy.orm import Session

from bench.bundle_making import MadeBundle, MadeJob, Side, made_jobs
from forms.library import Library
from ingest.legal_image import measure
from kamizero.model import PageKind
from ocr.page import look
from storage import balance, contents
from storage.database import Database, embedded_url
from storage.tables import (
    Arrival,
    ArrivalState,
    Bundle,
    BundleKind,
    Entry,
    FilingStep,
    Job,
    Original,
    Page,
    Site,
)
from workers.bundles import open_run
from workers.filings import sort_bundle
from workers.looking import PageLook, known_by
from workers.recording import record_looks

_NOW = datetime(2020, 12, 1, tzinfo=UTC)


@dataclass(slots=True)
class FoundBundle:
    """A bundle as it came out: whose pages lie in it, and whether it passes."""

    owners: frozenset[int]
    passes: bool
    has_separator: bool
    issues: tuple[str, ...]
    # Filings that hold papers of several true ones.
    mixed: int


@dataclass(slots=True)
class Result:
    made: list[MadeBundle]
    found: list[FoundBundle]
    separators: Counter[str]
    kinds: Counter[tuple[str, str]]
    seconds: float
    pages: int


def main() -> int:
    """Make, scan and sort the bundles, and print the table."""
    options = _options()
    library = Library.shipped()
    result = Result([], [], Counter(), Counter(), 0.0, 0)
    with tempfile.TemporaryDirectory() as folder:
        database = Database(embedded_url(Path(folder)))
        database.upgrade()
        jobs = made_jobs(options.bundles, each=10, seed=options.seed)
        for number, job in enumerate(jobs, start=1):
            _run(database, library, job, number, result)
            print(f"job {number}: {len(job.pages)} sides", file=sys.stderr)
        database.close()
    for line in table(result):
        print(line)
    return 1 if any(_is_unnoticed(found) for found in result.found) else 0


def table(result: Result) -> Iterator[str]:
    """What came of the bundles, line by line."""
    there = result.separators["there"]
    readable = there - result.separators["gone"]
    clean = {made.index for made in result.made if not made.befell}
    passing = [found for found in result.found if found.passes]
    alone = {next(iter(f.owners)) for f in passing if len(f.owners) == 1}
    yield f"bundles made                        {len(result.made):6}"
    for what, count in sorted(
        Counter(what for made in result.made for what in made.befell).items()
    ):
        yield f"  {what:34}{count:6}"
    yield f"sides scanned                       {result.pages:6}"
    yield f"seconds a side, identification      {result.seconds / result.pages:6.3f}"
    yield _share("separators found", result.separators["found"], there)
    yield _share("  where a code is left", result.separators["found"], readable)
    yield f"wrong splits                        {_wrong_splits(result):6}"
    yield _share("balanced by itself, of all", len(alone), len(result.made))
    yield _share("balanced by itself, of the unharmed", len(alone & clean), len(clean))
    held = [found for found in result.found if not found.passes]
    yield f"held for a person                   {len(held):6}"
    merged = [found for found in result.found if len(found.owners) > 1]
    yield f"bundles merged                      {len(merged):6}"
    yield f"filings mixed                       {sum(f.mixed for f in result.found):6}"
    unnoticed = sum(_is_unnoticed(found) for found in result.found)
    yield f"merged or mixed and passing         {unnoticed:6}"
    yield "pages by what they are -> what was seen:"
    for (truth, seen), count in sorted(result.kinds.items()):
        yield f"  {truth:12} {seen:12} {count:6}"


def _share(name: str, part: int, whole: int) -> str:
    return f"{name:36}{part:6} of {whole} ({part / max(whole, 1):.1%})"


def _is_unnoticed(found: FoundBundle) -> bool:
    return found.passes and (len(found.owners) > 1 or found.mixed > 0)


def _wrong_splits(result: Result) -> int:
    """Bundles that begin where none was made: parts of one, less the one itself."""
    parts = Counter(
        owner
        for found in result.found
        for owner in found.owners
        if len(found.owners) == 1
    )
    return sum(count - 1 for count in parts.values())


def _run(
    database: Database, library: Library, job: MadeJob, number: int, result: Result
) -> None:
    started = time.perf_counter()
    looks = {n: _look(side, library) for n, side in enumerate(job.pages, start=1)}
    result.seconds += time.perf_counter() - started
    result.pages += len(job.pages)
    result.made += job.bundles
    _count(result, job, looks)
    with database.begin() as session:
        arrival = _arrival(session, job, number, looks)
        for bundle in open_run(session, arrival):
            for filing in sort_bundle(session, bundle, now=_NOW):
                filing.step = FilingStep.DONE
                people = sum(
                    job.pages[page.number - 1].entries
                    for page in filing.pages
                    if page.kind == PageKind.FORM
                )
                session.add_all(
                    Entry(filing_id=filing.id, n=n + 1) for n in range(people)
                )
            session.flush()
            found = _found(session, job, bundle)
            if found.owners:
                result.found.append(found)


def _look(side: Side, library: Library) -> PageLook:
    found = look(side.pixels, library=library)
    grey = np.asarray(cv2.cvtColor(side.pixels, cv2.COLOR_RGB2GRAY), np.uint8)
    measured = measure(grey, tagged_dpi=120, depth=24, skew=found.skew)
    return PageLook(found, measured, known_by(found, grey))


def _count(result: Result, job: MadeJob, looks: Mapping[int, PageLook]) -> None:
    gone = {m.index for m in job.bundles if "both codes gone" in m.befell}
    for side, seen in zip(job.pages, looks.values(), strict=True):
        result.kinds[side.truth, seen.look.kind] += 1
        if side.truth is PageKind.SEPARATOR:
            result.separators["there"] += 1
            result.separators["gone"] += side.bundle in gone
            result.separators["found"] += seen.look.kind is PageKind.SEPARATOR


def _arrival(
    session: Session, job: MadeJob, number: int, looks: Mapping[int, PageLook]
) -> Arrival:
    session.merge(Site(code="main", name="main"))
    session.flush()
    row = Job(
        site="main",
        door="bench",
        operator="bench",
        created_at=_NOW,
        received_on=date(2020, 12, 1),
        sides=str(job.sides),
    )
    original = Original(
        sha256=f"{number:064x}",
        size=1,
        media_type="image/tiff",
        store_key=str(number),
        store_version="1",
        stored_at=_NOW,
        retain_until=_NOW,
    )
    arrival = Arrival(
        job=row,
        seq=1,
        original=original,
        source=f"job-{number}.tif",
        state=ArrivalState.TAKEN,
    )
    session.add(arrival)
    session.flush()
    for n, side in enumerate(job.pages, start=1):
        height, width = side.pixels.shape[:2]
        page = Page(number=n, width_px=width, height_px=height, dpi=120, depth=24)
        arrival.pages.append(page)
    session.flush()
    record_looks(session, arrival, looks)
    return arrival


def _found(session: Session, job: MadeJob, bundle: Bundle) -> FoundBundle:
    pages = contents.valid_pages(session, bundle)
    weight = balance.settle(session, bundle)
    papers = [job.pages[page.number - 1] for page in pages]
    return FoundBundle(
        owners=frozenset(
            side.bundle
            for side in papers
            if side.truth in (PageKind.FORM, PageKind.ATTACHMENT)
        ),
        passes=weight.passes,
        has_separator=bundle.kind != BundleKind.PLAIN,
        issues=weight.issues,
        mixed=_mixed(job, pages),
    )


def _mixed(job: MadeJob, pages: Sequence[Page]) -> int:
    owners: dict[int, set[int]] = {}
    for page in pages:
        truly = job.pages[page.number - 1].filing
        if page.filing_id is not None and truly is not None:
            owners.setdefault(page.filing_id, set()).add(truly)
    return sum(len(filings) > 1 for filings in owners.values())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bundles", type=int, default=200)
    parser.add_argument("--seed", type=int, default=2200)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
