"""The lease a page holds: found again by person and fence at each of its requests."""

from datetime import datetime

from sqlalchemy.orm import Session

from kamizero.errors import MissingError, StaleFenceError
from review import queue
from review.hand import Hand
from review.transitions import held_entry
from storage.tables import Entry
from storage.work import Claim
from web.rooms import Rooms
from web.visitors import Visitor


def fresh_claim(rooms: Rooms, person: str, entry_id: int) -> Claim | None:
    """A new lease on the entry, None where somebody else has it or nothing is to do.

    What this person already holds is taken anew: a page that is loaded again must
    not lose its lease to the farewell of the page before it.
    """
    now = rooms.clock()
    with rooms.database.begin() as session:
        if session.get(Entry, entry_id) is None:
            raise MissingError(f"There is no entry {entry_id}.")
        held = queue.claim_of(session, person, entry_id=entry_id)
        if held is not None:
            queue.release(session, held, now=now)
    return queue.claim(rooms.database, person, entry_id=entry_id, now=now)


def claim_with(session: Session, person: str, *, entry_id: int, fence: int) -> Claim:
    """The lease a page shows. Raises StaleFenceError where it is another's or gone."""
    held = queue.claim_of(session, person, entry_id=entry_id)
    return _shown(held, entry_id, fence)


def hand_of(
    session: Session, rooms: Rooms, visitor: Visitor, *, entry_id: int, fence: int
) -> Hand:
    """The person at work on the entry, which is theirs alone until the commit.

    Raises:
        StaleFenceError: the lease is another's or gone.
    """
    held = queue.hold_own(session, visitor.name, entry_id=entry_id)
    claim = _shown(held, entry_id, fence)
    entry = held_entry(session, entry_id)
    return Hand(claim=claim, entry=entry, role=visitor.role, now=rooms.clock())


def is_on_desk(session: Session, person: str, *, entry_id: int, now: datetime) -> bool:
    """Tell whether this person works on the entry at this moment."""
    held = queue.claim_of(session, person, entry_id=entry_id)
    return held is not None and held.lease_until >= now


def _shown(held: Claim | None, entry_id: int, fence: int) -> Claim:
    if held is None or held.fence != fence:
        raise StaleFenceError(
            f"Entry {entry_id} is not on this page any more; open it from the queue."
        )
    return held
