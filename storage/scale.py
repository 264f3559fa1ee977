"""Weighs bundles against what was declared, many with as few questions as one."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, ColumnElement, bindparam, select
from sqlalchemy.orm import Session, aliased

from forms.csv.forms import is_of_rows
from forms.library import Library
from kamizero.model import PageKind, Standing
from storage import medium
from storage.contents import EMPTY, is_closed, referred, sheet_key
from storage.tables import (
    Arrival,
    Batch,
    Bundle,
    BundleKind,
    Entry,
    Filing,
    FilingStep,
    Job,
    MediaFile,
    MediaRole,
    Page,
)

# So many files are asked for with one question.
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Weight:
    """What was found in a bundle, held against what was declared.

    Attributes:
        pending: pages of it are still being sorted or read.
        issues: what does not balance, as codes with their numbers, `sheets:47/48`.
        explained: a person said why exactly these issues may be.
    """

    sheets: int
    entries: int
    pending: bool
    issues: tuple[str, ...]
    explained: bool

    @property
    def passes(self) -> bool:
        """Tell whether entries of the bundle may go on."""
        return not self.pending and (not self.issues or self.explained)


class Side(NamedTuple):
    """One page that counts, as far as weighing asks for it."""

    page: int
    bundle: int
    kind: str | None
    filing: int | None
    sheet: tuple[int, ...]


@dataclass(slots=True)
class _Filed:
    """One filing that the pages of a bundle make up now."""

    form: str
    step: str
    of_rows: bool = False
    entries: set[int] = field(default_factory=set)
    form_pages: list[int] = field(default_factory=list)


class _Batched(NamedTuple):
    """What a cover declares of bundles and sheets, and what was found."""

    declared: tuple[int, int]
    found: tuple[int, int]


class Scale:
    """Weighs these bundles as they are when it is made; writes nothing.

    The number of questions is the same for one bundle and for hundreds, but for
    media, re-entries and late papers, each of which asks a few of its own.
    """

    def __init__(self, session: Session, bundles: Sequence[Bundle]) -> None:
        session.flush()
        self._session = session
        ids = [bundle.id for bundle in bundles]
        self._sides = _by_bundle(sides_of(session, Page.bundle_id.in_(ids)))
        self._filings = _filings(session, ids)
        self._number_again = _numbers_used_again(session, ids)
        self._batches = _batches(session, {one.batch_id for one in bundles} - {None})
        self._jobs = _declared_jobs(session, {one.job_id for one in bundles})

    def weigh(self, bundle: Bundle) -> Weight:
        """Count what is in one of the bundles."""
        sides = self._sides.get(bundle.id, [])
        filings = self._filings.get(bundle.id, [])
        # The rows of a table are counted where it was taken in.
        entries = sum(
            len(one.entries)
            for one in filings
            if not one.of_rows and not _sums_up(one, bundle)
        )
        entries += sum(medium.found_records(self._session, bundle).values())
        sheets = _sheets_behind_separator(sides)
        issues = tuple(self._issues(bundle, sheets, entries))
        return Weight(
            sheets=sheets,
            entries=entries,
            pending=bundle.sorting
            or any(filing.step == FilingStep.READING for filing in filings),
            issues=issues,
            explained=bool(issues) and bundle.explained_for == list(issues),
        )

    def _issues(self, bundle: Bundle, sheets: int, entries: int) -> Iterator[str]:
        if bundle.kind == BundleKind.MEDIA:
            # Its table is there even where it has no page, or they were moved away.
            yield from medium.issues(self._session, bundle)
        elif bundle.id not in self._sides:
            # Everything in it went into other bundles, which are weighed themselves.
            return
        if bundle.declared_sheets not in (None, sheets):
            yield f"sheets:{sheets}/{bundle.declared_sheets}"
        if bundle.declared_entries not in (None, entries):
            yield f"entries:{entries}/{bundle.declared_entries}"
        if bundle.uncovered:
            yield "no_separator"
        if bundle.kind != BundleKind.PLAIN:
            yield from self._oddities(bundle)
        yield from self._whole(bundle)

    def _oddities(self, bundle: Bundle) -> Iterator[str]:
        """What is strange about a bundle although the numbers may agree."""
        sides = self._sides.get(bundle.id, [])
        filings = self._filings.get(bundle.id, [])
        loose = loose_sides(bundle, sides)
        if loose:
            yield f"loose:{len(loose)}"
        failed = sum(side.kind == PageKind.FAILED for side in sides)
        if failed:
            yield f"failed:{failed}"
        papers = {
            filing.form
            for filing in filings
            if not filing.of_rows and not _sums_up(filing, bundle)
        }
        for form in sorted(papers - {bundle.form}):
            yield f"form:{form}"
        broken = sum(not is_in_sequence(filing.form_pages) for filing in filings)
        if broken:
            yield f"sequence:{broken}"
        if bundle.id in self._number_again:
            yield "number_again"
        if bundle.kind in (BundleKind.REENTRY, BundleKind.LATE):
            yield from self._reference(bundle)

    def _reference(self, bundle: Bundle) -> Iterator[str]:
        filing = referred(self._session, bundle)
        if filing is None:
            yield "reference"
        elif bundle.kind == BundleKind.LATE and is_closed(filing):
            yield "reference_closed"

    def _whole(self, bundle: Bundle) -> Iterator[str]:
        """What the cover of the batch, or whoever scanned, declared about it all."""
        if bundle.batch_id is not None:
            declared, found = self._batches[bundle.batch_id]
            for name, there, told in zip(
                ("bundles", "sheets"), found, declared, strict=True
            ):
                if there != told:
                    yield f"batch_{name}:{there}/{told}"
        if bundle.job_id in self._jobs:
            told, there = self._jobs[bundle.job_id]
            if there != told:
                yield f"job_sheets:{there}/{told}"


def _sums_up(filing: _Filed, bundle: Bundle) -> bool:
    """Tell whether it is the summary (総括表) of the bundle's form, which is filed with
    that form and is nobody's entry.
    """
    if filing.form == bundle.form or not bundle.form:
        return False
    return Library.shipped().summed_by(filing.form) == bundle.form


def sides_of(session: Session, *wanted: ColumnElement[bool]) -> list[Side]:
    """The pages that count of those bundles."""
    columns = Page.id, Page.bundle_id, Page.kind, Page.filing_id
    rows: Sequence[Any] = session.execute(
        select(*columns, Page.front_id, Page.arrival_id, Page.number).where(
            *wanted, Page.standing == Standing.VALID, _is_paper()
        )
    ).all()
    sides = _sides_scanned(session, {row.arrival_id for row in rows})
    return [
        Side(
            page,
            bundle,
            kind,
            filing,
            sheet_key(front, arrival, number, sides=sides[arrival]),
        )
        for page, bundle, kind, filing, front, arrival, number in rows
        # A file whose row was lost has none to show.
        if arrival in sides
    ]


def _sides_scanned(session: Session, arrivals: Iterable[int]) -> Mapping[int, int]:
    """How many sides of a sheet each of these files shows.

    Asked for by the files, not beside each page: PostgreSQL expects so many pages that
    it would read every file there ever was.
    """
    wanted, found = sorted(arrivals), dict[int, int]()
    for start in range(0, len(wanted), _AT_ONCE):
        rows = session.execute(
            select(Arrival.id, Job.sides)
            .join(Job, Job.id == Arrival.job_id)
            .where(Arrival.id.in_(wanted[start : start + _AT_ONCE]))
        )
        found |= {arrival: int(sides) for arrival, sides in rows}
    return found


def _is_paper() -> ColumnElement[bool]:
    """Rows of a table are no sheets."""
    return Page.arrival_id.not_in(
        select(MediaFile.arrival_id).where(MediaFile.role == MediaRole.TABLE)
    )


# Weighed with every step of a bundle: to build a statement takes longer than to run it.
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_LIVE = select(Filing.id).where(
    Filing.bundle_id.in_(_IDS), Filing.dissolved_at.is_(None)
)
_FILINGS = _LIVE.add_columns(
    Filing.bundle_id, Filing.form, Filing.step, Filing.revision
)
_LINES = select(Entry.filing_id, Entry.n, Entry.reasons).where(
    Entry.filing_id.in_(_LIVE)
)
_FORM_PAGES = select(Page.filing_id, Page.form_page).where(
    Page.filing_id.in_(_LIVE), Page.kind == PageKind.FORM
)
_OTHER = aliased(Bundle)
_NUMBERED_AGAIN = (
    select(Bundle.id)
    .join(
        _OTHER,
        (_OTHER.site == Bundle.site)
        & (_OTHER.number == Bundle.number)
        & (_OTHER.received_on == Bundle.received_on)
        & (_OTHER.kind == Bundle.kind)
        & (_OTHER.id != Bundle.id),
    )
    .where(
        Bundle.id.in_(_IDS),
        # Split off at the desk, without a sheet that gives it one: no number.
        Bundle.number != "",
        select(Page.id)
        .where(Page.bundle_id == _OTHER.id, Page.standing == Standing.VALID)
        .exists(),
        Bundle.kind != BundleKind.MEDIA,
    )
)


def _by_bundle(sides: Iterable[Side]) -> Mapping[int, list[Side]]:
    found: defaultdict[int, list[Side]] = defaultdict(list)
    for side in sides:
        found[side.bundle].append(side)
    return dict(found)


def _filings(session: Session, ids: Sequence[int]) -> Mapping[int, list[_Filed]]:
    found: dict[int, _Filed] = {}
    by_bundle: defaultdict[int, list[_Filed]] = defaultdict(list)
    wanted = {"ids": ids}
    for filing, bundle, form, step, revision in session.execute(_FILINGS, wanted):
        found[filing] = _Filed(form, step, is_of_rows(revision))
        by_bundle[bundle].append(found[filing])
    for filing, n, reasons in session.execute(_LINES, wanted):
        # Versions of one line are one entry.
        if EMPTY not in reasons:
            found[filing].entries.add(n)
    for filing, form_page in session.execute(_FORM_PAGES, wanted):
        if form_page and filing:
            found[filing].form_pages.append(form_page)
    return by_bundle


def _numbers_used_again(session: Session, ids: Sequence[int]) -> set[int]:
    """Bundles whose number (束番号), unique in its site and day, another one has."""
    return set(session.scalars(_NUMBERED_AGAIN, {"ids": ids}))


def _batches(session: Session, ids: Iterable[int | None]) -> Mapping[int, _Batched]:
    if not ids:
        return {}
    # A bundle that was joined to another one stays, but nothing lies in it.
    members = select(Bundle.id).where(
        Bundle.batch_id.in_(ids), Bundle.kind != BundleKind.PLAIN
    )
    in_batch = {
        bundle: batch
        for bundle, batch in session.execute(members.add_columns(Bundle.batch_id))
    }
    sides: defaultdict[int | None, list[Side]] = defaultdict(list)
    for side in sides_of(session, Page.bundle_id.in_(members)):
        sides[in_batch[side.bundle]].append(side)
    return {
        batch.id: _Batched(
            (batch.declared_bundles, batch.declared_sheets),
            (
                len({side.bundle for side in sides[batch.id]}),
                _sheets_behind_separator(sides[batch.id]),
            ),
        )
        for batch in session.scalars(select(Batch).where(Batch.id.in_(ids)))
    }


def _declared_jobs(
    session: Session, ids: Iterable[int]
) -> Mapping[int, tuple[int, int]]:
    """Sheets that whoever scanned declared and those found, of jobs that have any."""
    declared = select(Job.id).where(Job.id.in_(ids), Job.declared_sheets.is_not(None))
    told: dict[int, int] = {
        job: count
        for job, count in session.execute(declared.add_columns(Job.declared_sheets))
    }
    if not told:
        return {}
    sheets: defaultdict[int, set[tuple[int, ...]]] = defaultdict(set)
    for job, sides, front, arrival, number in session.execute(
        select(Job.id, Job.sides, Page.front_id, Page.arrival_id, Page.number)
        .join(Arrival, Arrival.id == Page.arrival_id)
        .join(Job, Job.id == Arrival.job_id)
        # Of the arrival, which PostgreSQL finds by it; see `_sides_scanned`.
        .where(Arrival.job_id.in_(told), _is_paper())
    ):
        sheets[job].add(sheet_key(front, arrival, number, sides=int(sides)))
    return {job: (count, len(sheets[job])) for job, count in told.items()}


def _sheets_behind_separator(sides: Sequence[Side]) -> int:
    """How many sheets the pages are sides of, those of the separator not counted."""
    return len({side.sheet for side in sides} - _separators(sides))


def _separators(sides: Sequence[Side]) -> set[tuple[int, ...]]:
    return {side.sheet for side in sides if side.kind == PageKind.SEPARATOR}


def loose_sides(bundle: Bundle, sides: Sequence[Side]) -> list[Side]:
    """Papers that belong to no filing; on a medium the table is what is filed."""
    # A back that shows its front through is still the back of the separator.
    top = _separators(sides)
    on_medium = bundle.kind == BundleKind.MEDIA
    return [
        side
        for side in sides
        if side.filing is None
        and side.kind not in (PageKind.SEPARATOR, PageKind.BLANK, PageKind.FAILED)
        and side.sheet not in top
        and not (on_medium and side.kind == PageKind.ATTACHMENT)
    ]


def is_in_sequence(form_pages: Sequence[int]) -> bool:
    return sorted(form_pages) in ([], list(range(1, len(form_pages) + 1)))
