"""What lies in a bundle: its pages, the sheets they are sides of, its filings."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, selectinload

from kamizero.model import Standing
from storage.tables import (
    Arrival,
    Bundle,
    BundleKind,
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


def holds_something() -> ColumnElement[bool]:
    """Pages lie in the bundle, or it is a medium, whose table has none.

    One that was joined to another stays, but nothing lies in it.
    """
    # One page is enough, and is asked for bundle by bundle: the list of those that
    # wait is short, and all pages there ever were are many.
    one = select(Page.id).where(Page.bundle_id == Bundle.id).limit(1).scalar_subquery()
    return or_(Bundle.kind == BundleKind.MEDIA, one.is_not(None))


def is_pending() -> ColumnElement[bool]:
    """Pages of the bundle are still being sorted or read."""
    reading = select(Filing.id).where(
        Filing.bundle_id == Bundle.id,
        Filing.dissolved_at.is_(None),
        Filing.step == FilingStep.READING,
    )
    return or_(Bundle.sorting, reading.exists())


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


def sheet_of(page: Page) -> tuple[int, ...]:
    """What is the same for both sides of one sheet."""
    sides = int(page.arrival.job.sides)
    return sheet_key(page.front_id, page.arrival_id, page.number, sides=sides)


def sheet_key(
    front: int | None, arrival: int, number: int, *, sides: int
) -> tuple[int, ...]:
    """See `sheet_of`: by the page on its front, else by its place in the file."""
    return (front,) if front is not None else (arrival, (number - 1) // sides)


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
