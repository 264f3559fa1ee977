"""One stamp from the question to its row: the reply is kept first, then named."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from kamizero.errors import AuthorityError, MissingError
from storage import audit
from storage.audit import HEAD_RETENTION
from storage.interfaces import Kept, ObjectStore
from storage.tables import Approval, AuditHead, Stamped, TimeStamp
from storage.time_stamps.asking import Stamping
from storage.time_stamps.authority import TimeAuthority
from storage.time_stamps.token import Token, sha256

STAMPS = "stamps"
MADE = "time_stamp.made"

Object = Approval | AuditHead | TimeStamp


@dataclass(frozen=True, slots=True)
class Target:
    """The object whose bytes are stamped.

    Attributes:
        ends_at: when an earlier stamp's certificate ends, which this one renews.
    """

    kind: Stamped
    subject: int
    key: str
    version: str
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stamp:
    """A stamp whose reply lies in the store, with no row yet."""

    target: Target
    authority: TimeAuthority
    over_sha256: str
    token: Token
    kept: Kept


def target_of(session: Session, kind: Stamped, subject: int) -> Target:
    """What a work row asks to be stamped. Raises MissingError."""
    row = _object(session, kind, subject)
    if row is None:
        raise MissingError(f"There is no {kind} {subject} to stamp.")
    return Target(
        kind=kind,
        subject=subject,
        key=row.store_key,
        version=row.store_version,
        ends_at=row.ends_at if isinstance(row, TimeStamp) else None,
    )


def _object(session: Session, kind: Stamped, subject: int) -> Object | None:
    if kind is Stamped.MANIFEST:
        return session.get(Approval, subject)
    if kind is Stamped.HEAD:
        return session.get(AuditHead, subject)
    return session.get(TimeStamp, subject)


def stamped(
    store: ObjectStore, stamping: Stamping, target: Target, *, now: datetime
) -> Stamp | None:
    """Have it stamped and put outside; None where it only went outside.

    Raises:
        AuthorityError: the authority does not do it now.
        StoreError: reply or anchor cannot be written now.
        TamperedError, MissingError: what is to be stamped is not as it was kept.
    """
    # A key ends in the hash of its bytes, whatever a row says.
    data = store.read(
        target.key, version=target.version, sha256=target.key.rpartition("/")[2]
    )
    stamp = None
    if stamping.authority is not None:
        stamp = _asked(store, stamping.authority, target, data, now=now)
    if stamping.anchors is not None and target.kind is Stamped.HEAD:
        # Outside lies what proves something.
        proves = stamp is not None and stamp.authority.trust.is_proof
        reply = stamp.token.raw if stamp and proves else None
        stamping.anchors.keep(target.subject, data, reply)
    return stamp


def add_stamp(session: Session, stamp: Stamp, *, now: datetime) -> TimeStamp:
    """Write down the stamp, in the transaction that ends its work."""
    target, token = stamp.target, stamp.token
    row = TimeStamp(
        kind=target.kind,
        subject=target.subject,
        over_sha256=stamp.over_sha256,
        over_key=target.key,
        over_version=target.version,
        authority=stamp.authority.name,
        is_proof=stamp.authority.trust.is_proof,
        kept_at=now,
        stamped_at=token.at,
        serial=token.serial,
        policy=token.policy,
        ends_at=token.ends_at,
        sha256=stamp.kept.sha256,
        store_key=stamp.kept.key,
        store_version=stamp.kept.version,
    )
    session.add(row)
    session.flush()
    audit.record(
        session,
        actor="kamizero",
        act=MADE,
        subject_kind="time_stamp",
        subject_id=row.id,
        now=now,
        body={
            "kind": target.kind.value,
            "subject": target.subject,
            "over": stamp.over_sha256,
            "reply": stamp.kept.sha256,
            "is_proof": row.is_proof,
        },
    )
    return row


def _asked(
    store: ObjectStore,
    authority: TimeAuthority,
    target: Target,
    data: bytes,
    *,
    now: datetime,
) -> Stamp:
    token = authority.stamp(data)
    if target.ends_at is not None and token.ends_at <= target.ends_at:
        raise AuthorityError(
            f"{authority.name} still signs with a certificate that ends on "
            f"{token.ends_at:%Y-%m-%d}: stamp {target.subject} is not renewed by it. "
            "Ask the authority when it changes its certificate, or name another one."
        )
    kept = store.put(token.raw, prefix=STAMPS, retain_until=now + HEAD_RETENTION)
    return Stamp(target, authority, sha256(data), token, kept)
