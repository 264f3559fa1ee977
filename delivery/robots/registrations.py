"""The rows that say of each begun registration how it came out."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.tables import Delivery, Outcome, Registration


def begin(
    session: Session, row: Delivery, *, fence: int, by: str, now: datetime
) -> Registration:
    """Write down, before the host is touched, that a registration begins."""
    begun = Registration(
        delivery_id=row.id,
        fence=fence,
        by=by,
        begun_at=now,
        outcome=Outcome.UNDER_WAY,
        differs=[],
    )
    session.add(begun)
    # Before anything that stands on it.
    session.flush()
    return begun


def end(
    session: Session,
    row: Delivery,
    outcome: Outcome,
    *,
    now: datetime,
    host_number: str = "",
    code: str = "",
    differs: Sequence[str] = (),
    settled_by: str | None = None,
    begun: tuple[int, str] | None = None,
) -> None:
    """Say how the one that may have happened came out.

    Args:
        begun: fence and name of whoever ends one that was not begun.
    """
    found = live(session, row)
    if found is None and begun is not None:
        found = begin(session, row, fence=begun[0], by=begun[1], now=now)
    if found is None:
        return
    found.outcome, found.ended_at = outcome, now
    found.host_number = host_number or found.host_number
    found.code = code or found.code
    found.differs = list(differs) or found.differs
    found.settled_by = settled_by
    session.flush()


def live(session: Session, row: Delivery) -> Registration | None:
    """The one that is under way or in doubt."""
    return session.scalars(
        select(Registration)
        .where(Registration.delivery_id == row.id)
        .where(Registration.outcome.in_((Outcome.UNDER_WAY, Outcome.IN_DOUBT)))
        .with_for_update()
    ).one_or_none()


def of_fence(session: Session, row: Delivery, fence: int) -> Registration | None:
    """What became of the registration that was begun with this fence."""
    return session.scalars(
        select(Registration).where(
            Registration.delivery_id == row.id, Registration.fence == fence
        )
    ).one_or_none()


def latest(session: Session, ids: Sequence[int]) -> dict[int, Registration]:
    """The last one of each of these deliveries that has any."""
    rows = session.scalars(
        select(Registration)
        .where(Registration.delivery_id.in_(ids))
        .order_by(Registration.id)
    )
    return {row.delivery_id: row for row in rows}
