"""Destruction: proposed by one person, approved by another, certified for good.

Bytes go one original at a time. That it begins is committed before the store is asked,
and that it is done only after the store shows that the bytes are gone: whatever stops
half way, no claim is false, and asking again goes on.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import rfc8785
from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from kamizero.errors import ConflictError, ForbiddenError, MissingError
from kamizero.model import Role
from kamizero.tokyo import business_date
from storage import audit
from storage.database import Database
from storage.interfaces import ObjectStore
from storage.retention.clock import demand_clock
from storage.retention.erasure import erase_content
from storage.retention.holds import demand_words, is_held
from storage.retention.record_files import received_on, site_of
from storage.retention.transfer import demand_received
from storage.tables import (
    Destruction,
    DestructionKind,
    DestructionState,
    DoomedOriginal,
    FiledOriginal,
    Measure,
    Original,
    RecordFile,
)

CERTIFICATES = "certificates"
# Longer than anybody may ask what became of a paper.
CERTIFICATE_RETENTION = timedelta(days=30 * 366)
BEGUN = "original.destruction_begun"
DESTROYED = "original.destroyed"


def due_files(session: Session, *, now: datetime) -> Sequence[RecordFile]:
    """Files whose time is over, and which nobody has proposed to destroy yet."""
    proposed = select(Destruction.id).where(
        Destruction.record_file_id == RecordFile.id,
        Destruction.state != DestructionState.WITHDRAWN,
    )
    return session.scalars(
        select(RecordFile)
        .where(
            RecordFile.ends_on < business_date(now),
            RecordFile.destroyed_at.is_(None),
            ~exists(proposed),
        )
        .order_by(RecordFile.ends_on, RecordFile.id)
    ).all()


def propose_file(
    session: Session, file: RecordFile, *, reason: str, by: str, now: datetime
) -> Destruction:
    """Propose that a file whose time is over be destroyed as a whole.

    Raises:
        ConflictError: it is not over, something holds it, or it was proposed already.
    """
    demand_words(reason)
    demand_clock(session, now)
    if file.measure == Measure.TRANSFER:
        demand_received(session, file)
    if file.ends_on >= business_date(now):
        raise ConflictError(f"{file.name} is kept until {file.ends_on}.")
    ids = _ids_in(session, file)
    if not ids:
        raise ConflictError(f"There is nothing in {file.name}.")
    proposal = Destruction(
        site=file.site,
        kind=DestructionKind.FILE,
        record_file_id=file.id,
        reason=reason,
        proposed_by=by,
        proposed_at=now,
    )
    return _propose(session, proposal, ids)


def propose_originals(
    session: Session,
    sha256: Sequence[str],
    *,
    kind: DestructionKind,
    reason: str,
    by: str,
    now: datetime,
) -> Destruction:
    """Propose that what was scanned wrongly, or was never ours, be destroyed.

    It may be approved at once; the bytes go when their short lock ends.

    Raises:
        ConflictError: an original is in a file already, held, or proposed already.
        MissingError: there is no such original.
    """
    demand_words(reason)
    demand_clock(session, now)
    originals = session.scalars(
        select(Original).where(Original.sha256.in_(sha256)).order_by(Original.id)
    ).all()
    if len(originals) < len(set(sha256)):
        raise MissingError("One of these originals is not here. Give whole SHA-256.")
    ids = [original.id for original in originals]
    filed = select(FiledOriginal).where(FiledOriginal.original_id.in_(ids)).limit(1)
    if session.scalar(filed) is not None:
        raise ConflictError("An original of a file goes with its file.")
    sites = {site_of(session, one) for one in ids}
    if len(sites) > 1:
        raise ConflictError("Originals of several sites are proposed site by site.")
    proposal = Destruction(
        site=sites.pop(), kind=kind, reason=reason, proposed_by=by, proposed_at=now
    )
    return _propose(session, proposal, ids)


def approve(
    session: Session, destruction_id: int, *, by: str, role: Role, now: datetime
) -> Destruction:
    """Approve what another person proposed.

    Raises:
        ForbiddenError: it is one's own proposal, or another role approves it.
        ConflictError: it changed since, or something holds it now.
    """
    demand_clock(session, now)
    found = _locked(session, destruction_id)
    _demand_state(found, DestructionState.PROPOSED)
    if found.proposed_by == by:
        raise ForbiddenError("Another person approves what you proposed.")
    if role is not approver_of(found):
        raise ForbiddenError(f"A {approver_of(found)} approves this destruction.")
    ids = [one.original_id for one in found.originals]
    if found.record_file is not None and _ids_in(session, found.record_file) != ids:
        raise ConflictError("The file has changed since. Withdraw and propose it anew.")
    _demand_free(session, ids)
    found.state = DestructionState.APPROVED
    found.approved_by, found.approved_at = by, now
    session.flush()
    _record(session, found, "destruction.approved", by=by, now=now)
    return found


def withdraw(
    session: Session, destruction_id: int, *, by: str, now: datetime
) -> Destruction:
    """Take a proposal back, approved or not, as long as nothing has gone."""
    found = _locked(session, destruction_id)
    if any(one.begun_at for one in found.originals):
        raise ConflictError("The destruction has begun; it can only be finished.")
    if found.state not in (DestructionState.PROPOSED, DestructionState.APPROVED):
        raise ConflictError("This proposal is over already.")
    found.state = DestructionState.WITHDRAWN
    found.withdrawn_by, found.withdrawn_at = by, now
    session.flush()
    for one in found.originals:
        one.void = True
    _record(session, found, "destruction.withdrawn", by=by, now=now)
    return found


def destroy(
    database: Database,
    store: ObjectStore,
    destruction_id: int,
    *,
    by: str,
    clock: Callable[[], datetime],
    forget: Callable[[str], None] = lambda _: None,
) -> Destruction:
    """Destroy what two people agreed on, and write the certificate.

    May be stopped at any moment and asked for again; two at once do it once.

    Args:
        forget: called with the SHA-256 of each original that is gone, to remove what
            was derived from it.

    Raises:
        ConflictError: it is not approved, too early, or held.
        StoreError, ForbiddenError: the store does not let it go; nothing is claimed.
    """
    with database.look() as session:
        found = _found(session, destruction_id)
        if found.state == DestructionState.DESTROYED:
            return found
        _demand_state(found, DestructionState.APPROVED)
        ids = [one.original_id for one in found.originals]
    for original_id in ids:
        _destroy_one(
            database,
            store,
            (destruction_id, original_id),
            by=by,
            clock=clock,
            forget=forget,
        )
    return _certify(database, store, destruction_id, by=by, now=clock())


def certificate_of(found: Destruction, *, by: str) -> bytes:
    """What was destroyed, when and by whom; canonical, without words about people."""
    file = found.record_file
    body: dict[str, Any] = {
        "destruction": found.id,
        "kind": found.kind,
        "site": found.site,
        "proposed": {"by": found.proposed_by, "at": found.proposed_at.isoformat()},
        "approved": {
            "by": found.approved_by,
            "at": found.approved_at.isoformat() if found.approved_at else None,
        },
        "destroyed_by": by,
        "file": file
        and {
            "id": file.id,
            "class": file.class_code,
            "schedule": file.schedule.isoformat(),
            "name": file.name,
            "fiscal_year": file.fiscal_year,
            "starts_on": file.starts_on.isoformat(),
            "ends_on": file.ends_on.isoformat(),
        },
        "originals": [
            {
                "sha256": one.sha256,
                "size": one.size,
                "received_on": one.received_on.isoformat(),
                "destroyed_at": one.destroyed_at.isoformat(),
            }
            for one in found.originals
            if one.destroyed_at is not None
        ],
    }
    return rfc8785.dumps(body)


def approver_of(found: Destruction) -> Role:
    """The role that approves it: what the schedule said when the file was made."""
    if found.record_file is None:
        return Role.RECORDS_MANAGER
    return Role(found.record_file.approver)


def _propose(
    session: Session, proposal: Destruction, ids: Sequence[int]
) -> Destruction:
    _demand_free(session, ids)
    proposal.state = DestructionState.PROPOSED
    session.add(proposal)
    session.flush()
    for original in session.scalars(
        select(Original).where(Original.id.in_(ids)).order_by(Original.id)
    ):
        session.add(
            DoomedOriginal(
                destruction_id=proposal.id,
                original_id=original.id,
                sha256=original.sha256,
                size=original.size,
                received_on=received_on(session, original.id),
            )
        )
    _flush(session, "Its destruction was proposed already.")
    _record(
        session,
        proposal,
        "destruction.proposed",
        by=proposal.proposed_by,
        now=proposal.proposed_at,
    )
    return proposal


def _destroy_one(
    database: Database,
    store: ObjectStore,
    key: tuple[int, int],
    *,
    by: str,
    clock: Callable[[], datetime],
    forget: Callable[[str], None],
) -> None:
    with database.begin() as session:
        doomed = session.get_one(DoomedOriginal, key, with_for_update=True)
        if doomed.destroyed_at is not None:
            return
        original = doomed.original
        now = clock()
        demand_clock(session, now)
        if doomed.begun_at is None:
            _demand_time(session, original, now=now)
            _demand_free(session, [original.id])
            doomed.begun_at = now
            _flush(session, "A hold, its time or its state forbids that it goes now.")
            audit.record(
                session,
                actor=by,
                act=BEGUN,
                subject_kind="original",
                subject_id=original.sha256,
                now=now,
                body={"destruction": doomed.destruction_id},
            )
    # It may be gone: what verification found before, or a call that was cut off.
    with suppress(MissingError):
        store.delete(original.store_key, version=original.store_version)
    forget(original.sha256)
    with database.begin() as session:
        doomed = session.get_one(DoomedOriginal, key, with_for_update=True)
        if doomed.destroyed_at is not None:
            return
        now = clock()
        doomed.destroyed_at = now
        erased = erase_content(session, original.id)
        audit.record(
            session,
            actor=by,
            act=DESTROYED,
            subject_kind="original",
            subject_id=original.sha256,
            now=now,
            body={"destruction": doomed.destruction_id, "values": erased},
        )


def _certify(
    database: Database,
    store: ObjectStore,
    destruction_id: int,
    *,
    by: str,
    now: datetime,
) -> Destruction:
    with database.look() as session:
        data = certificate_of(_found(session, destruction_id), by=by)
    kept = store.put(
        data, prefix=CERTIFICATES, retain_until=now + CERTIFICATE_RETENTION
    )
    with database.begin() as session:
        found = _locked(session, destruction_id)
        if found.state == DestructionState.DESTROYED:
            return _found(session, destruction_id)
        if found.record_file is not None:
            found.record_file.destroyed_at = now
        found.destroyed_by, found.destroyed_at = by, now
        found.certificate_sha256 = kept.sha256
        found.store_key, found.store_version = kept.key, kept.version
        found.state = DestructionState.DESTROYED
        session.flush()
        _record(
            session,
            found,
            "destruction.done",
            by=by,
            now=now,
            certificate=kept.sha256,
        )
        return _found(session, destruction_id)


def _ids_in(session: Session, file: RecordFile) -> list[int]:
    return list(
        session.scalars(
            select(FiledOriginal.original_id)
            .where(FiledOriginal.record_file_id == file.id)
            .order_by(FiledOriginal.original_id)
        )
    )


def _found(session: Session, destruction_id: int) -> Destruction:
    # Used after the session: what it leads to is loaded with it.
    found = session.get(
        Destruction,
        destruction_id,
        options=[
            selectinload(Destruction.originals),
            selectinload(Destruction.record_file),
        ],
        populate_existing=True,
    )
    if found is None:
        raise MissingError(f"There is no proposal {destruction_id}.")
    return found


def _locked(session: Session, destruction_id: int) -> Destruction:
    found = session.get(Destruction, destruction_id, with_for_update=True)
    if found is None:
        raise MissingError(f"There is no proposal {destruction_id}.")
    return found


def _demand_state(found: Destruction, state: DestructionState) -> None:
    if found.state != state:
        raise ConflictError(f"This proposal is {found.state}, not {state}.")


def _demand_free(session: Session, ids: Sequence[int]) -> None:
    held = session.scalars(
        select(Original.sha256)
        .where(Original.id.in_(ids), is_held(Original.id))
        .order_by(Original.id)
    ).all()
    if held:
        raise ConflictError(
            f"A hold is on {len(held)} of these originals; nothing goes before it is "
            "lifted."
        )


def _demand_time(session: Session, original: Original, *, now: datetime) -> None:
    file = session.scalar(
        select(RecordFile)
        .join(FiledOriginal, FiledOriginal.record_file_id == RecordFile.id)
        .where(FiledOriginal.original_id == original.id)
    )
    if now < original.retain_until or (file and business_date(now) <= file.ends_on):
        raise ConflictError(
            f"It is locked until {original.retain_until:%Y-%m-%d %H:%M} UTC; come back "
            "then."
        )


def _flush(session: Session, words: str) -> None:
    """Let the guards of the database speak. Raises ConflictError with the words."""
    try:
        session.flush()
    except IntegrityError as error:
        raise ConflictError(words) from error


def _record(
    session: Session,
    found: Destruction,
    act: str,
    *,
    by: str,
    now: datetime,
    **body: Any,
) -> None:
    audit.record(
        session,
        actor=by,
        act=act,
        subject_kind="destruction",
        subject_id=found.id,
        now=now,
        body={"kind": found.kind, "file": found.record_file_id, **body},
    )
