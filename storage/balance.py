"""Whether a bundle holds what was declared: sheets (枚), entries (件), no oddities."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, selectinload

from kamizero.model import PageKind, Standing
from storage import medium, work
from storage.tables import (
    Arrival,
    Balance,
    Batch,
    Bundle,
    BundleKind,
    Entry,
    EntryState,
    Filing,
    FilingStep,
    Job,
    Page,
)

# A line the machine added so that a sheet without ink is not lost counts for nobody.
EMPTY = "empty"

# What a person ended; nothing of it changes any more.
_FINAL = (EntryState.APPROVED, EntryState.RETURNED, EntryState.WITHDRAWN)


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


def settle(session: Session, bundle: Bundle) -> Weight:
    """Weigh the bundle and write its balance down.

    An explanation lapses as soon as something else than it was given for differs.
    """
    found = weigh(session, bundle)
    if found.pending and bundle.balance == Balance.EXPLAINED:
        # What it covers is not known before everything is read again.
        return found
    if found.passes and found.issues:
        balance = Balance.EXPLAINED
    else:
        balance = Balance.BALANCED if found.passes else Balance.OPEN
    if balance != Balance.EXPLAINED and bundle.balance == Balance.EXPLAINED:
        bundle.explained_why = bundle.explained_by = bundle.explained_for = None
    if bundle.balance != balance:
        bundle.balance = balance
    session.flush()
    return found


def hold(session: Session, *bundles: Bundle) -> None:
    """Let acts on these bundles follow each other.

    In one order, so that two people at two bundles never wait for each other.
    """
    session.flush()
    wanted = Bundle.id.in_([bundle.id for bundle in bundles])
    session.execute(
        select(Bundle.id).where(wanted).order_by(Bundle.id).with_for_update()
    )
    for bundle in bundles:
        session.refresh(bundle)


def waiting_beside(session: Session, bundles: Sequence[Bundle]) -> Sequence[Bundle]:
    """Other open bundles of their batches: its totals keep all of them from passing."""
    return session.scalars(
        select(Bundle)
        .where(
            Bundle.batch_id.in_({bundle.batch_id for bundle in bundles} - {None}),
            Bundle.id.not_in([bundle.id for bundle in bundles]),
            Bundle.balance == Balance.OPEN,
        )
        .order_by(Bundle.id)
    ).all()


def release(session: Session, bundle: Bundle, *, now: datetime) -> None:
    """Let the entries go on that waited for the bundle to balance."""
    held = (
        select(Filing)
        .join(Entry, Entry.filing_id == Filing.id)
        .where(Filing.bundle_id == bundle.id, Filing.dissolved_at.is_(None))
        .where(Entry.state == EntryState.READ, Filing.step != FilingStep.FAILED)
        .distinct()
    )
    waiting = [*session.scalars(held), *_without_entries(session, bundle)]
    for filing in waiting:
        work.put(session, kind="check", subject=filing.id, site=filing.site, now=now)


def weigh(session: Session, bundle: Bundle) -> Weight:
    """Count what is in the bundle now; writes nothing."""
    session.flush()
    pages = valid_pages(session, bundle)
    filings = live_filings(session, bundle)
    entries = sum(len(entry_numbers(filing)) for filing in filings)
    entries += sum(medium.found_records(session, bundle).values())
    sheets = sheets_behind_separator(pages)
    issues = tuple(_issues(session, bundle, pages, filings, sheets, entries))
    return Weight(
        sheets=sheets,
        entries=entries,
        pending=bundle.sorting or any(f.step == FilingStep.READING for f in filings),
        issues=issues,
        explained=bool(issues) and bundle.explained_for == list(issues),
    )


def holds_something() -> ColumnElement[bool]:
    """Pages lie in the bundle, or it is a medium, whose table has none.

    One that was joined to another stays, but nothing lies in it.
    """
    return or_(Bundle.kind == BundleKind.MEDIA, Bundle.id.in_(select(Page.bundle_id)))


def valid_pages(session: Session, bundle: Bundle) -> Sequence[Page]:
    """The pages of a bundle that count, in their order."""
    return session.scalars(
        select(Page)
        .join(Arrival, Arrival.id == Page.arrival_id)
        .where(Page.bundle_id == bundle.id, Page.standing == Standing.VALID)
        .options(selectinload(Page.arrival).selectinload(Arrival.job))
        .order_by(Page.position, Arrival.job_id, Arrival.seq, Page.number)
    ).all()


def live_filings(session: Session, bundle: Bundle) -> Sequence[Filing]:
    """The filings of a bundle that its pages make up now."""
    return session.scalars(
        select(Filing)
        .where(Filing.bundle_id == bundle.id, Filing.dissolved_at.is_(None))
        .options(selectinload(Filing.entries), selectinload(Filing.pages))
        .order_by(Filing.id)
        .execution_options(populate_existing=True)
    ).all()


def entry_numbers(filing: Filing) -> set[int]:
    """The lines of a filing that are used; versions of one line are one entry."""
    return {entry.n for entry in filing.entries if EMPTY not in entry.reasons}


def sheets_behind_separator(pages: Iterable[Page]) -> int:
    """How many sheets the pages are sides of, those of the separator not counted."""
    pages = list(pages)
    separators = [page for page in pages if page.kind == PageKind.SEPARATOR]
    return len({sheet_of(p) for p in pages} - {sheet_of(p) for p in separators})


def sheet_of(page: Page) -> tuple[int, ...]:
    """What is the same for both sides of one sheet."""
    if page.front_id is not None:
        return (page.front_id,)
    return (page.arrival_id, (page.number - 1) // int(page.arrival.job.sides))


def referred(session: Session, bundle: Bundle) -> Filing | None:
    """The filing that a re-entry or a late paper names, by its receipt number."""
    return session.scalars(
        select(Filing)
        .join(Job, Job.site == Filing.site)
        .where(Job.id == bundle.job_id, Filing.receipt_number == bundle.reference)
    ).one_or_none()


def has_ended_entries(filing: Filing) -> bool:
    """Tell whether a person approved, returned or withdrew any of a filing."""
    return any(entry.state in _FINAL for entry in filing.entries)


def is_closed(filing: Filing) -> bool:
    """Tell whether nothing can be added to a filing any more."""
    return filing.dissolved_at is not None or (
        bool(filing.entries) and all(entry.state in _FINAL for entry in filing.entries)
    )


def _issues(
    session: Session,
    bundle: Bundle,
    pages: Sequence[Page],
    filings: Sequence[Filing],
    sheets: int,
    entries: int,
) -> Iterator[str]:
    if bundle.kind == BundleKind.MEDIA:
        # Its table is there even where it has no page, or they were moved away.
        yield from medium.issues(session, bundle)
    elif not pages:
        # Everything in it went into other bundles, which are weighed themselves.
        return
    if bundle.declared_sheets not in (None, sheets):
        yield f"sheets:{sheets}/{bundle.declared_sheets}"
    if bundle.declared_entries not in (None, entries):
        yield f"entries:{entries}/{bundle.declared_entries}"
    if bundle.uncovered:
        yield "no_separator"
    if bundle.kind != BundleKind.PLAIN:
        yield from _oddities(session, bundle, pages, filings)
    yield from _whole(session, bundle)


def _oddities(
    session: Session,
    bundle: Bundle,
    pages: Sequence[Page],
    filings: Sequence[Filing],
) -> Iterator[str]:
    """What is strange about a bundle although the numbers may agree."""
    loose = _loose(bundle, pages)
    if loose:
        yield f"loose:{loose}"
    failed = [page for page in pages if page.kind == PageKind.FAILED]
    if failed:
        yield f"failed:{len(failed)}"
    for form in sorted({f.form for f in filings} - {bundle.form}):
        yield f"form:{form}"
    broken = [filing for filing in filings if not _is_in_sequence(filing)]
    if broken:
        yield f"sequence:{len(broken)}"
    if bundle.kind != BundleKind.MEDIA and _is_number_used_again(session, bundle):
        yield "number_again"
    if bundle.kind in (BundleKind.REENTRY, BundleKind.LATE):
        filing = referred(session, bundle)
        if filing is None:
            yield "reference"
        elif bundle.kind == BundleKind.LATE and is_closed(filing):
            yield "reference_closed"


def _loose(bundle: Bundle, pages: Sequence[Page]) -> int:
    """How many papers belong to no filing; on a medium the table is what is filed."""
    # A back that shows its front through is still the back of the separator.
    top = {sheet_of(page) for page in pages if page.kind == PageKind.SEPARATOR}
    on_medium = bundle.kind == BundleKind.MEDIA
    return sum(
        page.filing_id is None
        and _is_paper(page)
        and sheet_of(page) not in top
        and not (on_medium and page.kind == PageKind.ATTACHMENT)
        for page in pages
    )


def _whole(session: Session, bundle: Bundle) -> Iterator[str]:
    """What the cover of the batch, or whoever scanned, declared about the whole."""
    if bundle.batch_id is not None:
        yield from _batch(session, session.get_one(Batch, bundle.batch_id))
    job = session.get_one(Job, bundle.job_id)
    if job.declared_sheets is not None:
        scanned = session.scalars(
            select(Page)
            .join(Arrival, Arrival.id == Page.arrival_id)
            .where(Arrival.job_id == job.id)
            .options(selectinload(Page.arrival).selectinload(Arrival.job))
        )
        found = len({sheet_of(page) for page in scanned})
        if found != job.declared_sheets:
            yield f"job_sheets:{found}/{job.declared_sheets}"


def _batch(session: Session, batch: Batch) -> Iterator[str]:
    # A bundle that was joined to another one stays, but nothing lies in it.
    pages = session.scalars(
        select(Page)
        .join(Bundle, Bundle.id == Page.bundle_id)
        .where(Bundle.batch_id == batch.id, Bundle.kind != BundleKind.PLAIN)
        .where(Page.standing == Standing.VALID)
        .options(selectinload(Page.arrival).selectinload(Arrival.job))
    ).all()
    bundles = len({page.bundle_id for page in pages})
    sheets = sheets_behind_separator(pages)
    if bundles != batch.declared_bundles:
        yield f"batch_bundles:{bundles}/{batch.declared_bundles}"
    if sheets != batch.declared_sheets:
        yield f"batch_sheets:{sheets}/{batch.declared_sheets}"


def _is_paper(page: Page) -> bool:
    return page.kind not in (PageKind.SEPARATOR, PageKind.BLANK, PageKind.FAILED)


def _is_in_sequence(filing: Filing) -> bool:
    found = sorted(
        page.form_page
        for page in filing.pages
        if page.kind == PageKind.FORM and page.form_page
    )
    return found in ([], list(range(1, len(found) + 1)))


def _is_number_used_again(session: Session, bundle: Bundle) -> bool:
    """The number of a bundle is unique in its site and day (束番号)."""
    if not bundle.number:
        # Split off at the desk, without a sheet that gives it one.
        return False
    others = (
        select(func.count())
        .select_from(Bundle)
        .join(Page, Page.bundle_id == Bundle.id)
        .where(
            Bundle.site == bundle.site,
            Bundle.number == bundle.number,
            Bundle.received_on == bundle.received_on,
            Bundle.kind == bundle.kind,
            Bundle.id != bundle.id,
            Page.standing == Standing.VALID,
        )
    )
    return bool(session.scalar(others))


def _without_entries(session: Session, bundle: Bundle) -> Sequence[Filing]:
    """Filings no line of which seems used: they too go to a person."""
    return session.scalars(
        select(Filing).where(
            Filing.bundle_id == bundle.id,
            Filing.dissolved_at.is_(None),
            Filing.step == FilingStep.DONE,
            ~Filing.entries.any(),
        )
    ).all()
