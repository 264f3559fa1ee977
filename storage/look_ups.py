"""Looking at papers: each visit says why once, and every page seen leaves an event."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from kamizero.errors import WrongCallError
from storage import audit
from storage.insertion import insert_once
from storage.tables import Bundle, Filing, LookedAt, LookUp, Original, Page, PageLook
from storage.tables import LookUpReason as Reason

# What somebody may say; the others are noted where the work itself is the reason.
SAID = (
    Reason.INQUIRY,
    Reason.CORRECTION,
    Reason.DISCLOSURE,
    Reason.AUDIT,
    Reason.FAULT,
    Reason.OTHER,
)
LONGEST_NOTE = 300

_NUMBERS: Mapping[LookedAt, InstrumentedAttribute[int]] = {
    LookedAt.FILING: Filing.id,
    LookedAt.BUNDLE: Bundle.id,
    LookedAt.PAGE: Page.id,
    LookedAt.ORIGINAL: Original.id,
}


@dataclass(frozen=True, slots=True)
class Subject:
    """Papers that a reason opens."""

    kind: LookedAt
    id: int


def subject_of(look_up: LookUp) -> Subject:
    """The papers that were looked at."""
    return Subject(LookedAt(look_up.subject_kind), look_up.subject_id)


def exists(session: Session, subject: Subject) -> bool:
    """Whether there are such papers, among those that this session sees."""
    number = _NUMBERS[subject.kind]
    query = select(number).where(number == subject.id)
    return session.scalar(query) is not None


def is_open(session: Session, visit: str, subjects: Sequence[Subject]) -> bool:
    """Whether the visit gave a reason for any of these."""
    named = [
        and_(LookUp.subject_kind == one.kind, LookUp.subject_id == one.id)
        for one in subjects
    ]
    query = select(LookUp.id).where(LookUp.visit == visit, or_(*named)).limit(1)
    return session.scalar(query) is not None


def give(
    session: Session,
    subject: Subject,
    *,
    visit: str,
    who: str,
    reason: Reason,
    note: str = "",
    now: datetime,
) -> None:
    """Open papers to a visit, once; the event names the reason and never the note.

    Raises:
        WrongCallError: another reason is not said in words, or in too many.
    """
    note = demand_note(reason, note)
    is_new = insert_once(
        session,
        LookUp,
        visit=visit,
        who=who,
        subject_kind=subject.kind,
        subject_id=subject.id,
        reason=reason,
        note=note,
        at=now,
    )
    if is_new:
        _tell(session, subject, who, now, reason=reason.value)


def demand_note(reason: Reason, note: str) -> str:
    """The words beside a reason. Raises WrongCallError where they do not do."""
    note = note.strip()
    if reason is Reason.OTHER and not note:
        raise WrongCallError("Say in words what you look it up for.")
    if len(note) > LONGEST_NOTE:
        raise WrongCallError(f"A note has {LONGEST_NOTE} characters at most.")
    return note


def see_page(
    session: Session, page_id: int, *, visit: str, who: str, now: datetime
) -> None:
    """Write down that a visit is shown a page; only the first time."""
    if insert_once(session, PageLook, visit=visit, page_id=page_id):
        _tell(session, Subject(LookedAt.PAGE, page_id), who, now)


def saw_page(session: Session, page_id: int, *, visit: str) -> bool:
    """Whether the visit was shown the page before."""
    return session.get(PageLook, (visit, page_id)) is not None


def latest(session: Session, *, before: int | None, limit: int) -> Sequence[LookUp]:
    """Who looked at papers this session sees, and why; the newest first."""
    seen = [
        and_(LookUp.subject_kind == kind, LookUp.subject_id.in_(select(number)))
        for kind, number in _NUMBERS.items()
    ]
    query = select(LookUp).where(or_(*seen)).order_by(LookUp.id.desc()).limit(limit)
    if before is not None:
        query = query.where(LookUp.id < before)
    return session.scalars(query).all()


def _tell(
    session: Session, subject: Subject, who: str, now: datetime, **about: str
) -> None:
    audit.record(
        session,
        actor=who,
        act=f"{subject.kind.value}.viewed",
        subject_kind=subject.kind.value,
        subject_id=subject.id,
        now=now,
        body=about,
    )
