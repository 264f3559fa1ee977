"""The register of paper (受付簿) and the places of paper, as pages show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.library import Library
from review.sorting import custody, received
from storage.contents import holds_something
from storage.tables import Bundle, BundleKind, Custody, Job, ReceivedPaper
from web.shown.jobs import form_title

# More than an office receives in the days before it scans.
MOST_WAITING = 200
PAGE_SIZE = 50
# Bundles that are offered where somebody says as which one paper was scanned.
MOST_OFFERED = 100


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One line of the register; `meant` is the bundle it probably was scanned as."""

    row: ReceivedPaper
    overdue: bool
    bundle_name: str
    meant: str


@dataclass(frozen=True, slots=True)
class OfferedBundle:
    """A bundle in words, for a list to choose from."""

    id: int
    site: str
    number: str
    kind: str
    title: str
    sheets: int | None
    received_on: date


@dataclass(frozen=True, slots=True)
class LentPaper:
    """Paper that somebody has."""

    bundle: int
    name: str
    holder: str
    box: str
    place: str
    since: datetime


def waiting_lines(
    session: Session, offered: Sequence[OfferedBundle], *, today: date
) -> list[PaperLine]:
    """What is not scanned yet; what may be lost comes first."""
    rows = received.waiting(session, limit=MOST_WAITING)
    late = {row.id for row in received.overdue(session, rows, today=today)}
    return [
        PaperLine(
            row,
            overdue=row.id in late,
            bundle_name="",
            meant=_meant(row, offered),
        )
        for row in rows
    ]


def settled_lines(session: Session, *, before: int | None = None) -> list[PaperLine]:
    """What was scanned or closed, the newest first."""
    rows = received.settled(session, limit=PAGE_SIZE, before=before)
    names = _names(session, {row.bundle_id for row in rows if row.bundle_id})
    return [
        PaperLine(
            row, overdue=False, bundle_name=names.get(row.bundle_id or 0, ""), meant=""
        )
        for row in rows
    ]


def offered_bundles(
    session: Session, library: Library, language: str
) -> list[OfferedBundle]:
    """The newest bundles of paper."""
    rows = session.execute(
        select(Bundle, Job)
        .join(Job, Job.id == Bundle.job_id)
        .where(Bundle.kind != BundleKind.MEDIA, holds_something())
        .order_by(Bundle.id.desc())
        .limit(MOST_OFFERED)
    )
    return [
        OfferedBundle(
            id=bundle.id,
            site=job.site,
            number=bundle.number,
            kind=bundle.kind,
            title=form_title(library, bundle.form, "", language),
            sheets=bundle.declared_sheets,
            received_on=bundle.received_on or job.received_on,
        )
        for bundle, job in rows
    ]


def lent_papers(session: Session) -> list[LentPaper]:
    """What lies in no box now, the longest lent first."""
    rows = custody.lent_out(session)
    names = _names(session, {row.bundle_id for row in rows})
    return [_lent(row, names) for row in rows]


def _lent(row: Custody, names: Mapping[int, str]) -> LentPaper:
    return LentPaper(
        bundle=row.bundle_id,
        name=names[row.bundle_id],
        holder=row.holder or "",
        box=row.box,
        place=row.place,
        since=row.at,
    )


def _names(session: Session, ids: set[int]) -> Mapping[int, str]:
    """The number of each bundle; its id where nobody gave it one."""
    rows = session.execute(
        select(Bundle.id, Bundle.number).where(Bundle.id.in_(ids))
    ).all()
    return {bundle_id: number or f"#{bundle_id}" for bundle_id, number in rows}


def _meant(row: ReceivedPaper, offered: Sequence[OfferedBundle]) -> str:
    """The only bundle of the same day, site and number of sheets; a person decides."""
    fitting = [
        one
        for one in offered
        if (one.site, one.sheets, one.received_on)
        == (row.site, row.sheets, row.received_on)
        and one.sheets is not None
    ]
    return f"#{fitting[0].id}" if len(fitting) == 1 else ""
