"""Which trace a filing is in: the one that the last work asked for it was in."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero import traces
from storage.tables import AuditEvent, Entry, Work

# Kinds of work whose subject is a filing.
_OF_FILINGS = ("read", "check")


def trace_of_filing(session: Session, filing_id: int) -> str | None:
    """What the next span about the filing has as its parent."""
    if not traces.is_on():
        return None
    return session.scalar(
        select(Work.trace)
        .where(Work.kind.in_(_OF_FILINGS), Work.subject == filing_id)
        .where(Work.trace.is_not(None))
        .order_by(Work.id.desc())
        .limit(1)
    )


def trace_of_event(session: Session, event: AuditEvent) -> str | None:
    """The same of the filing or the entry that an event is about."""
    if not traces.is_on() or event.subject_kind not in ("filing", "entry"):
        return None
    if event.subject_kind == "filing":
        return trace_of_filing(session, int(event.subject_id))
    entry = session.get(Entry, int(event.subject_id))
    return trace_of_filing(session, entry.filing_id) if entry else None
