"""Lines of the lists that hosts wrote, held against what became of each."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.tables import AnswerLine, AnswerList, AnswerState


def lines_read(session: Session) -> int:
    """How many lines the lists held when they were read."""
    return session.scalar(select(func.coalesce(func.sum(AnswerList.lines), 0))) or 0


def by_state(session: Session) -> dict[str, int]:
    rows = session.execute(
        select(AnswerLine.state, func.count()).group_by(AnswerLine.state)
    )
    found = {state: count for state, count in rows}
    return {state.value: found.get(state, 0) for state in AnswerState}
