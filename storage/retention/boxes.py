"""What lies in a box of paper, and what keeps it from going.

The database says both, in one view that its triggers ask as well.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, case, exists, func, or_, select, tuple_
from sqlalchemy.orm import Session

from kamizero.errors import MissingError, WrongCallError
from kamizero.tokyo import business_date
from storage.contents import sheet_key
from storage.tables import (
    PAPER_IN_BOX,
    Arrival,
    BoxCheck,
    Bundle,
    Custody,
    DisposalState,
    FiledOriginal,
    Filing,
    Job,
    Page,
    PaperBox,
    PaperDisposal,
    RecordFile,
    SheetMove,
)

# Sheets that are held against their images besides those with a fault.
SAMPLE = 20

Sheet = tuple[int, ...]


class Keeps(StrEnum):
    """Why the paper of a box may not go yet."""

    LENT = "lent"
    UNCHECKED = "unchecked"
    UNDECIDED = "undecided"
    PAPER_COUNTS = "paper_counts"
    WAITS = "waits"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that keeps a box: how many sheets, and until when it does at least."""

    keeps: Keeps
    sheets: int
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a sheet in a box, and what keeps its paper."""

    page: Page
    sheet: Sheet
    bundle: Bundle
    received_on: date
    original_id: int
    lent: bool
    undecided: bool
    is_image: bool
    stays_until: date | None
    held: bool

    def is_kept(self, why: Keeps, *, today: date) -> bool:
        return {
            Keeps.LENT: self.lent,
            Keeps.UNDECIDED: self.undecided,
            Keeps.PAPER_COUNTS: not self.is_image,
            Keeps.WAITS: self.stays_until is not None and self.stays_until >= today,
            Keeps.HELD: self.held,
        }[why]


@dataclass(frozen=True, slots=True)
class Lot:
    """What lies in a box of one bundle: receipts of its filings, and their files."""

    bundle: Bundle
    received_on: date
    sheets: int
    receipts: tuple[str, ...]
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """What lies in a box, counted; `kept` are sides that may not go."""

    bundles: int
    sides: int
    kept: int
    until: date | None


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the list of boxes, which stays whatever becomes of its box."""

    gone: bool
    site: str
    code: str

    def __str__(self) -> str:
        return f"{self.gone:d}:{self.site}:{self.code}"

    @staticmethod
    def of(box: PaperBox) -> "Mark":
        return Mark(box.gone_at is not None, box.site, box.code)

    @staticmethod
    def read(text: str) -> "Mark":
        """Raises WrongCallError."""
        gone, *names = text.split(":", 2)
        if gone not in ("0", "1") or len(names) != 2:
            raise WrongCallError("There is no such page of boxes. Open the list anew.")
        return Mark(gone == "1", *names)


def counted(
    session: Session, boxes: Sequence[PaperBox], *, today: date
) -> Mapping[int, Counted]:
    """The contents of these boxes, with one question."""
    view = PAPER_IN_BOX.c
    is_kept = or_(
        view.lent, view.undecided, ~view.is_image, view.held, view.stays_until >= today
    )
    rows = session.execute(
        select(
            view.paper_box_id,
            func.count(view.bundle_id.distinct()),
            func.count(),
            func.sum(case((is_kept, 1), else_=0)),
            func.max(view.stays_until),
        )
        .where(view.paper_box_id.in_([box.id for box in boxes]))
        .group_by(view.paper_box_id)
    )
    return {box: Counted(bundles, n, kept, end) for box, bundles, n, kept, end in rows}


def box_of(session: Session, box_id: int) -> PaperBox:
    """Raises MissingError."""
    found = session.get(PaperBox, box_id)
    if found is None:
        raise MissingError(f"There is no box {box_id}.")
    return found


def box_called(session: Session, site: str, code: str) -> PaperBox | None:
    return session.scalar(
        select(PaperBox).where(PaperBox.site == site, PaperBox.code == code)
    )


def sides_in(session: Session, box: PaperBox) -> Sequence[Side]:
    """Every side in the box, bundle by bundle in the order of the paper."""
    view = PAPER_IN_BOX.c
    rows = session.execute(
        select(Page, Bundle, Job, PAPER_IN_BOX)
        .join(PAPER_IN_BOX, view.page_id == Page.id)
        .join(Bundle, Bundle.id == view.bundle_id)
        .join(Arrival, Arrival.id == Page.arrival_id)
        .join(Job, Job.id == Arrival.job_id)
        .where(view.paper_box_id == box.id)
        .order_by(Bundle.id, Page.position, Job.id, Arrival.seq, Page.number)
    )
    return [_side(row) for row in rows]


def sheets_of(sides: Sequence[Side]) -> int:
    return len({side.sheet for side in sides})


def what_keeps(
    session: Session, box: PaperBox, sides: Sequence[Side], *, now: datetime
) -> list[Reason]:
    """Everything that keeps the paper of a box; with nothing left it may go."""
    today = business_date(now)
    return list(_reasons(session, box, sides, today))


