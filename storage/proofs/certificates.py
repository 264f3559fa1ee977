"""What was destroyed was agreed on, certified, and is an event; the rest is missing."""

import json
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from kamizero.errors import MissingError, StoreError, TamperedError
from storage.database import Database
from storage.interfaces import ObjectStore
from storage.proofs.report import MISSING, Tally, path_in
from storage.retention.destruction import BEGUN, DESTROYED
from storage.tables import AuditEvent, Destruction, DestructionState, DoomedOriginal

KIND = "certificate"


def prove(
    database: Database, store: ObjectStore, tally: Tally
) -> Mapping[int, DoomedOriginal]:
    """Check every certificate; return the originals whose bytes may be gone.

    Whoever writes into the database alone can claim a destruction, but neither its
    event in the chain nor its certificate in the store.
    """
    tally.count(KIND, 0)
    with database.look() as session:
        begun = session.scalars(
            select(DoomedOriginal).where(DoomedOriginal.begun_at.is_not(None))
        ).all()
        written = {act: set(_sha256(session, act)) for act in (BEGUN, DESTROYED)}
        done = session.scalars(
            select(Destruction)
            .options(selectinload(Destruction.originals))
            .where(Destruction.state == DestructionState.DESTROYED)
            .order_by(Destruction.id)
        ).all()
    for one in done:
        tally.count(KIND)
        _check(one, store, tally)
    for doomed in begun:
        claimed = [BEGUN] if doomed.destroyed_at is None else [BEGUN, DESTROYED]
        for act in claimed:
            if doomed.sha256 not in written[act]:
                tally.differs(KIND, doomed.sha256, expected=act, found=MISSING)
    return {one.original_id: one for one in begun}


def _check(one: Destruction, store: ObjectStore, tally: Tally) -> None:
    key = one.store_key or ""

    def differs(found: str) -> None:
        tally.differs(
            KIND,
            one.id,
            expected=one.certificate_sha256 or "",
            found=found,
            path=path_in(store, key),
        )

    try:
        data = store.read(
            key, version=one.store_version or "", sha256=one.certificate_sha256 or ""
        )
    except MissingError:
        return differs(MISSING)
    except TamperedError as error:
        return differs(error.found or "changed")
    except StoreError:
        return differs("unreadable")
    named = sorted(original["sha256"] for original in json.loads(data)["originals"])
    if named != sorted(original.sha256 for original in one.originals):
        differs("other originals")
    return None


def _sha256(session: Session, act: str) -> Sequence[str]:
    return session.scalars(
        select(AuditEvent.subject_id).where(
            AuditEvent.act == act, AuditEvent.subject_kind == "original"
        )
    ).all()
