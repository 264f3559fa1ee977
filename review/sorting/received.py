"""The register of paper that came by hand or post, and what may be lost (受付簿)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.business_days import NATIONAL, OfficeCalendar
from kamizero.errors import WrongCallError
from review.sorting.record import Clerk, require_sorter
from storage import audit, sites
from storage.tables import Bundle, ReceivedPaper, Submitter, Way


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the counter or the mail room knows of what came.

    `mark` is a counter or tracking number, never a name.
    """

    way: Way
    received_on: date
    sheets: int | None = None
    submitter: Submitter | None = None
    mark: str = ""

    def __post_init__(self) -> None:
        if self.sheets is not None and self.sheets < 1:
            raise WrongCallError("An envelope holds at least one sheet.")


def register(
    session: Session, clerk: Clerk, *, site: str, envelope: Envelope
) -> ReceivedPaper:
    """Write down that paper came, before anybody scans it.

    Raises:
        WrongCallError: there is no such site.
    """
    require_sorter(clerk)
    sites.demand_site(session, site)
    row = ReceivedPaper(
        site=site,
        way=envelope.way,
        received_on=envelope.received_on,
        submitter=envelope.submitter,
        sheets=envelope.sheets,
        mark=envelope.mark,
        registered_at=clerk.now,
        registered_by=clerk.name,
    )
    session.add(row)
    session.flush()
    _tell(session, clerk, "registered", row, sheets=envelope.sheets)
    return row


def scanned_as(
    session: Session, clerk: Clerk, paper: ReceivedPaper, bundle: Bundle
) -> None:
    """Say as which bundle the paper was scanned; it is no longer looked for."""
    require_sorter(clerk)
    paper.bundle_id = bundle.id
    session.flush()
    _tell(session, clerk, "scanned", paper, bundle=bundle.id)


def possibly_lost(
    session: Session, *, today: date, calendar: OfficeCalendar = NATIONAL
) -> Sequence[ReceivedPaper]:
    """Paper that was not scanned by the end of the business day after it came."""
    waiting = session.scalars(
        select(ReceivedPaper)
        .where(ReceivedPaper.bundle_id.is_(None), ReceivedPaper.received_on < today)
        .order_by(ReceivedPaper.received_on, ReceivedPaper.id)
    )
    return [row for row in waiting if calendar.next_day(row.received_on) < today]


def _tell(
    session: Session, clerk: Clerk, act: str, row: ReceivedPaper, **more: int | None
) -> None:
    audit.record(
        session,
        actor=clerk.name,
        act=f"paper.{act}",
        subject_kind="received_paper",
        subject_id=row.id,
        now=clerk.now,
        body=more,
    )
