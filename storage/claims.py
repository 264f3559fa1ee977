"""What it means to hold a row of work: the claim, its fence, and who may take it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BindParameter, ColumnElement, and_, or_, text

from storage.tables import Work

# Written out, not a parameter: only then can the partial indexes serve it.
IS_OPEN = text("state = 'open'")


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work on one thing until the lease ends.

    Attributes:
        fence: counts up with every change of hands; results carry it.
        trace: the span in which it was asked for, where spans are traced.
        attempts: how often it was handed out, this time included.
    """

    id: int
    kind: str
    subject: int
    site: str
    fence: int
    attempts: int
    lease_until: datetime
    leased_by: str
    trace: str | None = None


def claim_on(row: Work) -> Claim:
    """The claim of whoever holds the row now."""
    if row.lease_until is None or row.leased_by is None:
        raise ValueError(f"work {row.id} is not leased")
    return Claim(
        id=row.id,
        kind=row.kind,
        subject=row.subject,
        site=row.site,
        fence=row.fence,
        attempts=row.attempts,
        lease_until=row.lease_until,
        leased_by=row.leased_by,
        trace=row.trace,
    )


def let_go(row: Work) -> None:
    """Take the row out of its holder's hands."""
    # A fence of its own for "nobody" makes every claim given out before stale.
    row.fence += 1
    row.lease_until = None
    row.leased_at = None
    row.leased_by = None


def free(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Open, due, and in nobody's hands at this moment."""
    return and_(IS_OPEN, Work.due_at <= now, unheld(now))


def unheld(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Nobody has a lease, or it ran out."""
    return or_(Work.lease_until.is_(None), Work.lease_until < now)
