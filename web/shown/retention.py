"""Record files as the register shows them, on the page and as a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from kamizero.errors import MissingError
from kamizero.model import Role
from storage.retention.designation import Below, below_standard
from storage.retention.destruction import approver_of
from storage.retention.register import FileState, Line
from storage.tables import (
    Designation,
    Destruction,
    DestructionState,
    DoomedOriginal,
    FiledOriginal,
    Hold,
    RecordFile,
)

# The columns of the register that the law names, in its words.
REGISTER_HEAD = (
    "番号",
    "分類",
    "法人文書ファイル名",
    "作成・取得年度",
    "保存期間（年）",
    "起算日",
    "保存期間満了日",
    "満了時の措置",
    "正本の媒体",
    "保存場所",
    "件数",
    "状態",
    "廃棄日",
)
_MEASURES = {"destroy": "廃棄", "transfer": "移管"}
_MEDIA = {"paper": "紙", "image": "画像", "electronic": "電子"}
_STATES = {
    FileState.DESTROYED: "廃棄済",
    FileState.HELD: "保留中",
    FileState.APPROVED: "廃棄承認済",
    FileState.PROPOSED: "廃棄提案中",
    FileState.OVER: "満了",
    FileState.KEPT: "保存中",
}

# A page names so many originals; the certificate names all of them.
SHOWN = 50


@dataclass(frozen=True, slots=True)
class FileView:
    """What is in a file, what holds it, and what was said of it.

    `below` is by original the first page that is scanned too badly to count.
    """

    originals: Sequence[FiledOriginal]
    below: Mapping[int, Below]
    holds: Sequence[Hold]
    designations: Sequence[tuple[str, str, str, datetime]]
    proposal: Destruction | None


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A proposal, or the certificate it became."""

    row: Destruction
    file: RecordFile | None
    count: int
    size: int
    gone: int
    originals: Sequence[DoomedOriginal]
    approver: Role


def register_row(line: Line) -> tuple[object, ...]:
    """One file as a row of the register, which is written in Japanese."""
    file = line.file
    gone = file.destroyed_at
    return (
        file.id,
        file.class_code,
        file.name,
        file.fiscal_year,
        file.years,
        file.starts_on,
        file.ends_on,
        _MEASURES[file.measure],
        "・".join(_MEDIA[medium] for medium in line.media),
        file.site,
        line.originals,
        _STATES[line.state],
        gone.date() if gone else None,
    )


def file_view(session: Session, file: RecordFile) -> FileView:
    return FileView(
        originals=session.scalars(
            select(FiledOriginal)
            .options(joinedload(FiledOriginal.original))
            .where(FiledOriginal.record_file_id == file.id)
            .order_by(FiledOriginal.original_id)
            .limit(SHOWN)
        ).all(),
        below={one.original_id: one for one in reversed(below_standard(session, file))},
        holds=session.scalars(
            select(Hold).where(Hold.record_file_id == file.id).order_by(Hold.id.desc())
        ).all(),
        designations=_designations(session, file),
        proposal=session.scalar(
            select(Destruction).where(
                Destruction.record_file_id == file.id,
                Destruction.state != DestructionState.WITHDRAWN,
            )
        ),
    )


def open_proposals(session: Session) -> Sequence[Destruction]:
    """What waits for somebody: for approval, or to be destroyed."""
    return session.scalars(
        select(Destruction)
        .options(selectinload(Destruction.record_file))
        .where(
            Destruction.state.in_(
                (DestructionState.PROPOSED, DestructionState.APPROVED)
            )
        )
        .order_by(Destruction.id)
    ).all()


def proposal_view(session: Session, destruction_id: int) -> ProposalView:
    """Raises MissingError."""
    row = session.get(Destruction, destruction_id)
    if row is None:
        raise MissingError(f"There is no proposal {destruction_id}.")
    mine = DoomedOriginal.destruction_id == row.id
    count, size, gone = session.execute(
        select(
            func.count(),
            func.coalesce(func.sum(DoomedOriginal.size), 0),
            func.count(DoomedOriginal.destroyed_at),
        ).where(mine)
    ).one()
    return ProposalView(
        row=row,
        file=row.record_file,
        count=count,
        size=size,
        gone=gone,
        originals=session.scalars(
            select(DoomedOriginal)
            .where(mine)
            .order_by(DoomedOriginal.original_id)
            .limit(SHOWN)
        ).all(),
        approver=approver_of(row),
    )


def _designations(
    session: Session, file: RecordFile
) -> Sequence[tuple[str, str, str, datetime]]:
    """Each act once, however many originals it was about, the latest above."""
    found = session.execute(
        select(Designation.medium, Designation.ground, Designation.by, Designation.at)
        .join(FiledOriginal, FiledOriginal.original_id == Designation.original_id)
        .where(FiledOriginal.record_file_id == file.id)
        .distinct()
        .order_by(Designation.at.desc())
    ).all()
    return [(one.medium, one.ground, one.by, one.at) for one in found]
