"""Judging an application: each point is ticked with the page it rests on (審査)."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from forms.definition import FormDefinition
from kamizero.errors import MissingError
from review.acts import Act
from review.hand import Hand
from storage.tables import Entry, Judgement, Page

_OF_ENTRY = (
    select(Judgement)
    .where(Judgement.entry_id == bindparam("entry_id"))
    .order_by(Judgement.id)
)


def lay_out(session: Session, entry: Entry, definition: FormDefinition) -> None:
    """Open the points of the form for an entry; those that are there stay."""
    for point in definition.judgement:
        known = select(Judgement.id).where(
            Judgement.entry_id == entry.id, Judgement.point == point.id
        )
        if session.scalar(known) is None:
            session.add(Judgement(entry_id=entry.id, point=point.id))
    session.flush()


def judgements_of(session: Session, entry: Entry) -> Sequence[Judgement]:
    """The points of an entry, in the order of the form."""
    return session.scalars(_OF_ENTRY, {"entry_id": entry.id}).all()


def judge(
    session: Session, *, hand: Hand, point: str, page_id: int | None
) -> Judgement:
    """Tick a point with the page it rests on; without a page, open it again.

    Raises:
        MissingError: the entry has no such point, or its filing no such page.
    """
    hand.reach(session, Act.JUDGE)
    found = session.scalar(
        select(Judgement).where(
            Judgement.entry_id == hand.entry.id, Judgement.point == point
        )
    )
    if found is None:
        raise MissingError(f"Entry {hand.entry.n} has no point {point} to judge.")
    if page_id is not None:
        page = session.get(Page, page_id)
        if page is None or page.filing_id != hand.entry.filing_id:
            raise MissingError(f"The filing has no page {page_id}.")
    found.page_id = page_id
    found.judged_by = None if page_id is None else hand.actor
    found.judged_at = None if page_id is None else hand.now
    session.flush()
    hand.move(session, Act.JUDGE, about={"point": point, "page": page_id})
    return found
