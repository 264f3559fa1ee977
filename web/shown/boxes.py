"""Boxes of paper as pages show them, and the list that goes with one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.box_list import ListedBundle, PrintedList
from kamizero.model import Role
from kamizero.tokyo import business_date
from review.sorting import boxes as acts
from storage.retention import boxes, paper
from storage.retention.boxes import Lot, Mark, Reason, Side
from storage.tables import (
    BoxCheck,
    DisposalState,
    PaperBox,
    PaperDisposal,
    SheetMove,
)
from web.language import Texts

# What a line of the list names before it says how many there are besides.
_MOST_NAMED = 3
# The list and the certificate are documents of the office, which are in Japanese.
_LANGUAGE = "ja"


class BoxState(StrEnum):
    """How near a box is to its end."""

    KEPT = "kept"
    FREE = "free"
    PROPOSED = "proposed"
    APPROVED = "approved"
    GONE = "destroyed"


@dataclass(frozen=True, slots=True)
class BoxLine:
    """One box of the list; `until` is the last day that papers in it wait."""

    box: PaperBox
    bundles: int
    sides: int
    until: date | None
    state: BoxState
    disposal: PaperDisposal | None


@dataclass(frozen=True, slots=True)
class BoxView:
    """One box with everything in it."""

    box: PaperBox
    lots: Sequence[Lot]
    sides: Sequence[Side]
    sheets: int
    keeps: Sequence[Reason]
    to_check: Sequence[Side]
    checks: Sequence[BoxCheck]
    moves: Sequence[SheetMove]
    disposal: PaperDisposal | None


@dataclass(frozen=True, slots=True)
class DisposalView:
    """A proposal to destroy a box, or what it became."""

    row: PaperDisposal
    lots: Sequence[Lot]
    sheets: int
    keeps: Sequence[Reason]
    approver: Role


def box_lines(
    session: Session, *, after: Mark | None, limit: int, now: datetime
) -> list[BoxLine]:
    """One page of the boxes, those that are still there first."""
    page = boxes.boxes_behind(session, after, limit=limit)
    contents = boxes.counted(session, page, today=business_date(now))
    proposals = {
        one.paper_box_id: one
        for one in session.scalars(
            select(PaperDisposal).where(
                PaperDisposal.state != DisposalState.WITHDRAWN,
                PaperDisposal.paper_box_id.in_([box.id for box in page]),
            )
        )
    }
    return [
        _line(session, box, contents.get(box.id), proposals.get(box.id)) for box in page
    ]


def box_view(session: Session, box_id: int, *, now: datetime) -> BoxView:
    """Raises MissingError."""
    box = boxes.box_of(session, box_id)
    sides = boxes.sides_in(session, box)
    return BoxView(
        box=box,
        lots=boxes.lots_in(session, sides),
        sides=sides,
        sheets=boxes.sheets_of(sides),
        keeps=boxes.what_keeps(session, box, sides, now=now),
        to_check=boxes.to_check(session, box, sides),
        checks=session.scalars(
            select(BoxCheck)
            .where(BoxCheck.paper_box_id == box.id)
            .order_by(BoxCheck.id.desc())
        ).all(),
        moves=acts.moves_of(session, box),
        disposal=boxes.open_disposal(session, box),
    )


def disposal_view(session: Session, disposal_id: int, *, now: datetime) -> DisposalView:
    """Raises MissingError."""
    row = paper.disposal_of(session, disposal_id)
    sides = boxes.sides_in(session, row.box)
    is_over = row.state in (DisposalState.DESTROYED, DisposalState.WITHDRAWN)
    return DisposalView(
        row=row,
        lots=boxes.lots_in(session, sides),
        sheets=boxes.sheets_of(sides),
        keeps=[] if is_over else boxes.what_keeps(session, row.box, sides, now=now),
        approver=paper.approver_of(session, row),
    )


def open_disposals(session: Session) -> Sequence[PaperDisposal]:
    """What waits for somebody."""
    waits = (DisposalState.PROPOSED, DisposalState.APPROVED)
    return session.scalars(
        select(PaperDisposal)
        .where(PaperDisposal.state.in_(waits))
        .order_by(PaperDisposal.id)
    ).all()


def printed_list(
    session: Session,
    found: PaperDisposal,
    sides: Sequence[Side],
    *,
    texts: Texts,
    by: str,
    now: datetime,
) -> PrintedList:
    """The list of a box as it is printed now."""

    def say(key: str, **values: object) -> str:
        return texts.say(f"boxlist.{key}", _LANGUAGE, **values)

    approved = business_date(found.approved_at or now)
    head = [
        (say("box"), f"{found.box.code}　{found.box.place}　{found.site}"),
        (say("sheets"), say("counted", n=boxes.sheets_of(sides))),
        (say("reason"), found.reason),
        (say("proposed"), _who(found.proposed_by, business_date(found.proposed_at))),
        (say("approved"), _who(found.approved_by or "", approved)),
        (say("printed"), _who(by, business_date(now))),
    ]
    return PrintedList(
        title=say("title", n=found.id),
        head=head,
        columns=[
            say(f"column_{name}")
            for name in ("n", "bundle", "received", "sheets", "receipts", "file")
        ],
        bundles=[_listed(lot) for lot in boxes.lots_in(session, sides)],
        code=f"kamizero:paper:{found.id}",
        foot=say("foot"),
    )


def _who(name: str, day: date) -> str:
    return f"{name}　{day}"


def _listed(lot: Lot) -> ListedBundle:
    return ListedBundle(
        number=lot.bundle.number or f"#{lot.bundle.id}",
        received_on=f"{lot.received_on}",
        sheets=f"{lot.sheets}",
        receipts=_named(lot.receipts),
        files=_named(lot.files),
    )


def _named(words: Sequence[str]) -> str:
    more = len(words) - _MOST_NAMED
    first = "、".join(words[:_MOST_NAMED])
    return f"{first} ほか{more}件" if more > 0 else first or "–"


def _line(
    session: Session,
    box: PaperBox,
    inside: boxes.Counted | None,
    disposal: PaperDisposal | None,
) -> BoxLine:
    if disposal is not None:
        state = BoxState(disposal.state)
    else:
        is_free = inside is not None and not inside.kept
        is_free = is_free and boxes.is_checked(session, box)
        state = BoxState.FREE if is_free else BoxState.KEPT
    return BoxLine(
        box=box,
        bundles=inside.bundles if inside else 0,
        sides=inside.sides if inside else 0,
        until=inside.until if inside else None,
        state=state,
        disposal=disposal,
    )
