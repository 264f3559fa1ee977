"""How long an entry was in somebody's hands: counted for the office, not per person."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from review.hand import Hand
from storage.clocks import office_day
from storage.tables import HEAD, Effort, Field, FieldVersion, Work

# A longer time without an act was spent on something else.
LONGEST_THOUGHT = timedelta(minutes=2)


def record_effort(session: Session, hand: Hand) -> None:
    """Write down what this person's hold on the entry took, as they finish it."""
    begun = session.get_one(Work, hand.claim.id).leased_at or hand.now
    acts = _acts(session, hand, since=begun)
    session.add(
        Effort(
            entry_id=hand.entry.id,
            site=hand.claim.site,
            form=hand.entry.filing.form,
            day=office_day(hand.now),
            seconds=seconds_of([begun, *(at for _, at in acts), hand.now]),
            fields=len({field for field, _ in acts}),
        )
    )


def seconds_of(moments: Sequence[datetime]) -> int:
    """The time between the moments, none of the steps longer than a thought."""
    ordered = sorted(moments)
    steps = (min(b - a, LONGEST_THOUGHT) for a, b in pairwise(ordered))
    took = sum(steps, timedelta(0))
    return round(took.total_seconds())


def _acts(
    session: Session, hand: Hand, *, since: datetime
) -> Sequence[tuple[int, datetime]]:
    rows = session.execute(
        select(FieldVersion.field_id, FieldVersion.at)
        .join(Field, Field.id == FieldVersion.field_id)
        .where(
            Field.filing_id == hand.entry.filing_id,
            Field.entry_n.in_((HEAD, hand.entry.n)),
            FieldVersion.author == hand.actor,
            FieldVersion.at >= since,
        )
    )
    return [(field, at) for field, at in rows]
