"""Transfer (移管): proposed, approved by another person, packed, received, then gone.

Nothing leaves this house by it: the archive gets a package, and only its receipt lets
the destruction here be proposed.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from kamizero.errors import ConflictError, ForbiddenError, MissingError, WrongCallError
from kamizero.model import Role
from kamizero.tokyo import business_date
from storage import audit
from storage.retention.clock import demand_clock
from storage.retention.holds import demand_words
from storage.tables import (
    FiledOriginal,
    Measure,
    RecordFile,
    Transfer,
    TransferredOriginal,
    TransferState,
)

RECEIVED = "transfer.received"

_LONGEST = 200


def propose(
    session: Session,
    file: RecordFile,
    *,
    archive: str,
    reason: str,
    by: str,
    now: datetime,
) -> Transfer:
    """Propose that a file whose time is over be transferred as a whole.

    Raises:
        ConflictError: it is not over or not to be transferred, or was proposed already.
    """
    demand_words(reason)
    demand_clock(session, now)
    if not 1 <= len(archive.strip()) <= _LONGEST:
        raise WrongCallError(f"Name the archive, in at most {_LONGEST} characters.")
    if file.measure != Measure.TRANSFER:
        raise ConflictError(f"{file.name} is to be destroyed, not transferred.")
    if file.ends_on >= business_date(now):
        raise ConflictError(f"{file.name} is kept until {file.ends_on}.")
    if transfer_of(session, file) is not None:
        raise ConflictError(f"The transfer of {file.name} was proposed already.")
    ids = originals_in(session, file)
    if not ids:
        raise ConflictError(f"There is nothing in {file.name}.")
    found = Transfer(
        record_file_id=file.id,
        state=TransferState.PROPOSED,
        archive=archive.strip(),
        reason=reason.strip(),
        proposed_by=by,
        proposed_at=now,
    )
    session.add(found)
    _flush(session)
    session.add_all(
        TransferredOriginal(transfer_id=found.id, original_id=one) for one in ids
    )
    _flush(session)
    _record(session, found, "transfer.proposed", by=by, now=now, originals=len(ids))
    return found


def approve(
    session: Session, transfer_id: int, *, by: str, role: Role, now: datetime
) -> Transfer:
    """Approve what another person proposed.

    Raises:
        ForbiddenError: it is one's own proposal, or another role approves it.
        ConflictError: the file changed since.
    """
    demand_clock(session, now)
    found = _in_state(session, transfer_id, TransferState.PROPOSED)
    if found.proposed_by == by:
        raise ForbiddenError("Another person approves what you proposed.")
    if role != found.record_file.approver:
        raise ForbiddenError(f"A {found.record_file.approver} approves this transfer.")
    found.state = TransferState.APPROVED
    found.approved_by, found.approved_at = by, now
    _flush(session)
    _record(session, found, "transfer.approved", by=by, now=now)
    return found


def withdraw(session: Session, transfer_id: int, *, by: str, now: datetime) -> Transfer:
    """Take a transfer back that the archive has not received."""
    found = locked(session, transfer_id)
    if found.state in (TransferState.RECEIVED, TransferState.WITHDRAWN):
        raise ConflictError(f"This transfer is {found.state} already.")
    found.state = TransferState.WITHDRAWN
    found.withdrawn_by, found.withdrawn_at = by, now
    _flush(session)
    _record(session, found, "transfer.withdrawn", by=by, now=now)
    return found


def packed(
    session: Session, transfer_id: int, *, package_sha256: str, by: str, now: datetime
) -> Transfer:
    """Write down which package was made. Raises ConflictError."""
    found = _in_state(session, transfer_id, TransferState.APPROVED)
    found.state = TransferState.PACKED
    found.package_sha256 = package_sha256
    found.packed_by, found.packed_at = by, now
    _flush(session)
    _record(session, found, "transfer.packed", by=by, now=now, package=package_sha256)
    return found


def receive(
    session: Session,
    transfer_id: int,
    *,
    receipt: str,
    package_sha256: str,
    received_on: date,
    by: str,
    now: datetime,
) -> Transfer:
    """Enter the archive's receipt.

    Args:
        package_sha256: what the archive says it has, as it computed it itself.

    Raises:
        ConflictError: it was not packed, or the archive has something else.
    """
    demand_clock(session, now)
    if not 1 <= len(receipt.strip()) <= _LONGEST:
        raise WrongCallError("Give number and day of the archive's receipt.")
    if received_on > business_date(now):
        raise WrongCallError("A receipt is entered once it is there, not before.")
    found = _in_state(session, transfer_id, TransferState.PACKED)
    if package_sha256.strip().lower() != found.package_sha256:
        raise ConflictError(
            "The archive has another package than the one that was made: compare the "
            "SHA-256 of package.json with it."
        )
    found.state = TransferState.RECEIVED
    found.receipt, found.received_on = receipt.strip(), received_on
    found.receipt_by, found.receipt_at = by, now
    _flush(session)
    _record(session, found, RECEIVED, by=by, now=now, package=found.package_sha256)
    return found


def transfer_of(session: Session, file: RecordFile) -> Transfer | None:
    """The transfer of a file that was not taken back."""
    return session.scalars(
        select(Transfer).where(
            Transfer.record_file_id == file.id,
            Transfer.state != TransferState.WITHDRAWN,
        )
    ).one_or_none()


def demand_received(session: Session, file: RecordFile) -> None:
    """Raise ConflictError where the archive has not everything in the file."""
    found = transfer_of(session, file)
    if found is None or found.state != TransferState.RECEIVED:
        raise ConflictError(
            f"{file.name} is to be transferred: it may go once the archive has it."
        )
    if {one.original_id for one in found.originals} != set(originals_in(session, file)):
        raise ConflictError(f"Something came into {file.name} after its transfer.")


def originals_in(session: Session, file: RecordFile) -> Sequence[int]:
    return session.scalars(
        select(FiledOriginal.original_id)
        .where(FiledOriginal.record_file_id == file.id)
        .order_by(FiledOriginal.original_id)
    ).all()


def found_transfer(session: Session, transfer_id: int) -> Transfer:
    """A transfer with its file, of use after the session. Raises MissingError."""
    found = session.get(
        Transfer,
        transfer_id,
        options=[
            selectinload(Transfer.record_file),
            selectinload(Transfer.originals),
        ],
    )
    if found is None:
        raise MissingError(f"There is no transfer {transfer_id}.")
    return found


def locked(session: Session, transfer_id: int) -> Transfer:
    found = session.get(Transfer, transfer_id, with_for_update=True)
    if found is None:
        raise MissingError(f"There is no transfer {transfer_id}.")
    return found


def _in_state(session: Session, transfer_id: int, state: TransferState) -> Transfer:
    found = locked(session, transfer_id)
    if found.state != state:
        raise ConflictError(f"This transfer is {found.state}, not {state}.")
    return found


def _flush(session: Session) -> None:
    """Let the guards of the database speak. Raises ConflictError."""
    try:
        session.flush()
    except IntegrityError as error:
        raise ConflictError(
            "The file has changed since. Withdraw and propose it anew."
        ) from error


def _record(
    session: Session,
    found: Transfer,
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
        subject_kind="transfer",
        subject_id=found.id,
        now=now,
        body={"file": found.record_file_id, **body},
    )
