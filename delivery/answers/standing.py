"""The lists that were read back, and what became of their lines."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from storage.tables import AnswerLine, AnswerList, AnswerState


@dataclass(frozen=True, slots=True)
class Heard:
    """One list, and how many of its lines are in each state."""

    row: AnswerList
    counts: Mapping[AnswerState, int]


def heard(
    session: Session, *, before: int | None = None, limit: int = 20
) -> list[Heard]:
    """Lists, the newest first."""
    query = select(AnswerList).order_by(AnswerList.id.desc()).limit(limit)
    if before is not None:
        query = query.where(AnswerList.id < before)
    return _counted(
        session, session.scalars(query.options(joinedload(AnswerList.destination)))
    )


def broken_lists(session: Session) -> Sequence[AnswerList]:
    """What a person must look at, the oldest first."""
    return session.scalars(
        select(AnswerList)
        .where(AnswerList.broken.is_not(None), AnswerList.settled_at.is_(None))
        .options(joinedload(AnswerList.destination))
        .order_by(AnswerList.id)
        .limit(100)
    ).all()


def as_json(one: Heard) -> dict[str, Any]:
    """A list as the API and the command tell it; no line of it."""
    row = one.row
    return {
        "id": row.id,
        "destination": row.destination.name,
        "read_at": row.read_at.isoformat(),
        "sha256": row.sha256,
        "lines": row.lines,
        "counts": {state.value: count for state, count in one.counts.items()},
        "broken": row.broken,
        "broken_line": row.broken_line,
        "broken_column": row.broken_column,
        "settled": row.settled_at is not None,
    }


def _counted(session: Session, rows: Iterable[AnswerList]) -> list[Heard]:
    found = list(rows)
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    for number, state, count in session.execute(
        select(AnswerLine.list_id, AnswerLine.state, func.count())
        .where(AnswerLine.list_id.in_([row.id for row in found]))
        .group_by(AnswerLine.list_id, AnswerLine.state)
    ):
        counts[number][state] = count
    return [
        Heard(row, {state: counts[row.id].get(state, 0) for state in AnswerState})
        for row in found
    ]
