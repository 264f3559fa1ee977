"""Originals: the bytes first, the row second."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage import audit
from storage.insertion import insert_once
from storage.interfaces import Kept, ObjectStore
from storage.tables import Original

ORIGINALS = "originals"
ORIGINAL = "original"
KEPT = "original.kept"
# What an event about an original says of how long it must be kept. Whatever promises
# a longer time says it so, and verification holds the row against the latest.
UNTIL = "until"


def keep(store: ObjectStore, data: bytes, *, retain_until: datetime) -> Kept:
    """Store the bytes as received, before any row names them."""
    return store.put(data, prefix=ORIGINALS, retain_until=retain_until)


def original_row(
    session: Session,
    kept: Kept,
    *,
    media_type: str,
    now: datetime,
    legal_medium: str = "paper",
) -> Original:
    """The row of these bytes, which is there once however often they come.

    A new one is written down as an event too, so that a row somebody removes by hand
    is missed.
    """
    is_new = insert_once(
        session,
        Original,
        sha256=kept.sha256,
        size=kept.size,
        media_type=media_type,
        store_key=kept.key,
        store_version=kept.version,
        stored_at=now,
        retain_until=kept.retain_until,
        legal_medium=legal_medium,
    )
    # Locked, so that the same bytes in two jobs at once see each other's arrival: only
    # the first is identified.
    same = select(Original).where(Original.sha256 == kept.sha256)
    row = session.scalars(same.with_for_update()).one()
    if is_new:
        audit.record(
            session,
            actor="intake",
            act=KEPT,
            subject_kind=ORIGINAL,
            subject_id=kept.sha256,
            now=now,
            body={"size": kept.size, UNTIL: kept.retain_until.isoformat()},
        )
    return row


def read_original(store: ObjectStore, original: Original) -> bytes:
    """The bytes as received, hashed again. Raises TamperedError, MissingError."""
    return store.read(
        original.store_key, version=original.store_version, sha256=original.sha256
    )
