"""Paper that went since a backup was made stays gone: its box is closed again.

Nothing that kept the box then may keep it now; what the certificate says happened. The
database takes that from a restore alone.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import rfc8785
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from storage import audit
from storage.database import Database
from storage.interfaces import Kept, ObjectStore
from storage.retention import boxes
from storage.retention.destruction import CERTIFICATE_RETENTION, CERTIFICATES
from storage.retention.paper import DESTROYED
from storage.tables import (
    PAPER_IN_BOX,
    DisposalState,
    DisposedPaper,
    Page,
    PaperBox,
    PaperDisposal,
    SheetAct,
    SheetMove,
)

Told = Mapping[str, Any]
"""What the certificate of a box says."""

_OPEN = (DisposalState.PROPOSED, DisposalState.APPROVED)


def is_of_paper(told: Told) -> bool:
    return "paper_disposal" in told


def close_again(
    database: Database,
    store: ObjectStore,
    told: Told,
    *,
    reason: str,
    by: str,
    now: datetime,
) -> bool:
    """Say again that a box is gone; False where the rows know it, or nothing of it."""
    with database.look() as session:
        box = boxes.box_called(session, told["site"], told["box"]["code"])
        known = _known(session, told)
    if (box is None and not known) or (box is not None and box.gone_at is not None):
        return False
    data = _certificate(told, known)
    kept = store.put(
        data, prefix=CERTIFICATES, retain_until=now + CERTIFICATE_RETENTION
    )
    with database.begin() as session:
        box = _box(session, told, by=by, now=now)
        _withdraw_others(session, box, known, by=by, now=now)
        _lay_as_told(session, box, known, reason=reason, by=by, now=now)
        _close(session, box, told, known, kept, reason=reason, by=by, now=now)
    return True


def _known(session: Session, told: Told) -> Sequence[int]:
    """The pages of the certificate that the backup has; it may be older than some."""
    return session.scalars(
        select(Page.id)
        .where(Page.id.in_(told["pages"]), Page.bundle_id.is_not(None))
        .order_by(Page.id)
    ).all()


def _certificate(told: Told, known: Sequence[int]) -> bytes:
    """The same again, or one of its own where the backup does not know every page."""
    data = rfc8785.dumps(dict(told))
    if list(known) == sorted(told["pages"]):
        return data
    first = hashlib.sha256(data).hexdigest()
    return rfc8785.dumps({**told, "pages": list(known), "certificate": first})


def _box(session: Session, told: Told, *, by: str, now: datetime) -> PaperBox:
    site, said = told["site"], told["box"]
    found = boxes.box_called(session, site, said["code"])
    if found is None:
        found = PaperBox(
            site=site, code=said["code"], place=said["place"], made_at=now, made_by=by
        )
        session.add(found)
        session.flush()
    return found


def _withdraw_others(
    session: Session, box: PaperBox, pages: Sequence[int], *, by: str, now: datetime
) -> None:
    """Proposals of the time of the backup, of this box and of where its paper lay."""
    view = PAPER_IN_BOX.c
    lay_in = select(view.paper_box_id).where(view.page_id.in_(pages))
    session.execute(
        update(PaperDisposal)
        .where(
            (PaperDisposal.paper_box_id == box.id)
            | PaperDisposal.paper_box_id.in_(lay_in),
            PaperDisposal.state.in_(_OPEN),
        )
        .values(state=DisposalState.WITHDRAWN, withdrawn_by=by, withdrawn_at=now)
    )


def _lay_as_told(
    session: Session,
    box: PaperBox,
    pages: Sequence[int],
    *,
    reason: str,
    by: str,
    now: datetime,
) -> None:
    """Let what is gone lie in the box, and nothing else: that was taken out before."""
    there = {side.page.id: side.bundle.id for side in boxes.sides_in(session, box)}
    found = session.execute(select(Page.id, Page.bundle_id).where(Page.id.in_(pages)))
    wanted = {page: bundle for page, bundle in found}
    bundles = {**wanted, **there}
    session.add_all(
        SheetMove(
            page_id=page,
            bundle_id=bundles[page],
            act=SheetAct.MOVED if page in wanted else SheetAct.OUT,
            paper_box_id=box.id if page in wanted else None,
            reason=reason,
            at=now,
            by=by,
        )
        for page in sorted(wanted.keys() ^ there.keys())
    )
    session.flush()


def _close(
    session: Session,
    box: PaperBox,
    told: Told,
    pages: Sequence[int],
    kept: Kept,
    *,
    reason: str,
    by: str,
    now: datetime,
) -> None:
    proposed, approved, done = told["proposed"], told["approved"], told["destroyed"]
    found = PaperDisposal(
        site=box.site,
        paper_box_id=box.id,
        state=DisposalState.DESTROYED,
        reason=reason,
        proposed_by=proposed["by"],
        proposed_at=datetime.fromisoformat(proposed["at"]),
        approved_by=approved["by"],
        approved_at=datetime.fromisoformat(approved["at"]),
        list_sha256=told["list_sha256"],
        way=done["way"],
        destroyed_by=done["by"],
        destroyed_at=datetime.fromisoformat(done["at"]),
        certificate_sha256=kept.sha256,
        store_key=kept.key,
        store_version=kept.version,
    )
    session.add(found)
    session.flush()
    session.add_all(
        DisposedPaper(
            disposal_id=found.id,
            page_id=side.page.id,
            bundle_id=side.bundle.id,
            original_id=side.original_id,
        )
        for side in boxes.sides_in(session, box)
        if side.page.id in set(pages)
    )
    box.gone_at = found.destroyed_at
    session.flush()
    audit.record(
        session,
        actor=by,
        act=DESTROYED,
        subject_kind="paper_disposal",
        subject_id=found.id,
        now=now,
        body={"box": box.id, "certificate": kept.sha256},
    )
