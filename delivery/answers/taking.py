"""A list becomes rows, whole and once; what is broken becomes work for a person."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from delivery.answers.layout import AnswerLayout, lines_of
from delivery.answers.lists import BrokenListError, Said
from delivery.answers.tray import Found
from kamizero.errors import ConflictError, MissingError
from storage import audit
from storage.tables import AnswerLine, AnswerList, AnswerState, ExportDestination
from storage.words import without_numbers

_ACTOR = "kamizero"


def take(
    session: Session,
    destination: ExportDestination,
    layout: AnswerLayout,
    found: Found,
    *,
    now: datetime,
) -> AnswerList:
    """Write a list down; one that is known already is not written again.

    A broken list is noted with its line and column, and nothing of it is used.
    """
    session.refresh(destination, with_for_update=True)
    known = session.scalars(
        select(AnswerList).where(
            AnswerList.destination_id == destination.id,
            AnswerList.mark == found.mark,
        )
    ).one_or_none()
    if known is not None:
        return known
    made = AnswerList(
        destination_id=destination.id,
        mark=found.mark,
        name=found.name[:200],
        sha256=found.sha256,
        read_at=now,
        lines=0,
    )
    try:
        lines = lines_of(layout, found.data)
    except BrokenListError as broken:
        lines = []
        made.broken, made.broken_line = broken.kind, broken.line
        made.broken_column = without_numbers(broken.column)[:100]
    made.lines = len(lines)
    session.add(made)
    session.flush()
    session.add_all(_row(made, line) for line in lines)
    act = "answer_list.broken" if made.broken else "answer_list.read"
    _record(session, act, made, actor=_ACTOR, now=now)
    return made


def settle_broken(
    session: Session, list_id: int, *, actor: str, now: datetime
) -> AnswerList:
    """Say that a broken list is done with: the host wrote a better one.

    Raises:
        MissingError: there is none of that number.
        ConflictError: it is not broken, or was settled before.
    """
    found = session.get(AnswerList, list_id, with_for_update=True)
    if found is None:
        raise MissingError("That list is not here. Load the page again.")
    if found.broken is None or found.settled_at is not None:
        raise ConflictError("That list waits for nobody. Load the page again.")
    found.settled_at, found.settled_by = now, actor
    _record(session, "answer_list.settled", found, actor=actor, now=now)
    return found


def _row(made: AnswerList, said: Said) -> AnswerLine:
    return AnswerLine(
        list_id=made.id,
        line=said.line,
        state=AnswerState.WAITING,
        said={name: without_numbers(cell) for name, cell in said.cells.items()},
    )


def _record(
    session: Session, act: str, row: AnswerList, *, actor: str, now: datetime
) -> None:
    audit.record(
        session,
        actor=actor,
        act=act,
        subject_kind="answer_list",
        subject_id=row.id,
        now=now,
        body={
            "destination": row.destination_id,
            "lines": row.lines,
            "sha256": row.sha256,
            **({"broken": row.broken} if row.broken else {}),
        },
    )
