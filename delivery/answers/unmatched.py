"""Lines that fit nothing: a person lays each to its entry, or says that it is done."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from delivery.answers.applying import AWAITING, note
from delivery.answers.layout import Verdict
from delivery.exports.destinations import terms_of
from delivery.robots.way import By
from kamizero.errors import ConflictError, MissingError, WrongCallError
from storage import audit
from storage.tables import (
    AnswerLine,
    AnswerList,
    AnswerState,
    Delivery,
    Entry,
    EntryState,
    Filing,
)

_SHOWN = 100


def unmatched_lines(session: Session) -> Sequence[AnswerLine]:
    """What waits for a person, the oldest first."""
    found = session.scalars(
        select(AnswerLine)
        .where(AnswerLine.state == AnswerState.UNMATCHED)
        .options(
            joinedload(AnswerLine.of_list).joinedload(AnswerList.destination),
            joinedload(AnswerLine.delivery)
            .joinedload(Delivery.entry)
            .joinedload(Entry.filing),
        )
        .order_by(AnswerLine.id)
        .limit(_SHOWN)
    ).all()
    # What is of an entry is for those who see its site.
    return [one for one in found if one.delivery or one.delivery_id is None]


def done(session: Session, line_id: int, *, actor: str, now: datetime) -> None:
    """Say that nothing is to be done about a line. Raises ConflictError."""
    line = _open(session, line_id)
    _settle(session, line, "done", actor=actor, now=now)


def lay_to(
    session: Session,
    line_id: int,
    verdict: Verdict,
    *,
    receipt_number: str,
    n: int,
    actor: str,
    now: datetime,
) -> None:
    """Say which entry a line is about, and what the host says of it.

    Raises:
        MissingError: there is no such line, or no such entry of its destination.
        ConflictError: that entry waits for no answer.
    """
    line = _open(session, line_id)
    destination = line.of_list.destination
    terms = terms_of(destination)
    if terms.answers is None:
        raise WrongCallError(f"The destination {destination.name} reads no answers.")
    row = session.scalars(
        select(Delivery)
        .join(Entry, Entry.id == Delivery.entry_id)
        .join(Filing, Filing.id == Entry.filing_id)
        .where(
            Delivery.subscriber == destination.subscriber,
            Filing.receipt_number == receipt_number.strip(),
            Entry.n == n,
        )
        .order_by(Delivery.id.desc())
    ).first()
    if row is None:
        raise MissingError(
            f"{destination.name} was given no entry {n} of a filing {receipt_number}."
        )
    is_refused = verdict == Verdict.REJECTED
    if row.state not in AWAITING or (
        is_refused and row.entry.state != EntryState.APPROVED
    ):
        raise ConflictError(
            f"Entry {n} of {receipt_number} is {row.state} there and waits for no "
            "answer. Say that the line is done with."
        )
    line.delivery_id = row.id
    columns = {one.heading: one.field for one in terms.columns}
    note(
        session,
        row,
        terms.answers,
        columns,
        line,
        verdict,
        by=By.PERSON,
        actor=actor,
        now=now,
    )
    _settle(session, line, verdict.value, actor=actor, now=now)


def _open(session: Session, line_id: int) -> AnswerLine:
    line = session.get(AnswerLine, line_id, with_for_update=True)
    if line is None:
        raise MissingError("That line is not here. Load the page again.")
    if line.state != AnswerState.UNMATCHED:
        raise ConflictError("That line was settled before. Load the page again.")
    return line


def _settle(
    session: Session, line: AnswerLine, how: str, *, actor: str, now: datetime
) -> None:
    line.state, line.said = AnswerState.SETTLED, {}
    line.settled_at, line.settled_by = now, actor
    session.flush()
    audit.record(
        session,
        actor=actor,
        act="answer_line.settled",
        subject_kind="answer_list",
        subject_id=line.list_id,
        now=now,
        body={"line": line.line, "why": line.why, "how": how},
    )
