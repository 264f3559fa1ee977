"""Who is told of which events, and the secrets they know us by."""

import json
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from delivery.events.address import Gate
from delivery.events.message import demand_secret, new_secret
from kamizero.errors import ConflictError, MissingError, WrongCallError
from storage import audit, sites
from storage.tables import (
    AuditSeal,
    EventMessage,
    MessageState,
    Subscription,
    SubscriptionState,
)
from storage.vault import Sealed, Vault

_NAME = re.compile(r"[a-z][a-z0-9-]{1,31}")
_TYPE = re.compile(r"kamizero\.[a-z0-9_.]{0,80}\*?")
EVERYTHING = ("kamizero.entry.*", "kamizero.delivery.*")


def subscribe(
    session: Session,
    vault: Vault,
    gate: Gate,
    *,
    name: str,
    url: str,
    actor: str,
    now: datetime,
    types: Sequence[str] = EVERYTHING,
    site: str | None = None,
    secret: str = "",
) -> str:
    """Tell a receiver of events from now on; return the secret, which is shown once.

    Raises:
        WrongCallError: name, address, types, site or secret cannot be.
        ConflictError: the name is taken.
    """
    if not _NAME.fullmatch(name):
        raise WrongCallError("A name is 2 to 32 small letters, digits and hyphens.")
    if session.scalar(select(Subscription.id).where(Subscription.name == name)):
        raise ConflictError(f"There is a subscription {name} already.")
    if not types or not all(_TYPE.fullmatch(one) for one in types):
        raise WrongCallError("Types are such as kamizero.entry.approve or kamizero.*.")
    if site is not None:
        sites.demand_site(session, site)
    gate.check(url)
    if secret:
        demand_secret(secret)
    given = secret or new_secret()
    last = session.scalar(select(func.max(AuditSeal.seq))) or 0
    row = Subscription(
        name=name,
        url=url,
        types=list(types),
        of_site=site,
        state=SubscriptionState.ACTIVE,
        position=last,
        since=last,
        made_at=now,
        made_by=actor,
    )
    _seal(vault, row, [(given, None)])
    session.add(row)
    session.flush()
    _record(session, "subscription.added", row, actor=actor, now=now)
    return given


def rotate(
    session: Session,
    vault: Vault,
    row: Subscription,
    *,
    actor: str,
    now: datetime,
    overlap: timedelta,
) -> str:
    """A new secret; for a while everything is signed with the former one too."""
    _hold(session, row)
    given = new_secret()
    kept = [
        (secret, min(until or now + overlap, now + overlap))
        for secret, until in _good(vault, row, now=now)
    ]
    _seal(vault, row, [(given, None), *kept])
    _record(session, "subscription.rotated", row, actor=actor, now=now)
    return given


def secrets_of(vault: Vault, row: Subscription, *, now: datetime) -> list[str]:
    """The secrets that are good now, the newest first."""
    return [secret for secret, _ in _good(vault, row, now=now)]


def disable(
    session: Session, row: Subscription, *, why: str, actor: str, now: datetime
) -> None:
    """Send nothing more for now; what happens meanwhile waits."""
    row.state, row.why = SubscriptionState.DISABLED, why
    _record(session, "subscription.disabled", row, actor=actor, now=now)


def enable(session: Session, row: Subscription, *, actor: str, now: datetime) -> None:
    """Go on where it was left."""
    if row.state != SubscriptionState.DISABLED:
        raise ConflictError(f"The subscription {row.name} is {row.state}.")
    row.state, row.why = SubscriptionState.ACTIVE, None
    _record(session, "subscription.enabled", row, actor=actor, now=now)


def end(session: Session, row: Subscription, *, actor: str, now: datetime) -> None:
    """Never send anything again. Ended twice, it is ended once."""
    if row.state != SubscriptionState.ENDED:
        row.state, row.why = SubscriptionState.ENDED, None
        _record(session, "subscription.ended", row, actor=actor, now=now)


def replay(
    session: Session, row: Subscription, *, after: int, actor: str, now: datetime
) -> None:
    """Tell everything after an event once more, under the ids it had."""
    _hold(session, row)
    row.since = min(row.since, after)
    row.position = min(row.position, after)
    session.execute(
        update(EventMessage)
        .where(EventMessage.subscription_id == row.id, EventMessage.seq > after)
        .values(
            state=MessageState.WAITING, attempts=0, due_at=now, acknowledged_at=None
        )
    )
    _record(session, "subscription.replayed", row, actor=actor, now=now, after=after)


def find(session: Session, name: str) -> Subscription:
    """The subscription of that name. Raises MissingError."""
    row = session.scalar(select(Subscription).where(Subscription.name == name))
    if row is None:
        raise MissingError(f"There is no subscription {name}.")
    return row


def everyone(session: Session) -> Sequence[Subscription]:
    return session.scalars(select(Subscription).order_by(Subscription.name)).all()


def _good(
    vault: Vault, row: Subscription, *, now: datetime
) -> list[tuple[str, datetime | None]]:
    """The secrets that are good now, and until when."""
    sealed = Sealed(key_id=row.key_id, data=row.sealed)
    found = [
        (secret, datetime.fromisoformat(until) if until else None)
        for secret, until in json.loads(vault.open(sealed, bound_to=row.sealed_place))
    ]
    return [(secret, until) for secret, until in found if until is None or until > now]


def _seal(
    vault: Vault, row: Subscription, found: Sequence[tuple[str, datetime | None]]
) -> None:
    plain = json.dumps(
        [(secret, until.isoformat() if until else None) for secret, until in found]
    )
    sealed = vault.seal(plain.encode(), bound_to=row.sealed_place)
    row.key_id, row.sealed = sealed.key_id, sealed.data


def _hold(session: Session, row: Subscription) -> None:
    """Let nobody send meanwhile, or end it. Raises ConflictError."""
    session.refresh(row, with_for_update=True)
    if row.state == SubscriptionState.ENDED:
        raise ConflictError(f"The subscription {row.name} has ended.")


def _record(
    session: Session,
    act: str,
    row: Subscription,
    *,
    actor: str,
    now: datetime,
    **more: int,
) -> None:
    audit.record(
        session,
        actor=actor,
        act=act,
        subject_kind="subscription",
        subject_id=row.id,
        now=now,
        body={"name": row.name, **more},
    )
