"""Which is the legal original: the paper, its image or the file (正本の指定)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.errors import ConflictError, WrongCallError
from storage import audit
from storage.tables import Designation, FiledOriginal, Original, RecordFile

MEDIA = ("paper", "image", "electronic")


def designate(
    session: Session,
    file: RecordFile,
    *,
    medium: str,
    ground: str,
    by: str,
    now: datetime,
) -> int:
    """Say for every original of a file which one counts from now on.

    Args:
        ground: the decision it rests on, by number and date.

    Raises:
        ConflictError: it is so already, or the file is gone.
    """
    if medium not in MEDIA or not ground.strip():
        raise WrongCallError(
            f"Name the medium ({', '.join(MEDIA)}) and the decision it rests on."
        )
    if file.destroyed_at is not None:
        raise ConflictError(f"{file.name} was destroyed.")
    originals = session.scalars(
        select(Original)
        .join(FiledOriginal, FiledOriginal.original_id == Original.id)
        .where(FiledOriginal.record_file_id == file.id, Original.legal_medium != medium)
        .order_by(Original.id)
    ).all()
    if not originals:
        raise ConflictError(f"Everything in {file.name} is {medium} already.")
    session.add_all(
        Designation(
            original_id=one.id, medium=medium, ground=ground.strip(), by=by, at=now
        )
        for one in originals
    )
    session.flush()
    for one in originals:
        one.legal_medium = medium
    audit.record(
        session,
        actor=by,
        act="file.designated",
        subject_kind="record_file",
        subject_id=file.id,
        now=now,
        body={"medium": medium, "originals": len(originals)},
    )
    return len(originals)
