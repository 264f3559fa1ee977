"""What waits for a stamp, put into the work rows by whoever looks every few seconds.

Nothing that is kept waits for it, and nothing is lost where the authority is down.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from storage import work
from storage.claims import IS_OPEN
from storage.database import Database
from storage.tables import Approval, AuditHead, Stamped, TimeStamp, Work
from storage.time_stamps.anchors import Anchors
from storage.time_stamps.authority import TimeAuthority

# An approval may become visible after later ones; this far back is looked.
_WINDOW = 10_000
_BATCH = 200


@dataclass(frozen=True, slots=True)
class Stamping:
    """Who stamps what how often.

    Attributes:
        authority: None where heads only go to the anchor.
        anchors: None where nothing is put outside.
        every: at most so often a sealed head is stamped.
        renew: so long before its certificate ends a stamp is stamped again.
    """

    site: str
    authority: TimeAuthority | None = None
    anchors: Anchors | None = None
    every: timedelta = timedelta(hours=1)
    renew: timedelta = timedelta(days=90)


def work_kind(kind: Stamped) -> str:
    return f"stamp_{kind}"


STAMP_WORK = tuple(work_kind(kind) for kind in Stamped)


def ask(database: Database, stamping: Stamping, *, now: datetime) -> int:
    """Put what waits for a stamp into the work rows; return how many new ones."""
    with database.look() as session:
        # Looking first keeps it away from the writer's lock.
        wanted = _wanted(session, stamping, now=now)
    if not wanted:
        return 0
    with database.begin() as session:
        for kind, subject in wanted:
            work.put(
                session,
                kind=work_kind(kind),
                subject=subject,
                site=stamping.site,
                now=now,
            )
    return len(wanted)


def _wanted(
    session: Session, stamping: Stamping, *, now: datetime
) -> Sequence[tuple[Stamped, int]]:
    wanted = [(Stamped.HEAD, seq) for seq in _head(session, stamping, now=now)]
    if stamping.authority is None:
        return wanted
    proof = stamping.authority.trust.is_proof
    wanted += [(Stamped.MANIFEST, one) for one in _approvals(session, proof=proof)]
    if proof:
        until = now + stamping.renew
        wanted += [(Stamped.STAMP, one) for one in _ending(session, until)]
    return wanted


def _head(session: Session, stamping: Stamping, *, now: datetime) -> Sequence[int]:
    if _is_asked(session, Stamped.HEAD):
        return []
    latest = session.scalar(select(func.max(AuditHead.seq))) or 0
    last = select(Work.subject, Work.done_at).where(
        Work.kind == work_kind(Stamped.HEAD), Work.done_at.is_not(None)
    )
    done = session.execute(last.order_by(Work.id.desc()).limit(1)).first()
    if done is None:
        return [latest] if latest else []
    subject, at = done
    is_due = at is None or not at <= now < at + stamping.every
    return [latest] if latest > subject and is_due else []


def _is_asked(session: Session, kind: Stamped) -> bool:
    asked = select(Work.id).where(Work.kind == work_kind(kind), IS_OPEN)
    return session.scalar(asked.limit(1)) is not None


def _approvals(session: Session, *, proof: bool) -> Sequence[int]:
    latest = session.scalar(select(func.max(Approval.id))) or 0
    return session.scalars(
        select(Approval.id)
        .where(
            Approval.id > latest - _WINDOW,
            ~_has(Stamped.MANIFEST, Approval.id, proof=proof),
            ~_waits(Stamped.MANIFEST, Approval.id),
        )
        .order_by(Approval.id)
        .limit(_BATCH)
    ).all()


def _ending(session: Session, until: datetime) -> Sequence[int]:
    return session.scalars(
        select(TimeStamp.id)
        .where(
            TimeStamp.is_proof,
            TimeStamp.ends_at <= until,
            ~_has(Stamped.STAMP, TimeStamp.id, proof=True),
            ~_waits(Stamped.STAMP, TimeStamp.id),
        )
        .order_by(TimeStamp.ends_at)
        .limit(_BATCH)
    ).all()


def _has(
    kind: Stamped, subject: InstrumentedAttribute[int], *, proof: bool
) -> ColumnElement[bool]:
    # An alias, because a stamp may be over a stamp. The demo's stamps count only as
    # long as there is nobody better.
    stamp = aliased(TimeStamp)
    counts = stamp.is_proof if proof else true()
    return exists().where(stamp.kind == kind, stamp.subject == subject, counts)


def _waits(kind: Stamped, subject: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    return exists().where(
        Work.kind == work_kind(kind), Work.subject == subject, IS_OPEN
    )
