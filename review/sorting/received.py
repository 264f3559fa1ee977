"""The register of paper that came by hand or post, and what may be lost (受付簿)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session

from kamizero.errors import ConflictError, WrongCallError
from review.refusals import ReasonMissingError
from review.sorting.record import Clerk, require_sorter
from storage import audit, sites
from storage.office_days import calendar_of
from storage.tables import Bundle, ReceivedPaper, Submitter, Way

LONGEST_MARK = 64


class PaperSettledError(ConflictError):
    """Somebody said already what became of the paper."""

    code = "paper_settled"


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
        if len(self.mark) > LONGEST_MARK:
            raise WrongCallError(f"A mark has at most {LONGEST_MARK} characters.")


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
    """Say as which bundle the paper was scanned; it is no longer looked for.

    Raises:
        PaperSettledError: somebody said what became of it meanwhile.
    """
    _hold(session, clerk, paper)
    paper.bundle_id = bundle.id
    session.flush()
    _tell(session, clerk, "scanned", paper, bundle=bundle.id)


def close(session: Session, clerk: Clerk, paper: ReceivedPaper, why: str) -> None:
    """Say why it is not scanned: handed back, sent on, registered by mistake.

    Raises:
        ReasonMissingError: there is no reason.
        PaperSettledError: somebody said what became of it meanwhile.
    """
    if not why.strip():
        raise ReasonMissingError("Write down why the paper is not scanned.")
    _hold(session, clerk, paper)
    paper.closed_why, paper.closed_by = why.strip(), clerk.name
    session.flush()
    _tell(session, clerk, "closed", paper)


def look_for_again(session: Session, clerk: Clerk, paper: ReceivedPaper) -> None:
    """Take back what was said to have become of it."""
    require_sorter(clerk)
    session.refresh(paper, with_for_update=True)
    paper.bundle_id = paper.closed_why = paper.closed_by = None
    session.flush()
    _tell(session, clerk, "looked_for", paper)


def waiting(session: Session, *, limit: int) -> Sequence[ReceivedPaper]:
    """What nobody said anything of yet, the longest waiting first."""
    return session.scalars(_waiting().limit(limit)).all()


def settled(
    session: Session, *, limit: int, before: int | None = None
) -> Sequence[ReceivedPaper]:
    """What was scanned or closed, the newest first."""
    rows = select(ReceivedPaper).where(~_is_waiting())
    if before is not None:
        rows = rows.where(ReceivedPaper.id < before)
    return session.scalars(rows.order_by(ReceivedPaper.id.desc()).limit(limit)).all()


def overdue(
    session: Session, rows: Iterable[ReceivedPaper], *, today: date
) -> list[ReceivedPaper]:
    """Those for which the business day after they came is over, in their order."""
    rows = list(rows)
    calendars = {
        site: calendar_of(session, site) for site in {row.site for row in rows}
    }
    return [
        row for row in rows if calendars[row.site].next_day(row.received_on) < today
    ]


def possibly_lost(session: Session, *, today: date) -> Sequence[ReceivedPaper]:
    """Paper that was not scanned by the end of the business day after it came."""
    old = session.scalars(_waiting().where(ReceivedPaper.received_on < today))
    return overdue(session, old, today=today)


def _is_waiting() -> ColumnElement[bool]:
    return and_(ReceivedPaper.bundle_id.is_(None), ReceivedPaper.closed_why.is_(None))


def _waiting() -> Select[ReceivedPaper]:
    return (
        select(ReceivedPaper)
        .where(_is_waiting())
        .order_by(ReceivedPaper.received_on, ReceivedPaper.id)
    )


def _hold(session: Session, clerk: Clerk, paper: ReceivedPaper) -> None:
    """Let nobody else settle it at the same time."""
    require_sorter(clerk)
    session.refresh(paper, with_for_update=True)
    if paper.bundle_id is not None or paper.closed_why is not None:
        raise PaperSettledError(
            f"Somebody said already what became of paper {paper.id}; look at the "
            "register again."
        )


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
