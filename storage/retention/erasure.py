"""What else goes with an original: the values read from it, and words about it.

Versions, commitments, manifests and events stay and still verify: they hold nothing
that anybody wrote.
"""

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from storage.tables import (
    AnswerLine,
    Arrival,
    Delivery,
    Entry,
    Field,
    FieldValue,
    FieldVersion,
    FindingRow,
    HostRefusal,
    Page,
    Question,
    ReturnSlip,
)


def erase_content(session: Session, original_id: int) -> int:
    """Remove what the pages of an original said; return how many values it was."""
    pages = (
        select(Page.id)
        .join(Arrival, Arrival.id == Page.arrival_id)
        .where(Arrival.original_id == original_id)
    )
    versions = (
        select(FieldVersion.id)
        .join(Field, Field.id == FieldVersion.field_id)
        .where(Field.page_id.in_(pages))
    )
    values = session.scalar(
        select(func.count()).where(FieldValue.version_id.in_(versions))
    )
    session.execute(delete(FieldValue).where(FieldValue.version_id.in_(versions)))
    filings = select(Page.filing_id).where(
        Page.id.in_(pages), Page.filing_id.is_not(None)
    )
    entries = select(Entry.id).where(Entry.filing_id.in_(filings))
    session.execute(delete(FindingRow).where(FindingRow.filing_id.in_(filings)))
    session.execute(
        update(Question)
        .where(Question.entry_id.in_(entries))
        .values(asked_of="", note="", answer=None)
    )
    session.execute(
        update(ReturnSlip).where(ReturnSlip.entry_id.in_(entries)).values(reason="")
    )
    deliveries = select(Delivery.id).where(Delivery.entry_id.in_(entries))
    session.execute(
        update(HostRefusal)
        .where(HostRefusal.delivery_id.in_(deliveries))
        .values(message="")
    )
    session.execute(
        update(AnswerLine).where(AnswerLine.delivery_id.in_(deliveries)).values(said={})
    )
    session.execute(update(Page).where(Page.id.in_(pages)).values(fingerprint=None))
    # What a sender calls a file may be a person's name.
    session.execute(
        update(Arrival).where(Arrival.original_id == original_id).values(source="")
    )
    return values or 0
