"""Questions about entries that were put aside, as pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.tables import Entry, Filing, Question


@dataclass(frozen=True, slots=True)
class QuestionView:
    """One question; `answered_at` is None as long as nobody has answered."""

    id: int
    entry_id: int
    filing_id: int
    n: int
    receipt_number: str
    site: str
    form: str
    wait: str
    asked_of: str
    note: str
    asked_by: str
    asked_at: datetime
    until: datetime
    answer: str | None
    answered_by: str | None
    answered_at: datetime | None


def question_views(
    session: Session, questions: Sequence[Question]
) -> list[QuestionView]:
    """The questions with the entries they are about, in the order given."""
    if not questions:
        return []
    rows = session.execute(
        select(Entry, Filing)
        .join(Filing, Filing.id == Entry.filing_id)
        .where(Entry.id.in_({question.entry_id for question in questions}))
    )
    about = {entry.id: (entry, filing) for entry, filing in rows}
    return [_view(question, *about[question.entry_id]) for question in questions]


def _view(question: Question, entry: Entry, filing: Filing) -> QuestionView:
    return QuestionView(
        id=question.id,
        entry_id=entry.id,
        filing_id=filing.id,
        n=entry.n,
        receipt_number=filing.receipt_number,
        site=filing.site,
        form=filing.form,
        wait=question.wait,
        asked_of=question.asked_of,
        note=question.note,
        asked_by=question.asked_by,
        asked_at=question.asked_at,
        until=question.until,
        answer=question.answer,
        answered_by=question.answered_by,
        answered_at=question.answered_at,
    )
