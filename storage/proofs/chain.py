"""No event was edited, removed or added later, and the chain's end is its end."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.errors import MissingError, StoreError, TamperedError
from storage.audit import FIRST_PREV, HEADS, chained, unsealed
from storage.database import Database
from storage.interfaces import ObjectStore
from storage.proofs import witnesses
from storage.proofs.report import MISSING, Tally, path_in
from storage.tables import AuditEvent, AuditHead, AuditSeal

EVENT = "audit_event"
SEAL = "audit_seal"
HEAD = "audit_head"
UNSEALED = "audit_event_unsealed"

_CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Head:
    """What the store remembers of the chain at one moment."""

    hash: str
    path: str


@dataclass(slots=True)
class Walk:
    """Where a walk along the chain stands."""

    tally: Tally
    heads: Mapping[int, list[Head]]
    seq: int = 0
    prev: str = FIRST_PREV
    passed: set[int] = field(default_factory=set)

    def step(self, seal: AuditSeal, event: AuditEvent | str) -> None:
        """Go on by one seal; its event, or in a word why there is none."""
        if seal.seq != self.seq + 1:
            missing = f"{self.seq + 1}" + (
                f" to {seal.seq - 1}" if seal.seq > self.seq + 2 else ""
            )
            self.tally.differs(SEAL, missing, expected="a seal", found=MISSING)
            self.prev = seal.prev
        elif seal.prev != self.prev:
            self.tally.differs(SEAL, seal.seq, expected=self.prev, found=seal.prev)
        self._event(seal, event)
        self._heads(seal)
        self.seq, self.prev = seal.seq, seal.hash

    def end(self) -> None:
        """Heads beyond the last seal were cut off."""
        for seq in sorted(self.heads.keys() - self.passed):
            for head in self.heads[seq]:
                self._head_differs(seq, head, MISSING)

    def _event(self, seal: AuditSeal, event: AuditEvent | str) -> None:
        found = event
        if isinstance(event, AuditEvent):
            found = _recomputed(seal.seq, self.prev, event)
        if found != seal.hash:
            self.tally.differs(
                EVENT, seal.event_id, expected=seal.hash, found=str(found)
            )

    def _heads(self, seal: AuditSeal) -> None:
        self.passed.add(seal.seq)
        for head in self.heads.get(seal.seq, ()):
            if head.hash != seal.hash:
                self._head_differs(seal.seq, head, seal.hash)

    def _head_differs(self, seq: int, head: Head, found: str) -> None:
        self.tally.differs(HEAD, seq, path=head.path, expected=head.hash, found=found)


def prove(database: Database, store: ObjectStore, tally: Tally) -> None:
    for kind in (EVENT, SEAL, HEAD):
        tally.count(kind, 0)
    # Heads first: each was committed to the chain before the store had it.
    walk = Walk(tally=tally, heads=_kept_heads(database, store, tally))
    with database.look() as session:
        for seal, event in _chain(session, tally):
            walk.step(seal, event)
            tally.count(SEAL)
            tally.count(EVENT)
        tally.note(UNSEALED, unsealed(session))
    walk.end()
    witnesses.prove_told(database, tally)


def _kept_heads(
    database: Database, store: ObjectStore, tally: Tally
) -> dict[int, list[Head]]:
    with database.look() as session:
        rows = {row.store_key: row for row in session.scalars(select(AuditHead))}
    heads: dict[int, list[Head]] = {}
    for key in store.keys(HEADS):
        row = rows.pop(key, None)
        tally.count(HEAD)
        try:
            # A key ends in the hash of its bytes, whatever a row says.
            sha256 = key.rpartition("/")[2]
            version = row.store_version if row else ""
            body = json.loads(store.read(key, version=version, sha256=sha256))
        except (TamperedError, MissingError, StoreError) as error:
            tally.differs(
                HEAD,
                row.seq if row else key,
                path=path_in(store, key),
                expected=key,
                found=getattr(error, "found", "") or "unreadable",
            )
            continue
        head = Head(hash=body["hash"], path=path_in(store, key))
        heads.setdefault(body["seq"], []).append(head)
    for key, row in rows.items():
        path = path_in(store, key)
        tally.differs(HEAD, row.seq, path=path, expected=row.hash, found=MISSING)
    return heads


def _chain(
    session: Session, tally: Tally
) -> Iterator[tuple[AuditSeal, AuditEvent | str]]:
    last = 0
    while True:
        seals = session.scalars(
            select(AuditSeal)
            .where(AuditSeal.seq > last)
            .order_by(AuditSeal.seq)
            .limit(_CHUNK)
        ).all()
        if not seals:
            return
        events = _events(session, [seal.event_id for seal in seals])
        known = [one for one in events.values() if isinstance(one, AuditEvent)]
        witnesses.hear(session, known, tally)
        for seal in seals:
            yield seal, events.get(seal.event_id, MISSING)
        last = seals[-1].seq
        # The rows of a long chain would otherwise all stay in memory.
        session.expunge_all()


def _events(session: Session, ids: Sequence[int]) -> dict[int, AuditEvent | str]:
    query = select(AuditEvent).where(AuditEvent.id.in_(ids))
    try:
        return {event.id: event for event in session.scalars(query)}
    except ValueError:
        # A hand left something that is no JSON or no time: find out which event.
        if len(ids) == 1:
            return {ids[0]: "unreadable"}
    middle = len(ids) // 2
    return _events(session, ids[:middle]) | _events(session, ids[middle:])


def _recomputed(seq: int, prev: str, event: AuditEvent) -> str:
    try:
        return chained(seq, prev, event)
    except ValueError:
        return "unreadable"