def _reasons(
    session: Session, box: PaperBox, sides: Sequence[Side], today: date
) -> Iterator[Reason]:
    if not is_checked(session, box):
        yield Reason(Keeps.UNCHECKED, sheets_of(sides))
    for why in Keeps:
        if why is Keeps.UNCHECKED:
            continue
        kept = [side for side in sides if side.is_kept(why, today=today)]
        if kept:
            ends = [one.stays_until for one in kept if one.stays_until is not None]
            until = max(ends) if why is Keeps.WAITS else None
            yield Reason(why, sheets_of(kept), until)


def is_checked(session: Session, box: PaperBox) -> bool:
    """Somebody looked since anything came into the box, and all was alike."""
    last = session.scalars(
        select(BoxCheck)
        .where(BoxCheck.paper_box_id == box.id)
        .order_by(BoxCheck.id.desc())
        .limit(1)
    ).one_or_none()
    if last is None or last.unlike:
        return False
    custody, move = newest(session, box)
    return custody <= last.last_custody and move <= last.last_move


def newest(session: Session, box: PaperBox) -> tuple[int, int]:
    """The last act on bundles and on sheets that brought something into the box."""
    custody = select(func.max(Custody.id)).where(Custody.paper_box_id == box.id)
    move = select(func.max(SheetMove.id)).where(SheetMove.paper_box_id == box.id)
    return session.scalar(custody) or 0, session.scalar(move) or 0


def to_check(session: Session, box: PaperBox, sides: Sequence[Side]) -> list[Side]:
    """The sheets to hold against their images: all with a fault, and a sample.

    Which ones is settled by what lies in the box, not by who looks.
    """
    fronts: dict[Sheet, Side] = {}
    for side in sides:
        fronts.setdefault(side.sheet, side)
    doubtful = {side.sheet for side in sides if (side.page.quality or {}).get("faults")}
    seed = f"{box.id} {newest(session, box)}"
    drawn = sorted(fronts, key=lambda one: _lot(f"{seed} {one}"))[:SAMPLE]
    return [side for sheet, side in fronts.items() if sheet in doubtful | {*drawn}]


def lots_in(session: Session, sides: Sequence[Side]) -> list[Lot]:
    """What lies in the box, a line for each bundle."""
    bundles: dict[int, list[Side]] = {}
    for side in sides:
        bundles.setdefault(side.bundle.id, []).append(side)
    return [_lot_of(session, own) for own in bundles.values()]


def open_disposal(session: Session, box: PaperBox) -> PaperDisposal | None:
    """The proposal to destroy what is in it, or what became of it."""
    return session.scalars(
        select(PaperDisposal).where(
            PaperDisposal.paper_box_id == box.id,
            PaperDisposal.state != DisposalState.WITHDRAWN,
        )
    ).one_or_none()


def boxes_behind(
    session: Session, mark: Mark | None, *, limit: int
) -> Sequence[PaperBox]:
    """One page of the boxes, those that are still there first."""
    key = (PaperBox.gone_at.is_not(None), PaperBox.site, PaperBox.code)
    query = select(PaperBox).order_by(*key).limit(limit)
    if mark is not None:
        query = query.where(tuple_(*key) > (mark.gone, mark.site, mark.code))
    return session.scalars(query).all()


def files_of(session: Session, sides: Sequence[Side]) -> Sequence[RecordFile]:
    """The record files that the images of these papers are in."""
    ids = {side.original_id for side in sides}
    filed = select(FiledOriginal).where(
        FiledOriginal.record_file_id == RecordFile.id,
        FiledOriginal.original_id.in_(ids),
    )
    return session.scalars(
        select(RecordFile).where(exists(filed)).order_by(RecordFile.id)
    ).all()


def _side(row: Row[Any]) -> Side:
    page, bundle, job = row.Page, row.Bundle, row.Job
    return Side(
        page=page,
        sheet=sheet_key(
            page.front_id, page.arrival_id, page.number, sides=int(job.sides)
        ),
        bundle=bundle,
        received_on=bundle.received_on or job.received_on,
        original_id=row.original_id,
        lent=bool(row.lent),
        undecided=bool(row.undecided),
        is_image=bool(row.is_image),
        stays_until=row.stays_until,
        held=bool(row.held),
    )


def _lot_of(session: Session, sides: Sequence[Side]) -> Lot:
    filings = {side.page.filing_id for side in sides} - {None}
    receipts = session.scalars(
        select(Filing.receipt_number).where(Filing.id.in_(filings)).order_by(Filing.id)
    ).all()
    return Lot(
        bundle=sides[0].bundle,
        received_on=sides[0].received_on,
        sheets=sheets_of(sides),
        receipts=tuple(receipts),
        files=tuple(file.name for file in files_of(session, sides)),
    )


def _lot(words: str) -> bytes:
    return hashlib.sha256(words.encode()).digest()
