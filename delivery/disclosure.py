"""A copy for one person (開示): what is theirs on the papers, all else blacked out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from kamizero.errors import ConflictError, MissingError
from kamizero.model import Box, PageKind
from storage import audit
from storage.tables import HEAD, Arrival, Entry, Field, Filing, FilingStep, Page

MADE = "disclosure.made"

# Labels and what was written a little beside its box belong to it.
_AROUND_MM = 5.0


@dataclass(frozen=True, slots=True)
class DisclosedPage:
    """One page and the areas (px) that are blacked out on it."""

    page: Page
    covered: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Disclosure:
    """The pages that show the person; `left_out` are those on which nobody looked."""

    entry: Entry
    pages: Sequence[DisclosedPage]
    left_out: int


def disclosure(session: Session, receipt_number: str, n: int) -> Disclosure:
    """What is disclosed to the person of line `n` of a filing.

    Shown are the head of the form and the person's own line; margins, other lines and
    papers that are no form of ours are not.

    Raises:
        MissingError: there is no such filing or line.
        ConflictError: it is not read yet, so nobody knows where anybody stands.
    """
    filing = session.scalars(
        select(Filing).where(Filing.receipt_number == receipt_number)
    ).one_or_none()
    if filing is None:
        raise MissingError(f"No filing has the receipt number {receipt_number}.")
    if filing.step in (FilingStep.READING, FilingStep.FAILED):
        raise ConflictError(
            f"Filing {receipt_number} was not read: where each person stands on it is "
            "not known. Black out a print by hand."
        )
    pages = _pages(session, filing)
    shown = [page for page in pages if page.kind == PageKind.FORM]
    return Disclosure(
        entry=_entry(session, filing, n),
        pages=[DisclosedPage(page, _covered(session, page, n)) for page in shown],
        left_out=len(pages) - len(shown),
    )


def record_disclosure(
    session: Session, made: Disclosure, *, sha256: str, actor: str, now: datetime
) -> None:
    """Leave the trace of a copy, in the transaction before it is handed out."""
    audit.record(
        session,
        actor=actor,
        act=MADE,
        subject_kind="entry",
        subject_id=made.entry.id,
        now=now,
        body={"pages": [one.page.id for one in made.pages], "copy": sha256},
    )


def all_but(width: float, height: float, shown: Iterable[Box]) -> Iterator[Box]:
    """Areas that cover a page except for the shown ones."""
    areas = list(shown)
    sides = {0.0, height}
    for area in areas:
        sides |= {max(area.y, 0.0), min(area.bottom, height)}
    rows = sorted(sides)
    for top, bottom in pairwise(rows):
        left = 0.0
        there = [one for one in areas if one.y < bottom and one.bottom > top]
        for area in sorted(there, key=lambda one: one.x):
            if area.x > left:
                yield Box(left, top, area.x - left, bottom - top)
            left = max(left, area.right)
        if left < width:
            yield Box(left, top, width - left, bottom - top)


def _pages(session: Session, filing: Filing) -> Sequence[Page]:
    return session.scalars(
        select(Page)
        .where(Page.filing_id == filing.id)
        .options(joinedload(Page.arrival).joinedload(Arrival.original))
        .order_by(Page.position, Page.arrival_id, Page.number)
    ).all()


def _entry(session: Session, filing: Filing, n: int) -> Entry:
    entries = select(Entry).where(Entry.filing_id == filing.id, Entry.n == n)
    found = session.scalars(entries.order_by(Entry.version.desc())).first()
    if found is None:
        raise MissingError(f"Filing {filing.receipt_number} has no line {n}.")
    return found


def _covered(session: Session, page: Page, n: int) -> tuple[Box, ...]:
    fields = session.scalars(
        select(Field).where(Field.page_id == page.id, Field.entry_n.in_([HEAD, n]))
    ).all()
    around = _AROUND_MM / 25.4 * page.dpi
    others = _around_others(session, page, n)
    shown = []
    for number in (HEAD, n):
        boxes = [Box(*one.box_px) for one in fields if one.entry_n == number]
        if boxes:
            shown.append(_hull(boxes, around))
    # What is shown of a neighbour's line by the margin around one's own is not.
    return (*all_but(page.width_px, page.height_px, shown), *others)


def _around_others(session: Session, page: Page, n: int) -> Iterator[Box]:
    others = select(Field).where(
        Field.page_id == page.id, Field.entry_n.not_in([HEAD, n])
    )
    return (Box(*one.box_px) for one in session.scalars(others).all())


def _hull(boxes: Sequence[Box], around: float) -> Box:
    left = min(box.x for box in boxes) - around
    top = min(box.y for box in boxes) - around
    right = max(box.right for box in boxes) + around
    bottom = max(box.bottom for box in boxes) + around
    left, top = max(left, 0.0), max(top, 0.0)
    return Box(left, top, right - left, bottom - top)
