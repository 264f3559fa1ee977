"""Nothing goes by a clock that was set back: nobody knows what else it says."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kamizero.errors import ConflictError
from storage.tables import AuditEvent

# A clock that was set back this far says nothing about time any more.
_MOST_BACK = timedelta(minutes=5)


def demand_clock(session: Session, now: datetime) -> None:
    """Raise ConflictError where something happened later than it is now."""
    latest = session.scalar(select(func.max(AuditEvent.at)))
    if latest is not None and now < latest - _MOST_BACK:
        raise ConflictError(
            f"The clock says {now:%Y-%m-%d %H:%M} UTC, but something happened at "
            f"{latest:%Y-%m-%d %H:%M} already. Set the clock right first."
        )
