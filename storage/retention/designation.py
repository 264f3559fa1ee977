"""Which is the legal original: the paper, its image or the file (正本の指定)."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from kamizero.errors import ConflictError, WrongCallError
from kamizero.model import DPI_SLACK, PageKind, Standing
from storage import audit
from storage.tables import (
    Arrival,
    Designation,
    FiledOriginal,
    Original,
    Page,
    RecordFile,
)

MEDIA = ("paper", "image", "electronic")


class Below(NamedTuple):
    """A page whose scan is not good enough for the class of its file.

    `dpi` is dots an inch on the paper, `depth` bits a pixel.
    """

    original_id: int
    sha256: str
    page: int
    dpi: int
    depth: int


class Designated(NamedTuple):
    """How many originals are of the medium now, and the pages that kept others back."""

    originals: int
    below: tuple[Below, ...]


def designate(
    session: Session,
    file: RecordFile,
    *,
    medium: str,
    ground: str,
    by: str,
    now: datetime,
) -> Designated:
    """Say for every original of a file which one counts from now on.

    An image that is not as good as the class asks for stays what it was.

    Args:
        ground: the decision it rests on, by number and date.

    Raises:
        ConflictError: it is so already, the file is gone, or no image is good enough.
    """
    if medium not in MEDIA or not ground.strip():
        raise WrongCallError(
            f"Name the medium ({', '.join(MEDIA)}) and the decision it rests on."
        )
    if file.destroyed_at is not None:
        raise ConflictError(f"{file.name} was destroyed.")
    others = session.scalars(
        select(Original)
        .join(FiledOriginal, FiledOriginal.original_id == Original.id)
        .where(FiledOriginal.record_file_id == file.id, Original.legal_medium != medium)
        .order_by(Original.id)
    ).all()
    if not others:
        raise ConflictError(f"Everything in {file.name} is {medium} already.")
    below = below_standard(session, file) if medium == "image" else ()
    kept_back = {one.original_id for one in below}
    originals = [one for one in others if one.id not in kept_back]
    if not originals:
        raise ConflictError(
            f"No image in {file.name} is good enough: {in_words(below[0], file)} Scan "
            "the paper anew, or let the paper count."
        )
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
        body={
            "medium": medium,
            "originals": len(originals),
            "not_good_enough": len(kept_back),
        },
    )
    return Designated(len(originals), tuple(below))


def below_standard(session: Session, file: RecordFile) -> Sequence[Below]:
    """The pages in a file that are scanned worse than its class asks for.

    A separator sheet is no paper that is kept. The database says the same once more
    when an image is designated.
    """
    dpi = func.coalesce(Page.quality["dpi"].as_float(), Page.dpi)
    rows = session.execute(
        select(Original.id, Original.sha256, Page.number, dpi, Page.depth)
        .join(Arrival, Arrival.id == Page.arrival_id)
        .join(Original, Original.id == Arrival.original_id)
        .join(FiledOriginal, FiledOriginal.original_id == Original.id)
        .where(
            FiledOriginal.record_file_id == file.id,
            Page.standing == Standing.VALID,
            func.coalesce(Page.kind, "") != PageKind.SEPARATOR,
            or_(Page.depth < file.image_depth, dpi < file.image_dpi * DPI_SLACK),
        )
        .order_by(Original.id, Page.number)
    )
    return [
        Below(original, sha256, page, round(dots), depth)
        for original, sha256, page, dots, depth in rows
    ]


def in_words(below: Below, file: RecordFile) -> str:
    return (
        f"page {below.page} of {below.sha256[:12]} has {below.dpi} dpi and "
        f"{below.depth} bits a pixel, {file.class_code} asks for {file.image_dpi} and "
        f"{file.image_depth}."
    )
