"""The runs of the chain that tie a filing's events to a head outside vouches for."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from storage.audit import chain_words
from storage.key_rotation import SIGNING, SUBJECT
from storage.originals import KEPT, ORIGINAL
from storage.proofs.witnesses import APPROVED, FILING
from storage.tables import AuditEvent, AuditHead, AuditSeal, Stamped, TimeStamp
from storage.values import READ


@dataclass(frozen=True, slots=True)
class Segment:
    """Events one after the other, the last of them under a kept head."""

    first: int
    head: AuditHead

    @property
    def last(self) -> int:
        return self.head.seq


def telling(
    *,
    filing: int,
    entries: Iterable[int],
    originals: Iterable[str],
    keys: Iterable[str],
) -> Select[AuditSeal]:
    """The seals of the events that a filing's proof rests on."""
    said = or_(
        _about(KEPT, ORIGINAL, originals),
        _about(READ, FILING, [str(filing)]),
        _about(APPROVED, "entry", map(str, entries)),
        _about(SIGNING, SUBJECT, keys),
    )
    return (
        select(AuditSeal)
        .join(AuditEvent, AuditEvent.id == AuditSeal.event_id)
        .where(said)
        .order_by(AuditSeal.seq)
    )


def segments(session: Session, seals: Iterable[AuditSeal]) -> list[Segment]:
    """As few and as short runs as tie each event to a head, stamped where one is."""
    found: list[Segment] = []
    for seal in seals:
        if found and seal.seq <= found[-1].last:
            continue
        head = _head_over(session, seal.seq)
        if head is not None:
            found.append(Segment(first=seal.seq, head=head))
    return found


def links(session: Session, segment: Segment) -> Iterator[dict[str, Any]]:
    """A run as it is written down: each event in the very words that were hashed."""
    rows = session.execute(
        select(AuditSeal, AuditEvent)
        .join(AuditEvent, AuditEvent.id == AuditSeal.event_id)
        .where(AuditSeal.seq.between(segment.first, segment.last))
        .order_by(AuditSeal.seq)
    )
    for seal, event in rows:
        yield {
            "seq": seal.seq,
            "prev": seal.prev,
            "hash": seal.hash,
            "event": chain_words(event).decode(),
        }


def _about(act: str, kind: str, subjects: Iterable[str]) -> ColumnElement[bool]:
    return (
        (AuditEvent.act == act)
        & (AuditEvent.subject_kind == kind)
        & AuditEvent.subject_id.in_(list(subjects))
    )


def _head_over(session: Session, seq: int) -> AuditHead | None:
    later: Select[AuditHead] = (
        select(AuditHead).where(AuditHead.seq >= seq).order_by(AuditHead.seq).limit(1)
    )
    stamped: Sequence[AuditHead] = session.scalars(
        later.join(
            TimeStamp,
            (TimeStamp.kind == Stamped.HEAD) & (TimeStamp.subject == AuditHead.seq),
        )
    ).all()
    return stamped[0] if stamped else session.scalars(later).first()
