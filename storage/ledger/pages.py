"""Pages that came in and are not where they must be."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, and_, case, func, literal_column, or_, select
from sqlalchemy.orm import Session

from forms.csv.forms import is_of_rows
from kamizero.model import PageKind, Standing
from storage.ledger.report import Difference, Sheet
from storage.ledger.span import Span
from storage.tables import (
    Arrival,
    ArrivalState,
    Balance,
    Bundle,
    BundleKind,
    Filing,
    FilingStep,
    Job,
    Page,
    Work,
)

# Written out, so that the partial index of open work serves it.
_OPEN: ColumnElement[str] = literal_column("'open'")


def lost_pages(session: Session, span: Span) -> Iterator[Difference]:
    """Files of which not all pages are there that were counted as they came in."""
    rows = func.count(Page.id)
    for arrival, counted, found in session.execute(
        select(Arrival.id, Arrival.page_count, rows)
        .join(Job, Job.id == Arrival.job_id)
        .outerjoin(Page, Page.arrival_id == Arrival.id)
        .where(*span.of_arrivals(), Arrival.state == ArrivalState.TAKEN)
        .where(Arrival.page_count.is_not(None))
        .group_by(Arrival.id)
        .having(rows != Arrival.page_count)
        .order_by(Arrival.id)
    ):
        yield Difference("pages", "arrival", arrival, str(counted), str(found))


def lone_forms(session: Session, span: Span) -> Iterator[Difference]:
    """Form pages in no filing, which no bundle that waits for a person tells of."""
    query = (
        select(Page.id, Arrival.job_id, Arrival.seq, Page.number, Filing.dissolved_at)
        .join(Arrival, Arrival.id == Page.arrival_id)
        .join(Job, Job.id == Arrival.job_id)
        .join(Bundle, Bundle.id == Page.bundle_id)
        .outerjoin(Filing, Filing.id == Page.filing_id)
        .where(*span.of_arrivals(), Page.kind == PageKind.FORM)
        .where(Page.standing == Standing.VALID, ~Bundle.sorting)
        .where(or_(Page.filing_id.is_(None), Filing.dissolved_at.is_not(None)))
        .where(
            or_(
                Bundle.balance == Balance.BALANCED,
                and_(Bundle.balance == Balance.OPEN, Bundle.kind == BundleKind.PLAIN),
            )
        )
        .order_by(Page.id)
    )
    for page, job, file, number, dissolved in session.execute(query):
        sheet = Sheet(0, job, file, number, PageKind.FORM)
        found = "dissolved" if dissolved else "0"
        yield Difference("form_alone", "page", page, "1", found, (sheet,))


def empty_filings(session: Session, span: Span) -> Iterator[Difference]:
    """Filings of a bundle that no form page makes up any more."""
    form = select(Page.id).where(
        Page.filing_id == Filing.id,
        Page.kind.in_((PageKind.FORM, PageKind.FAILED)),
    )
    for filing, revision in session.execute(
        select(Filing.id, Filing.revision)
        .join(Arrival, Arrival.id == Filing.arrival_id)
        .join(Job, Job.id == Arrival.job_id)
        .where(*span.of_arrivals(), Filing.dissolved_at.is_(None), ~form.exists())
        .where(Filing.bundle_id.is_not(None))
        .where(Filing.step != FilingStep.FAILED)
        .order_by(Filing.id)
    ):
        if not is_of_rows(revision):
            yield Difference("no_form", "filing", filing, "1", "0")


def jobs_short(session: Session, span: Span) -> Iterator[Difference]:
    """Jobs that brought other sheets than was said, and have no bundle to say so.

    Where files were refused, whoever brought them was told; nothing is said twice.
    """
    told = (Job.declared_sheets.is_not(None), *span.of_jobs())
    bundle = select(Bundle.id).join(Page, Page.bundle_id == Bundle.id)
    answered = select(Arrival.id).where(
        Arrival.job_id == Job.id, Arrival.state != ArrivalState.TAKEN
    )
    waits = select(Page.id).join(Arrival, Arrival.id == Page.arrival_id)
    for job, declared in session.execute(
        select(Job.id, Job.declared_sheets)
        .where(*told, ~answered.exists())
        .where(~bundle.where(Bundle.job_id == Job.id).exists())
        .where(~waits.where(Arrival.job_id == Job.id).exists())
        .where(Job.declared_sheets > 0)
        .order_by(Job.id)
    ):
        yield Difference("job_sheets", "job", job, str(declared), "0")


def counted_pages(session: Session, span: Span) -> tuple[int, dict[str, int]]:
    """Pages counted as files came in, and those in the rows, by kind."""
    taken = (*span.of_arrivals(), Arrival.state == ArrivalState.TAKEN)
    counted = session.scalar(
        select(func.sum(Arrival.page_count))
        .join(Job, Job.id == Arrival.job_id)
        .where(*taken)
    )
    # Files of before they were counted count as what is there.
    uncounted = case((Arrival.page_count.is_(None), 1), else_=0)
    rows = session.execute(
        select(Page.kind, func.count(), func.sum(uncounted))
        .join(Arrival, Arrival.id == Page.arrival_id)
        .join(Job, Job.id == Arrival.job_id)
        .where(*taken)
        .group_by(Page.kind)
    ).all()
    kinds = {kind or "waiting": count for kind, count, _ in rows}
    return (counted or 0) + sum(more or 0 for _, _, more in rows), kinds


def filed_forms(session: Session, span: Span) -> tuple[int, dict[str, int]]:
    """Form pages, and where each of them is."""
    where = case(
        (Page.standing != Standing.VALID, "put_aside"),
        (and_(Page.filing_id.is_not(None), Filing.dissolved_at.is_(None)), "filed"),
        (or_(Bundle.id.is_(None), Bundle.sorting), "waiting"),
        (Bundle.balance == Balance.EXPLAINED, "explained"),
        else_="alone",
    )
    found = {
        place: count
        for place, count in session.execute(
            select(where, func.count())
            .select_from(Page)
            .join(Arrival, Arrival.id == Page.arrival_id)
            .join(Job, Job.id == Arrival.job_id)
            .outerjoin(Bundle, Bundle.id == Page.bundle_id)
            .outerjoin(Filing, Filing.id == Page.filing_id)
            .where(*span.of_arrivals(), Page.kind == PageKind.FORM)
            .group_by(where)
        )
    }
    forms = sum(found.values())
    found.pop("alone", None)
    return forms, found


def unread_pages(session: Session, span: Span) -> Iterator[Difference]:
    """Files whose pages wait to be looked at or sorted, and nothing will do it."""
    waits = or_(
        Page.kind.is_(None),
        and_(Page.bundle_id.is_(None), Page.standing == Standing.VALID),
    )
    for arrival, job, file, first in session.execute(
        select(Arrival.id, Arrival.job_id, Arrival.seq, func.min(Page.number))
        .join(Job, Job.id == Arrival.job_id)
        .join(Page, Page.arrival_id == Arrival.id)
        .where(*span.of_arrivals(), waits, ~_being_looked_at())
        .group_by(Arrival.id, Arrival.job_id, Arrival.seq)
        .order_by(Arrival.id)
    ):
        sheet = Sheet(0, job, file, first)
        yield Difference("unread", "arrival", arrival, "identify", "", (sheet,))


def _being_looked_at() -> ColumnElement[bool]:
    """A file of the same job waits to be identified: the run is sorted with its last.

    A table of a medium is sorted with it as well.
    """
    other = Arrival.__table__.alias()
    return (
        select(Work.id)
        .join(other, other.c.id == Work.subject)
        .where(Work.kind == "identify", Work.state == _OPEN)
        .where(other.c.job_id == Arrival.job_id)
        .correlate(Arrival)
        .exists()
    )
