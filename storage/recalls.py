"""Where a recall stands: which version of an entry follows which, and with what."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.tables import Entry, FieldVersion, Purpose, Recall, RecallState

# The events that an entry was approved, and that a later version took its place.
APPROVED, CORRECTED = "entry.approve", "entry.correct"


def recall_into(session: Session, entry: Entry) -> Recall | None:
    """The recall this version came of; None for a first version."""
    if entry.version == 1:
        return None
    return session.scalars(
        select(Recall).where(Recall.new_entry_id == entry.id)
    ).one_or_none()


def proposed_versions(session: Session, entry: Entry) -> dict[int, FieldVersion]:
    """By field what a version under way will say otherwise than what is in force."""
    recall = recall_into(session, entry)
    if recall is None or recall.state != RecallState.PROPOSED:
        return {}
    return {one.field_id: one.version for one in recall.changes}


def point(recall: Recall) -> None:
    """Let the fields say what the recall wrote for them."""
    for one in recall.changes:
        if one.version.purpose == Purpose.AS_DECIDED:
            one.field.as_decided = one.version
        else:
            one.field.as_written = one.version
            # What was decided rested on what was written wrongly.
            one.field.as_decided = None


def drop(session: Session, entry: Entry, *, now: datetime) -> None:
    """The version was not approved: what is in force stays so."""
    recall = recall_into(session, entry)
    if recall is not None and recall.state == RecallState.PROPOSED:
        recall.state, recall.ended_at = RecallState.DROPPED, now
