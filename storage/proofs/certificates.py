"""What was destroyed was agreed on, certified, and is an event; the rest is missing."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from kamizero.errors import MissingError, StoreError, TamperedError
from storage.database import Database
from storage.interfaces import ObjectStore
from storage.proofs.report import MISSING, Tally, path_in
from storage.retention.destruction import BEGUN, DESTROYED
from storage.retention.paper import DESTROYED as PAPER_DESTROYED
from storage.retention.transfer import RECEIVED
from storage.tables import (
    AuditEvent,
    Destruction,
    DestructionState,
    DisposalState,
    DoomedOriginal,
    Measure,
    PaperDisposal,
)

KIND = "certificate"
PAPER = "paper_certificate"


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
            .options(
                selectinload(Destruction.originals),
                selectinload(Destruction.record_file),
            )
            .where(Destruction.state == DestructionState.DESTROYED)
            .order_by(Destruction.id)
        ).all()
        received = {
            body["file"]
            for body in session.scalars(
                select(AuditEvent.body).where(AuditEvent.act == RECEIVED)
            )
        }
    for one in done:
        tally.count(KIND)
        _check(one, store, tally)
        file = one.record_file
        if file and file.measure == Measure.TRANSFER and file.id not in received:
            tally.differs(KIND, one.id, expected=RECEIVED, found=MISSING)
    for doomed in begun:
        claimed = [BEGUN] if doomed.destroyed_at is None else [BEGUN, DESTROYED]
        for act in claimed:
            if doomed.sha256 not in written[act]:
                tally.differs(KIND, doomed.sha256, expected=act, found=MISSING)
    return {one.original_id: one for one in begun}


def prove_paper(database: Database, store: ObjectStore, tally: Tally) -> None:
    """Check what certifies that paper is gone, which nobody can look for any more."""
    tally.count(PAPER, 0)
    with database.look() as session:
        done = session.scalars(
            select(PaperDisposal)
            .options(selectinload(PaperDisposal.papers))
            .where(PaperDisposal.state == DisposalState.DESTROYED)
            .order_by(PaperDisposal.id)
        ).all()
        written = set(
            session.scalars(
                select(AuditEvent.subject_id).where(
                    AuditEvent.act == PAPER_DESTROYED,
                    AuditEvent.subject_kind == "paper_disposal",
                )
            )
        )
    for one in done:
        tally.count(PAPER)
        body = _body(PAPER, one, store, tally)
        pages = sorted(page.page_id for page in one.papers)
        if body is not None and sorted(body["pages"]) != pages:
            _differs(PAPER, one, store, tally, "other papers")
        if str(one.id) not in written:
            tally.differs(PAPER, one.id, expected=PAPER_DESTROYED, found=MISSING)


def _check(one: Destruction, store: ObjectStore, tally: Tally) -> None:
    body = _body(KIND, one, store, tally)
    if body is None:
        return
    named = sorted(original["sha256"] for original in body["originals"])
    if named != sorted(original.sha256 for original in one.originals):
        _differs(KIND, one, store, tally, "other originals")


class _Certified(Protocol):
    """A row that names its certificate."""

    id: Any
    certificate_sha256: Any
    store_key: Any
    store_version: Any


def _body(
    kind: str, one: _Certified, store: ObjectStore, tally: Tally
) -> Mapping[str, Any] | None:
    """What the certificate says; None where it cannot be read, which is told."""
    try:
        data = store.read(
            one.store_key or "",
            version=one.store_version or "",
            sha256=one.certificate_sha256 or "",
        )
    except MissingError:
        _differs(kind, one, store, tally, MISSING)
    except TamperedError as error:
        _differs(kind, one, store, tally, error.found or "changed")
    except StoreError:
        _differs(kind, one, store, tally, "unreadable")
    else:
        body: Mapping[str, Any] = json.loads(data)
        return body
    return None


def _differs(
    kind: str, one: _Certified, store: ObjectStore, tally: Tally, found: str
) -> None:
    tally.differs(
        kind,
        one.id,
        expected=one.certificate_sha256 or "",
        found=found,
        path=path_in(store, one.store_key or ""),
    )


def _sha256(session: Session, act: str) -> Sequence[str]:
    return session.scalars(
        select(AuditEvent.subject_id).where(
            AuditEvent.act == act, AuditEvent.subject_kind == "original"
        )
    ).all()
