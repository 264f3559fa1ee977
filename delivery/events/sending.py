"""Telling receivers: what is due, in order by subject, again until acknowledged."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from delivery.events.message import body_of_event, headers_of
from delivery.events.posting import UNREACHED, Post, Reply
from delivery.events.queueing import is_behind, queue_new
from delivery.events.subscriptions import disable, secrets_of
from kamizero import traces
from kamizero.errors import StaleFenceError
from storage import work
from storage.claims import Claim
from storage.database import Database
from storage.tables import (
    AuditEvent,
    EventMessage,
    MessageState,
    Subscription,
    SubscriptionState,
)
from storage.traced import trace_of_event
from storage.vault import Vault

WORK = "events"
SENDER = "kamizero"
# About three days, as Standard Webhooks proposes; then a person is told.
WAITS = tuple(
    timedelta(seconds=one)
    for one in (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
_LONGEST = timedelta(days=1)
_GONE = 410
# So many are sent before what became of them is written down: a crash sends them
# again under the same ids.
_AT_ONCE = 20
# Whoever cannot be reached so often in a row is left alone until the next round.
_PATIENCE = 5
_LEASE = timedelta(minutes=6)
# No round outlives the lease, however slowly a receiver answers; and after so long the
# next receiver has its turn.
_ROUND = _LEASE / 2
_TURN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends for one installation; any number may run at once.

    Attributes:
        is_stopped: asked before each message, so that nobody waits for all of them.
        waits: how long until each attempt after the first.
    """

    database: Database
    vault: Vault
    post: Post
    clock: Callable[[], datetime]
    is_stopped: Callable[[], bool] = lambda: False
    waits: tuple[timedelta, ...] = WAITS

    def send_all(self, *, rounds: int = 500) -> int:
        """Tell everybody what is due now; return how many messages were sent.

        Args:
            rounds: how much at most for one receiver, before the next has its turn.
        """
        with self.database.look() as session:
            active = select(Subscription.id).where(
                Subscription.state == SubscriptionState.ACTIVE
            )
            numbers = session.scalars(active.order_by(Subscription.id)).all()
        return sum(self._send(number, rounds) for number in numbers)

    def _send(self, number: int, rounds: int) -> int:
        """One sender at a time for each receiver, or order would be lost."""
        if not self._has_any(number):
            return 0
        now = self.clock()
        with self.database.begin() as session:
            work.put(session, kind=WORK, subject=number, site="", now=now)
        claim = work.claim(
            self.database,
            kinds=[WORK],
            worker=SENDER,
            lease=_LEASE,
            now=now,
            subject=number,
        )
        if claim is None:
            return 0
        try:
            sent = self._rounds(claim, rounds)
            with self.database.begin() as session:
                work.finish(session, claim, now=self.clock())
        except StaleFenceError:
            # Somebody else goes on; what was not written down is sent again.
            return 0
        return sent

    def _rounds(self, claim: Claim, rounds: int) -> int:
        sent = 0
        with self.database.begin() as session:
            row = _locked(session, claim.subject)
            queue_new(session, row, now=self.clock())
        begun = self.clock()
        for _ in range(rounds):
            told, goes_on = self._round(claim)
            sent += told
            if not goes_on or self.clock() - begun > _TURN:
                break
        return sent

    def _round(self, claim: Claim) -> tuple[int, bool]:
        """Send what is due; how many, and whether to go on at once."""
        with self.database.look() as session:
            row = session.get_one(Subscription, claim.subject)
            if row.state != SubscriptionState.ACTIVE:
                return 0, False
            found = due(session, row, now=self.clock(), limit=_AT_ONCE)
            secrets = secrets_of(self.vault, row, now=self.clock())
            parents = {number: trace_of_event(session, one) for number, one in found}
        replies: list[tuple[int, Reply]] = []
        begun = self.clock()
        for message, event in found:
            if self.is_stopped() or self.clock() - begun > _ROUND:
                break
            with traces.span(
                "post", parent=parents[message], event=event.id, receiver=row.id
            ):
                replies.append((message, self._tell(row.url, event, secrets)))
            if _is_out_of_patience(replies):
                break
        with self.database.begin() as session:
            work.prolong(session, claim, lease=_LEASE, now=self.clock())
            row = _locked(session, claim.subject)
            for message, reply in replies:
                self._note(session, row, message, reply)
            queue_new(session, row, now=self.clock())
        goes_on = bool(replies) and not _is_out_of_patience(replies)
        return len(replies), goes_on

    def _tell(self, url: str, event: AuditEvent, secrets: Sequence[str]) -> Reply:
        body = body_of_event(event)
        headers = headers_of(
            body, name=str(event.id), now=self.clock(), secrets=secrets
        )
        at = traces.here()
        return self.post(
            url, body, {**headers, traces.TRACEPARENT: at} if at else headers
        )

    def _note(
        self, session: Session, row: Subscription, number: int, reply: Reply
    ) -> None:
        now = self.clock()
        message = session.get_one(EventMessage, number)
        message.attempts += 1
        message.last_status = reply.status
        if reply.is_acknowledged:
            message.state, message.acknowledged_at = MessageState.ACKNOWLEDGED, now
            return
        if reply.status == _GONE and row.state == SubscriptionState.ACTIVE:
            disable(session, row, why="gone", actor=SENDER, now=now)
            message.due_at = now
        elif message.attempts > len(self.waits):
            message.state = MessageState.GIVEN_UP
        else:
            wait = self.waits[message.attempts - 1]
            message.due_at = now + wait_of(message, reply, wait, now=now)

    def _has_any(self, number: int) -> bool:
        """Idle senders stay away from the writer's lock."""
        with self.database.look() as session:
            row = session.get_one(Subscription, number)
            if due(session, row, now=self.clock(), limit=1):
                return True
            return is_behind(session, row)


def due(
    session: Session, row: Subscription, *, now: datetime, limit: int
) -> list[tuple[int, AuditEvent]]:
    """What may be sent now: never before an earlier message of the same subject."""
    earlier = aliased(EventMessage)
    waits = select(earlier.id).where(
        earlier.subscription_id == row.id,
        earlier.state == MessageState.WAITING,
        earlier.subject == EventMessage.subject,
        earlier.seq < EventMessage.seq,
    )
    found = session.execute(
        select(EventMessage.id, AuditEvent)
        .join(AuditEvent, AuditEvent.id == EventMessage.event_id)
        .where(
            EventMessage.subscription_id == row.id,
            EventMessage.state == MessageState.WAITING,
            EventMessage.due_at <= now,
            ~waits.exists(),
        )
        .order_by(EventMessage.seq)
        .limit(limit)
    )
    return [(number, event) for number, event in found]


def wait_of(
    message: EventMessage, reply: Reply, wait: timedelta, *, now: datetime
) -> timedelta:
    """How long until the next attempt, and not before what the receiver asks for."""
    # A tenth of jitter, so that not everything that failed comes back at once.
    mark = hashlib.sha256(f"{message.id}/{message.attempts}".encode()).digest()[0]
    asked = timedelta(seconds=min(max(reply.wait(now), 0.0), _LONGEST.total_seconds()))
    return max(wait + wait * (mark / 2550), asked)


def _locked(session: Session, number: int) -> Subscription:
    """Nobody rewinds or ends it while what was sent is written down."""
    return session.get_one(Subscription, number, with_for_update=True)


def _is_out_of_patience(replies: Sequence[tuple[int, Reply]]) -> bool:
    last = [reply.status for _, reply in replies[-_PATIENCE:]]
    return len(last) == _PATIENCE and set(last) == {UNREACHED}
