"""Finishing an entry: out of review, to whoever approves it, and back again."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from kamizero.model import Role
from review import queue
from review.acts import Act
from review.effort import record_effort
from review.hand import Hand
from review.parking import close_questions
from review.routing import follow_head
from review.transitions import move
from storage import work
from storage.tables import Entry, Filing

Recheck = Callable[[Session, Filing], None]
"""Runs the rules again over what is now decided, and rewrites the findings."""


def finish(session: Session, *, hand: Hand, recheck: Recheck) -> None:
    """Give the entry to the approver: all is settled, and the rules agree again.

    Raises:
        NotSettledError: `points` names what is still open.
    """
    hand.reach(session, Act.FINISH)
    recheck(session, hand.entry.filing)
    hand.move(session, Act.FINISH)
    hand.entry.reasons = queue.when_finished(hand.entry.reasons)
    record_effort(session, hand)
    close_questions(session, hand.entry, actor=hand.actor, now=hand.now)
    work.finish(session, hand.claim, now=hand.now)
    follow_head(session, hand.entry.filing, now=hand.now)


def pull_back(
    session: Session, *, entry: Entry, actor: str, role: Role, now: datetime
) -> None:
    """Take an entry back into review before it is approved (引戻し)."""
    move(session, entry, Act.PULL_BACK, actor=actor, role=role, now=now)
    entry.reasons = queue.pulled_back(entry.reasons)
    queue.put_in_queue(session, entry, now=now)
