"""Where the machine's time comes from, as an event of each day.

The kernel knows whether a time server keeps its clock right. Where it does not say so
and no authority stamped anything, that is told, not supposed.
"""

import ctypes
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.tokyo import business_date
from storage import audit
from storage.database import Database
from storage.tables import AuditEvent, TimeStamp

ACT = "clock.compared"
SUBJECT = "machine_clock"
# The event of each day is itself stamped, so an authority that answers did lately.
LATELY = timedelta(days=2)

_UNSYNCHRONISED = 0x0040
_FAILED = -1


class Kept(StrEnum):
    """What the kernel says of its clock."""

    BY_SERVER = "by_server"
    BY_NOBODY = "by_nobody"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class KernelClock:
    """The kernel's word; `most_off` is how far it may be off at most, by itself."""

    kept: Kept
    most_off: timedelta | None = None


class _Timex(ctypes.Structure):
    # The head of the kernel's struct timex; what follows is not read, only written.
    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 512),
    )


def kernel_clock() -> KernelClock:
    """Ask the kernel of this machine; nothing is changed by it."""
    if not sys.platform.startswith("linux"):
        return KernelClock(Kept.UNKNOWN)
    told = _Timex()
    failed = ctypes.CDLL(None).adjtimex(ctypes.byref(told)) == _FAILED
    return KernelClock(Kept.UNKNOWN) if failed else _said(told.status, told.maxerror)


def _said(status: int, most_microseconds: int) -> KernelClock:
    if status & _UNSYNCHRONISED:
        return KernelClock(Kept.BY_NOBODY)
    return KernelClock(Kept.BY_SERVER, timedelta(microseconds=most_microseconds))


def compare_daily(
    database: Database, kernel: Callable[[], KernelClock], *, now: datetime
) -> bool:
    """Write down what the day's time rests on; False where that was done today."""
    day = business_date(now).isoformat()
    with database.begin() as session:
        if _compared(session, day):
            return False
        found, off = kernel(), _off_authority(session, now=now)
        audit.record(
            session,
            actor="kamizero",
            act=ACT,
            subject_kind=SUBJECT,
            subject_id=day,
            now=now,
            body={
                "kernel": found.kept.value,
                "most_off_ms": _milliseconds(found.most_off),
                "off_authority_ms": _milliseconds(off),
            },
        )
    return True


def unchecked_since(session: Session) -> datetime | None:
    """When it was last found that nothing vouches for the time; None where it does."""
    last = session.scalar(
        select(AuditEvent)
        .where(AuditEvent.subject_kind == SUBJECT)
        .order_by(AuditEvent.subject_id.desc())
        .limit(1)
    )
    if last is None or last.body["kernel"] == Kept.BY_SERVER:
        return None
    return last.at if last.body["off_authority_ms"] is None else None


def _compared(session: Session, day: str) -> bool:
    done = select(AuditEvent.id).where(
        AuditEvent.subject_kind == SUBJECT, AuditEvent.subject_id == day
    )
    return session.scalars(done.limit(1)).one_or_none() is not None


def _off_authority(session: Session, *, now: datetime) -> timedelta | None:
    """How far the clock was from the authority's at the last stamp that is a proof."""
    last = session.scalar(
        select(TimeStamp)
        .where(TimeStamp.is_proof, TimeStamp.kept_at > now - LATELY)
        .order_by(TimeStamp.id.desc())
        .limit(1)
    )
    return last.kept_at - last.stamped_at if last else None


def _milliseconds(span: timedelta | None) -> int | None:
    return None if span is None else round(span / timedelta(milliseconds=1))
