"""Jobs as their pages show them: what came, what was refused, what balances."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from forms.definition import FormDefinition
from forms.library import Library
from kamizero.errors import MissingError
from kamizero.model import PageKind
from storage.contents import holds_something, is_pending, sheet_of
from storage.scale import Scale, Weight
from storage.tables import (
    Arrival,
    ArrivalState,
    Balance,
    Bundle,
    BundleKind,
    Entry,
    EntryState,
    Filing,
    FilingStep,
    Job,
    Page,
)

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class JobLine:
    """One job with its counts; `settled` when nothing is left to do about it."""

    id: int
    created_at: datetime
    door: str
    site: str
    operator: str
    received_on: date
    declared_sheets: int | None
    files: int
    pages: int
    sheets: int
    filings: int
    refused: int
    duplicates: int
    reading: int
    waiting: int
    failed: int
    unknown: int
    unbalanced: int

    @property
    def settled(self) -> bool:
        return not (
            self.reading
            or self.waiting
            or self.failed
            or self.refused
            or self.unknown
            or self.unbalanced
        )


@dataclass(frozen=True, slots=True)
class BundleLine:
    """One bundle: what its separator declares against what was found."""

    id: int
    number: str
    kind: str
    # How it came, where it is no paper.
    medium: str | None
    scheme: str
    form_title: str
    declared_sheets: int | None
    declared_entries: int | None
    sheets: int
    entries: int
    pending: bool
    issues: Sequence[str]
    passes: bool
    explained_why: str | None


@dataclass(frozen=True, slots=True)
class FileView:
    """One file of a job, with its pages and what became of them."""

    seq: int
    source: str
    state: str
    media_type: str
    size: int
    sha256: str
    error_code: str | None
    error_message: str | None
    first_job: int | None
    first_source: str
    pages: Sequence[Page]
    filings: Sequence["FilingLine"]


@dataclass(frozen=True, slots=True)
class FilingLine:
    """One filing in a list."""

    id: int
    receipt_number: str
    form: str
    title: str
    received_on: date
    site: str
    step: str
    entries: Sequence[Entry]


def job_lines(
    session: Session, *, before: int | None = None, limit: int = PAGE_SIZE
) -> list[JobLine]:
    """A page of the jobs, newest first."""
    query = select(Job).order_by(Job.id.desc()).limit(limit)
    if before is not None:
        query = query.where(Job.id < before)
    return [job_line(session, job) for job in session.scalars(query)]


def job_line(session: Session, job: Job) -> JobLine:
    """One job, counted."""
    states = [arrival.state for arrival in job.arrivals]
    filings = job_filings(session, job)
    entries = [entry for filing in filings for entry in filing.entries]
    pages = _pages(session, job)
    reading = [
        f for f in filings if f.step in (FilingStep.READING, FilingStep.CHECKING)
    ]
    return JobLine(
        id=job.id,
        created_at=job.created_at,
        door=job.door,
        site=job.site,
        operator=job.operator,
        received_on=job.received_on,
        declared_sheets=job.declared_sheets,
        files=len(states),
        pages=len(pages),
        sheets=len({sheet_of(page) for page in pages}),
        filings=len(filings),
        refused=states.count(ArrivalState.REFUSED),
        duplicates=states.count(ArrivalState.DUPLICATE),
        reading=len(reading) + len({p.arrival_id for p in pages if p.kind is None}),
        waiting=sum(entry.state == EntryState.IN_REVIEW for entry in entries),
        failed=_failed(pages, filings),
        unknown=sum(page.kind == PageKind.UNKNOWN for page in pages),
        unbalanced=_unbalanced(session, job),
    )


def _unbalanced(session: Session, job: Job) -> int:
    """Bundles that hold their entries back until somebody at the desk looks."""
    held = select(func.count(Bundle.id)).where(
        Bundle.job_id == job.id,
        Bundle.balance == Balance.OPEN,
        holds_something(),
        ~is_pending(),
    )
    return session.scalar(held) or 0


def _failed(pages: Iterable[Page], filings: Iterable[Filing]) -> int:
    """Pages nobody could read, and filings given up although every page was read."""
    numbers = [page.filing_id for page in pages if page.kind == PageKind.FAILED]
    given_up = {filing.id for filing in filings if filing.step == FilingStep.FAILED}
    return len(numbers) + len(given_up - set(numbers))


def job_filings(session: Session, job: Job) -> Sequence[Filing]:
    """The filings born from this job's own files."""
    return session.scalars(
        select(Filing)
        .join(Arrival, Arrival.id == Filing.arrival_id)
        .where(Arrival.job_id == job.id)
        .options(selectinload(Filing.entries))
        .order_by(Filing.id)
    ).all()


