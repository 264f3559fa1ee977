"""Putting an entry aside with a question, and handing it on to somebody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, tuple_, update
from sqlalchemy.orm import Session

from kamizero.errors import MissingError, WrongCallError
from review import queue
from review.roles import REVIEWERS
from storage import audit, work
from storage.clocks import office_day, stop_clock
from storage.tables import Entry, Person, Question, Stop, Wait
from storage.work import Claim

PAGE_SIZE = 50
LONGEST = timedelta(days=366)

# What lies with somebody outside the office does not count against it.
_STOPS = {
    Wait.ANSWER: Stop.INQUIRY,
    Wait.ATTACHMENT: Stop.ATTACHMENT,
    Wait.RETURN: Stop.RETURN,
}

_ASKED = (
    select(Question)
    .where(Question.entry_id == bindparam("entry_id"))
    .order_by(Question.id)
)


@dataclass(frozen=True, slots=True)
class Asking:
    """What an entry waits for: a question to somebody, until a moment.

    `asked_of` is a person of the office where a colleague is asked.
    """

    wait: Wait
    until: datetime
    asked_of: str = ""
    note: str = ""


def park(session: Session, claim: Claim, *, asking: Asking, now: datetime) -> Question:
    """Put the entry aside: until then it comes to nobody of itself.

    Raises:
        StaleFenceError: the entry is not theirs any more.
        WrongCallError: the day is past or far away, or there is no such colleague.
    """
    if not now < asking.until <= now + LONGEST:
        raise WrongCallError("Choose a day after today, at most a year ahead.")
    if asking.wait is Wait.COLLEAGUE:
        require_reviewer(session, asking.asked_of)
    entry = _let_go(session, claim, now=now, due_at=asking.until)
    entry.reasons = queue.parked_as(entry.reasons, asking.wait)
    if asking.wait in _STOPS:
        stop_clock(
            session,
            entry,
            reason=_STOPS[asking.wait],
            actor=claim.leased_by,
            now=now,
            until=office_day(asking.until),
        )
    question = _ask(session, claim, asking, now=now)
    _tell(session, claim, "park", entry, now=now, wait=asking.wait.value)
    return question


def hand_on(
    session: Session, claim: Claim, *, to: str, note: str, now: datetime
) -> None:
    """Give the entry to another person: it comes to them first, and to nobody else.

    Raises:
        StaleFenceError: the entry is not theirs any more.
        WrongCallError: there is no such colleague, or it is the giver.
    """
    if to == claim.leased_by:
        raise WrongCallError("Hand it on to somebody else than yourself.")
    require_reviewer(session, to)
    entry = _let_go(session, claim, now=now, reserved_for=to)
    _ask(session, claim, Asking(Wait.COLLEAGUE, now, to, note), now=now)
    _tell(session, claim, "hand_on", entry, now=now, to=to)


def answer(
    session: Session, question: Question, *, text: str, actor: str, now: datetime
) -> None:
    """Write the answer down; the entry goes back to whoever asked, at once.

    Raises:
        WrongCallError: it was answered before.
    """
    session.refresh(question, with_for_update=True)
    if question.answered_at is not None:
        raise WrongCallError(f"{question.answered_by} has answered this already.")
    question.answer = text.strip()
    question.answered_by, question.answered_at = actor, now
    entry = session.get_one(Entry, question.entry_id)
    queue.wake(session, entry, actor=actor, now=now, reserved_for=question.asked_by)
    audit.record(
        session,
        actor=actor,
        act="entry.answer",
        subject_kind="entry",
        subject_id=entry.id,
        now=now,
        body={"filing": entry.filing_id, "question": question.id},
    )


def close_questions(
    session: Session, entry: Entry, *, actor: str, now: datetime
) -> None:
    """Nobody needs an answer any more: the entry is finished."""
    session.execute(
        update(Question)
        .where(Question.entry_id == entry.id, Question.answered_at.is_(None))
        .values(answered_by=actor, answered_at=now)
    )


def question_of(session: Session, question_id: int) -> Question:
    """A question by its number. Raises MissingError."""
    found = session.get(Question, question_id)
    if found is None:
        raise MissingError(f"There is no question {question_id}.")
    return found


def open_questions(
    session: Session,
    *,
    asked_of: str | None = None,
    after: tuple[datetime, int] | None = None,
    limit: int = PAGE_SIZE,
) -> Sequence[Question]:
    """What is not answered, the soonest first; a page of it, after the given one."""
    query = select(Question).where(Question.answered_at.is_(None))
    if asked_of is not None:
        query = query.where(
            Question.asked_of == asked_of, Question.wait == Wait.COLLEAGUE
        )
    if after is not None:
        query = query.where(tuple_(Question.until, Question.id) > after)
    return session.scalars(
        query.order_by(Question.until, Question.id).limit(limit)
    ).all()


def questions_on(session: Session, entry: Entry) -> Sequence[Question]:
    """Everything that was asked about an entry, in the order it was asked."""
    return session.scalars(_ASKED, {"entry_id": entry.id}).all()


def is_asked_about(session: Session, entry: Entry) -> bool:
    """Tell whether somebody was asked about the entry and has not answered."""
    open_one = select(Question.id).where(
        Question.entry_id == entry.id, Question.answered_at.is_(None)
    )
    return session.scalar(open_one.limit(1)) is not None


def reviewers(session: Session) -> Sequence[str]:
    """Whom an entry can be handed on to."""
    return session.scalars(
        select(Person.name)
        .where(Person.active, Person.role.in_(sorted(REVIEWERS)))
        .order_by(Person.name)
    ).all()


def require_reviewer(session: Session, name: str) -> None:
    """Raises WrongCallError where nobody of that name reviews."""
    if name not in reviewers(session):
        raise WrongCallError(f"There is no {name} who reviews; choose from the list.")


def _let_go(
    session: Session,
    claim: Claim,
    *,
    now: datetime,
    due_at: datetime | None = None,
    reserved_for: str | None = None,
) -> Entry:
    work.release(session, claim, now=now, due_at=due_at, reserved_for=reserved_for)
    entry = session.get_one(Entry, claim.subject)
    close_questions(session, entry, actor=claim.leased_by, now=now)
    return entry


def _ask(session: Session, claim: Claim, asking: Asking, *, now: datetime) -> Question:
    question = Question(
        entry_id=claim.subject,
        wait=asking.wait,
        asked_of=asking.asked_of.strip(),
        note=asking.note.strip(),
        asked_by=claim.leased_by,
        asked_at=now,
        until=asking.until,
    )
    session.add(question)
    session.flush()
    return question


def _tell(
    session: Session,
    claim: Claim,
    act: str,
    entry: Entry,
    *,
    now: datetime,
    **more: str,
) -> None:
    audit.record(
        session,
        actor=claim.leased_by,
        act=f"entry.{act}",
        subject_kind="entry",
        subject_id=entry.id,
        now=now,
        body={"filing": entry.filing_id, **more},
    )
