"""What a host says of each entry is noted: registered, or back with the reviewers."""

import re
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from delivery.answers.layout import (
    CODE,
    ENTRY,
    FILE_NUMBER,
    HOST_NUMBER,
    KEY,
    LINE,
    MESSAGE,
    RECEIPT,
    AnswerLayout,
    Verdict,
    fields_named,
    verdict_of,
)
from delivery.exports.destinations import terms_of
from delivery.exports.making import unplaced
from delivery.refused import refuse
from delivery.robots import registrations
from delivery.robots.way import Act, By, go
from storage.tables import (
    AnswerLine,
    AnswerList,
    AnswerState,
    Delivery,
    DeliveryState,
    Entry,
    EntryState,
    ExportDestination,
    ExportFile,
    ExportItem,
    Filing,
    Outcome,
)
from storage.words import MASK

# One transaction notes so many; the next one goes on.
AT_ONCE = 200
# Fences of robots count up from 1: no robot ever had this.
LISTED = 0
_CODE = re.compile(r"[A-Za-z0-9_.:-]{0,64}")
_NUMBER = re.compile(r"[A-Za-z0-9_./-]{0,64}")
# What an answer may come to: also what a file held that seemed not to be fetched.
AWAITING = frozenset({DeliveryState.TAKEN, DeliveryState.IN_DOUBT})
_SAYS = {
    Verdict.REGISTERED: DeliveryState.REGISTERED,
    Verdict.REJECTED: DeliveryState.REJECTED,
}


def apply_next(
    session: Session, destination: ExportDestination, *, now: datetime
) -> int:
    """Note what the next lines say; how many it were.

    None while a file is on its way: what it holds is taken only once it lies there.
    """
    session.refresh(destination, with_for_update=True)
    terms = terms_of(destination)
    if terms.answers is None or unplaced(session, destination):
        return 0
    columns = {one.heading: one.field for one in terms.columns}
    waiting = session.scalars(
        select(AnswerLine)
        .join(AnswerList, AnswerList.id == AnswerLine.list_id)
        .where(
            AnswerList.destination_id == destination.id,
            AnswerLine.state == AnswerState.WAITING,
        )
        .order_by(AnswerLine.list_id, AnswerLine.line)
        .limit(AT_ONCE)
    ).all()
    for line in waiting:
        why = _noted(session, destination, terms.answers, columns, line, now=now)
        if why is not None:
            line.state, line.why = AnswerState.UNMATCHED, why
        session.flush()
    return len(waiting)


def note(
    session: Session,
    row: Delivery,
    layout: AnswerLayout,
    columns: Mapping[str, str],
    line: AnswerLine,
    verdict: Verdict,
    *,
    by: By,
    actor: str,
    now: datetime,
) -> None:
    """Let the entry be registered or rejected, as the line says."""
    said = line.said
    if verdict == Verdict.REJECTED:
        refuse(
            session,
            row,
            Act.ANSWER_REJECTED,
            by=by,
            actor=actor,
            now=now,
            code=said.get(CODE, ""),
            message=said.get(MESSAGE, ""),
            fields=fields_named(layout, columns, said),
            begun=(LISTED, row.subscriber),
        )
        return
    registrations.end(
        session,
        row,
        Outcome.REGISTERED,
        now=now,
        host_number=said.get(HOST_NUMBER, ""),
        begun=(LISTED, row.subscriber),
    )
    go(session, row, Act.ANSWER, by=by, actor=actor, now=now)


def _noted(
    session: Session,
    destination: ExportDestination,
    layout: AnswerLayout,
    columns: Mapping[str, str],
    line: AnswerLine,
    *,
    now: datetime,
) -> str | None:
    """Do what the line says; a code of why it cannot be done."""
    said = line.said
    row = _delivery(session, destination, said)
    if row is None:
        return "unknown"
    line.delivery_id = row.id
    verdict = verdict_of(layout, said)
    if verdict is None:
        return "result"
    if not _is_fit(_CODE, said.get(CODE, "")):
        return "code"
    if not _is_fit(_NUMBER, said.get(HOST_NUMBER, "")):
        return "host_number"
    if row.state == _SAYS[verdict]:
        line.state, line.said = AnswerState.REPEATED, {}
        return None
    if row.state not in AWAITING:
        return "not_sent" if row.state == DeliveryState.PENDING else "contradicts"
    if verdict == Verdict.REJECTED and row.entry.state != EntryState.APPROVED:
        # A later version is in force: there is nothing left to correct in this one.
        return "superseded"
    note(
        session,
        row,
        layout,
        columns,
        line,
        verdict,
        by=By.MACHINE,
        actor=destination.subscriber,
        now=now,
    )
    line.state, line.said = AnswerState(verdict.value), {}
    return None


def _is_fit(shape: re.Pattern[str], text: str) -> bool:
    return bool(shape.fullmatch(text)) and MASK not in text


def _delivery(
    session: Session, destination: ExportDestination, said: Mapping[str, str]
) -> Delivery | None:
    """The delivery that a line names; the latest one of an entry."""
    query = (
        select(Delivery)
        .where(Delivery.subscriber == destination.subscriber)
        .options(joinedload(Delivery.entry).joinedload(Entry.filing))
        .order_by(Delivery.id.desc())
        .limit(1)
    )
    if KEY in said:
        number = _number(said[KEY])
        return session.scalars(query.where(Delivery.id == number)).first()
    if RECEIPT in said:
        query = (
            query.join(Entry, Entry.id == Delivery.entry_id)
            .join(Filing, Filing.id == Entry.filing_id)
            .where(
                Filing.receipt_number == said[RECEIPT], Entry.n == _number(said[ENTRY])
            )
        )
        return session.scalars(query).first()
    query = (
        query.join(ExportItem, ExportItem.delivery_id == Delivery.id)
        .join(ExportFile, ExportFile.id == ExportItem.file_id)
        .where(
            ExportFile.destination_id == destination.id,
            ExportFile.number == _number(said[FILE_NUMBER]),
            ExportItem.line == _number(said[LINE]),
        )
    )
    return session.scalars(query).first()


def _number(text: str) -> int:
    """A number as a host may write it, zeros before it or none; -1 for no number."""
    plain = text.strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 18 else -1
