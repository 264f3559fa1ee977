"""Rows of transfers: who sends what, how far it is safe, and which job took it."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, delete, func, select, update
from sqlalchemy.orm import Session

from kamizero.errors import StaleFenceError
from storage import audit
from storage.tables import Upload, UploadState

DAY = timedelta(days=1)
WAITING = (UploadState.OPEN, UploadState.WHOLE)


def by_token(session: Session, token: str) -> Upload | None:
    return session.scalar(select(Upload).where(Upload.token == token))


def locked(session: Session, upload_id: int) -> Upload:
    """The row, held against others until the transaction ends."""
    return session.get_one(Upload, upload_id, with_for_update=True)


def waiting_of(session: Session, *, door: str, sender: str) -> Sequence[Upload]:
    """What this sender has sent, whole or in part, that no job has taken yet."""
    return session.scalars(
        select(Upload)
        .where(Upload.sender == sender, Upload.door == door, Upload.state.in_(WAITING))
        .order_by(Upload.id)
    ).all()


def latest_named(
    session: Session, *, door: str, sender: str, name: str
) -> Upload | None:
    """The newest transfer of this name that was not given up."""
    return session.scalar(
        select(Upload)
        .where(
            Upload.sender == sender,
            Upload.door == door,
            Upload.name == name,
            Upload.state != UploadState.DISCARDED,
        )
        .order_by(Upload.id.desc())
        .limit(1)
    )


def bytes_since(session: Session, *, sender: str, since: datetime) -> int:
    """What the sender was told is safe since then, in bytes."""
    return (
        session.scalar(
            select(func.sum(Upload.answered)).where(
                Upload.sender == sender,
                Upload.begun_at > since,
                Upload.state != UploadState.DISCARDED,
            )
        )
        or 0
    )


def doubted_before(session: Session, upload: Upload) -> Sequence[Upload]:
    """Earlier transfers of this name at whose end the sender fell silent."""
    return session.scalars(
        select(Upload).where(
            Upload.sender == upload.sender,
            Upload.door == upload.door,
            Upload.name == upload.name,
            Upload.state == UploadState.WHOLE,
            Upload.doubtful,
            Upload.id < upload.id,
        )
    ).all()


def in_state(session: Session, state: UploadState) -> Sequence[Upload]:
    return session.scalars(
        select(Upload).where(Upload.state == state).order_by(Upload.id)
    ).all()


def same_taken(
    session: Session, upload: Upload, *, sha256: str, since: datetime
) -> Upload | None:
    """The same bytes under the same name from the same sender: the same transfer."""
    return session.scalar(
        select(Upload)
        .where(
            Upload.sender == upload.sender,
            Upload.door == upload.door,
            Upload.name == upload.name,
            Upload.sha256 == sha256,
            Upload.state == UploadState.TAKEN,
            Upload.begun_at > since,
        )
        .limit(1)
    )


def mark_taken(
    session: Session,
    hashes: dict[int, str],
    *,
    job_id: int,
    now: datetime,
) -> None:
    """Let a job take these uploads, by id, with the SHA-256 of what it took.

    Raises:
        StaleFenceError: one of them was written on or taken meanwhile.
    """
    for upload_id, sha256 in sorted(hashes.items()):
        done = session.execute(
            update(Upload)
            .where(Upload.id == upload_id, Upload.state == UploadState.WHOLE)
            .values(
                state=UploadState.TAKEN, sha256=sha256, job_id=job_id, changed_at=now
            )
        )
        assert isinstance(done, CursorResult)  # noqa: S101 - for the type checker.
        if done.rowcount != 1:
            raise StaleFenceError("The sender writes on; it is taken when it is quiet.")


def go_back(upload: Upload, *, cut: Callable[[str, int], None]) -> None:
    """Make an open transfer what its sender was told is safe, if it was told so.

    Args:
        cut: makes the bytes of this token this long.
    """
    if upload.answered is not None:
        cut(upload.token, upload.answered)
        upload.state = UploadState.WHOLE


def discard(session: Session, upload: Upload, *, reason: str, now: datetime) -> None:
    """Give a transfer up for good, and write down why."""
    upload.state, upload.reason, upload.changed_at = UploadState.DISCARDED, reason, now
    audit.record(
        session,
        actor=upload.sender,
        act="upload.discarded",
        subject_kind="upload",
        subject_id=upload.id,
        now=now,
        body={"door": upload.door, "reason": reason, "answered": upload.answered},
    )


def forget(session: Session, *, before: datetime) -> None:
    """Remove rows of transfers that ended long ago: their jobs know what came."""
    ended = (UploadState.TAKEN, UploadState.DISCARDED)
    session.execute(
        delete(Upload).where(Upload.state.in_(ended), Upload.changed_at < before)
    )
