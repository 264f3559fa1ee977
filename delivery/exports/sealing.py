"""What a file may lie there as: it is encrypted anew by each who lays it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from delivery.exports.destinations import terms_of
from delivery.exports.layout import Laid
from storage.tables import ExportFile, ExportSealing


def sealings(session: Session, file_id: int) -> list[Laid]:
    """All that may lie there as this file; one of them does, once it is laid."""
    rows = session.scalars(
        select(ExportSealing)
        .where(ExportSealing.file_id == file_id)
        .order_by(ExportSealing.id)
    )
    return [Laid(row.size, row.sha256) for row in rows]


def note_sealing(session: Session, file_id: int, laid: Laid, *, now: datetime) -> None:
    """Know these bytes again, whoever is lost before they are laid."""
    session.add(
        ExportSealing(file_id=file_id, size=laid.size, sha256=laid.sha256, made_at=now)
    )


def shown_hash(session: Session, file: ExportFile) -> str:
    """The hash of what lies there, "" before it does.

    What an encrypted file holds is hashed for nobody's eyes: numbers of twelve digits
    are soon guessed by a hash of lines that are known but for them.
    """
    if not is_sealed(file):
        return file.sha256
    laid = sealings(session, file.id)
    return laid[-1].sha256 if laid else ""


def is_sealed(file: ExportFile) -> bool:
    return bool(terms_of(file.destination).recipients)