def bundle_lines(
    session: Session, job: Job, *, library: Library, language: str
) -> list[BundleLine]:
    """The bundles of a job with their balance; what nobody declared has none."""
    bundles = session.scalars(
        select(Bundle)
        .where(Bundle.job_id == job.id, Bundle.kind != BundleKind.PLAIN)
        .order_by(Bundle.id)
    ).all()
    return weighed_lines(session, bundles, library, language)


def bundle_line(
    session: Session, bundle: Bundle, library: Library, language: str
) -> BundleLine:
    """One bundle, weighed."""
    (line,) = weighed_lines(session, [bundle], library, language)
    return line


def weighed_lines(
    session: Session, bundles: Sequence[Bundle], library: Library, language: str
) -> list[BundleLine]:
    """The bundles, each weighed."""
    scale = Scale(session, bundles)
    return [_line(one, scale.weigh(one), library, language) for one in bundles]


def _line(
    bundle: Bundle, weight: Weight, library: Library, language: str
) -> BundleLine:
    return BundleLine(
        id=bundle.id,
        number=bundle.number,
        kind=bundle.kind,
        medium=bundle.medium,
        scheme=bundle.scheme,
        form_title=form_title(library, bundle.form, "", language),
        declared_sheets=bundle.declared_sheets,
        declared_entries=_declared_entries(bundle),
        sheets=weight.sheets,
        entries=weight.entries,
        pending=weight.pending,
        issues=weight.issues,
        passes=weight.passes,
        explained_why=bundle.explained_why if weight.explained else None,
    )


def _declared_entries(bundle: Bundle) -> int | None:
    if bundle.declared_records is not None:
        return sum(bundle.declared_records.values())
    return bundle.declared_entries


def file_views(
    session: Session, job: Job, *, library: Library, language: str
) -> list[FileView]:
    """The files of a job in the order they came."""
    lines: defaultdict[int, list[FilingLine]] = defaultdict(list)
    for filing in job_filings(session, job):
        lines[filing.arrival_id].append(filing_line(filing, library, language))
    return [_file(session, one, lines[one.id]) for one in job.arrivals]


def _file(
    session: Session, arrival: Arrival, filings: Sequence[FilingLine]
) -> FileView:
    first = (
        session.get(Arrival, arrival.first_arrival_id)
        if arrival.first_arrival_id
        else None
    )
    return FileView(
        seq=arrival.seq,
        source=arrival.source,
        state=arrival.state,
        media_type=arrival.original.media_type,
        size=arrival.original.size,
        sha256=arrival.original.sha256,
        error_code=arrival.error_code,
        error_message=arrival.error_message,
        first_job=first.job_id if first else None,
        first_source=first.source if first else "",
        pages=list(arrival.pages),
        filings=filings,
    )


def filing_line(filing: Filing, library: Library, language: str) -> FilingLine:
    """A filing with the entries that are in force."""
    return FilingLine(
        id=filing.id,
        receipt_number=filing.receipt_number,
        form=filing.form,
        title=form_title(library, filing.form, filing.revision, language),
        received_on=filing.received_on,
        site=filing.site,
        step=filing.step,
        entries=standing(filing.entries),
    )


def standing(entries: Iterable[Entry]) -> list[Entry]:
    """The newest version of each entry."""
    newest: Mapping[int, Entry] = {entry.n: entry for entry in entries}
    return list(newest.values())


def form_title(library: Library, form: str, revision: str, language: str) -> str:
    """What the form is called, in short; its number where it is not known here."""
    try:
        found = library.get(f"{form}@{revision}" if revision else form)
    except MissingError:
        return form
    return short_title(found, language)


def short_title(definition: FormDefinition, language: str) -> str:
    """The name people use: without the schemes before it and the twin after it."""
    if language == "en":
        return definition.title_en.partition(" / ")[0]
    return definition.title.partition("／")[0].split(" ")[-1]


def _pages(session: Session, job: Job) -> Sequence[Page]:
    return session.scalars(
        select(Page)
        .join(Arrival, Arrival.id == Page.arrival_id)
        .where(Arrival.job_id == job.id)
        .order_by(Page.arrival_id, Page.number)
    ).all()
