"""Every stamp is over what it says it is, and the chain holds what lies outside."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import String, cast, func, select
from sqlalchemy.orm import Session

from kamizero.errors import (
    AuthorityError,
    KamizeroError,
    MissingError,
    TamperedError,
)
from storage.database import Database
from storage.interfaces import ObjectStore
from storage.proofs.outside import Outside
from storage.proofs.report import MISSING, Tally, path_in
from storage.tables import (
    Approval,
    AuditEvent,
    AuditHead,
    AuditSeal,
    Stamped,
    TimeStamp,
    Work,
    WorkState,
)
from storage.time_stamps.anchors import AnchoredHead
from storage.time_stamps.asking import STAMP_WORK
from storage.time_stamps.keeping import MADE
from storage.time_stamps.token import Token, Trust, checked

KIND = "time_stamp"
ANCHOR = "anchor"
UNCHECKED = "time_stamp_unchecked"
NO_PROOF = "time_stamp_no_proof"
WAITING = "time_stamp_waiting"

_CHUNK = 500


def prove(
    database: Database, store: ObjectStore, outside: Outside, tally: Tally
) -> None:
    for kind in (KIND, ANCHOR):
        tally.count(kind, 0)
    unchecked = no_proof = 0
    for rows, subjects, told in _chunks(database):
        for row in rows:
            tally.count(KIND)
            trust = outside.trust if row.is_proof else outside.demo
            no_proof += not row.is_proof
            unchecked += trust is None
            _prove_told(row, told.get(str(row.id)), tally)
            _prove_subject(row, subjects, tally)
            _prove_reply(store, row, trust, tally)
    tally.note(UNCHECKED, unchecked)
    tally.note(NO_PROOF, no_proof)
    with database.look() as session:
        tally.note(WAITING, _waiting(session))
        _prove_there(session, tally)
        _prove_renewed(session, outside, tally)
        _prove_anchors(session, outside, tally)


Subjects = Mapping[tuple[str, int], str]
Told = Mapping[str, Mapping[str, Any]]


def _chunks(
    database: Database,
) -> Iterator[tuple[Sequence[TimeStamp], Subjects, Told]]:
    last = 0
    while True:
        with database.look() as session:
            rows = session.scalars(
                select(TimeStamp)
                .where(TimeStamp.id > last)
                .order_by(TimeStamp.id)
                .limit(_CHUNK)
            ).all()
            subjects, told = _subjects(session, rows), _told(session, rows)
        if not rows:
            return
        yield rows, subjects, told
        last = rows[-1].id


def _told(session: Session, rows: Sequence[TimeStamp]) -> Told:
    """What the events say of these stamps."""
    events = select(AuditEvent.subject_id, AuditEvent.body).where(
        AuditEvent.subject_kind == KIND,
        AuditEvent.subject_id.in_([str(row.id) for row in rows]),
        AuditEvent.act == MADE,
    )
    try:
        return {key: body for key, body in session.execute(events)}
    except ValueError:
        # A hand left something that is no JSON; the chain names the event.
        return {}


def _prove_there(session: Session, tally: Tally) -> None:
    """No stamp that an event tells of has gone."""
    gone = (
        select(AuditEvent.subject_id)
        .outerjoin(TimeStamp, cast(TimeStamp.id, String) == AuditEvent.subject_id)
        .where(
            AuditEvent.subject_kind == KIND,
            AuditEvent.act == MADE,
            TimeStamp.id.is_(None),
        )
    )
    for key in session.scalars(gone.order_by(AuditEvent.id)):
        tally.differs(KIND, key, expected="a row", found=MISSING)


def _subjects(session: Session, rows: Sequence[TimeStamp]) -> Subjects:
    """The SHA-256 that each stamped row says its object has."""
    found: dict[tuple[str, int], str] = {}
    for kind, key, digest in (
        (Stamped.MANIFEST, Approval.id, Approval.manifest_sha256),
        (Stamped.HEAD, AuditHead.seq, AuditHead.store_key),
        (Stamped.STAMP, TimeStamp.id, TimeStamp.sha256),
    ):
        wanted = [row.subject for row in rows if row.kind == kind]
        pairs = session.execute(select(key, digest).where(key.in_(wanted)))
        found |= {(kind, one): said.rpartition("/")[2] for one, said in pairs}
    return found


def _prove_told(row: TimeStamp, told: Mapping[str, Any] | None, tally: Tally) -> None:
    if told is None:
        tally.differs(KIND, row.id, expected="an event", found=MISSING)
        return
    said = {"over": row.over_sha256, "reply": row.sha256, "is_proof": row.is_proof}
    for name, value in said.items():
        if told.get(name) != value:
            tally.differs(
                KIND,
                row.id,
                expected=f"{name} {told.get(name)}",
                found=f"{name} {value}",
            )


def _prove_subject(row: TimeStamp, subjects: Subjects, tally: Tally) -> None:
    found = subjects.get((row.kind, row.subject), MISSING)
    if found != row.over_sha256:
        tally.differs(
            KIND,
            row.id,
            expected=f"{row.kind} {row.subject} with {row.over_sha256}",
            found=found,
        )


def _prove_reply(
    store: ObjectStore,
    row: TimeStamp,
    trust: Trust | None,
    tally: Tally,
) -> None:
    data = _kept(store, row, row.over_key, row.over_version, row.over_sha256, tally)
    reply = _kept(store, row, row.store_key, row.store_version, row.sha256, tally)
    if trust is None or data is None or reply is None:
        return
    path = path_in(store, row.store_key)
    try:
        token = checked(reply, data, trust=trust)
    except AuthorityError as error:
        tally.differs(
            KIND,
            row.id,
            path=path,
            expected="a stamp over these bytes",
            found=str(error.__cause__ or error),
        )
        return
    for expected, found in _unlike(token, row):
        tally.differs(KIND, row.id, path=path, expected=expected, found=found)


def _unlike(token: Token, row: TimeStamp) -> Iterator[tuple[str, str]]:
    """Where the row says something else than the stamp."""
    pairs = (
        (
            f"stamped at {token.at.isoformat()}",
            f"stamped at {row.stamped_at.isoformat()}",
        ),
        (f"ending {token.ends_at.isoformat()}", f"ending {row.ends_at.isoformat()}"),
        (f"serial {token.serial}", f"serial {row.serial}"),
        (f"policy {token.policy}", f"policy {row.policy}"),
    )
    return ((said, found) for said, found in pairs if said != found)


def _kept(
    store: ObjectStore,
    row: TimeStamp,
    key: str,
    version: str,
    sha256: str,
    tally: Tally,
) -> bytes | None:
    try:
        return store.read(key, version=version, sha256=sha256)
    except MissingError:
        found = MISSING
    except TamperedError as error:
        found = error.found or "changed"
    except KamizeroError:
        found = "unreadable"
    tally.differs(KIND, row.id, path=path_in(store, key), expected=sha256, found=found)
    return None


def _prove_renewed(session: Session, outside: Outside, tally: Tally) -> None:
    """No proof ended without a newer stamp over it, set in time."""
    if outside.now is None:
        return
    newer = {
        subject: at
        for subject, at in session.execute(
            select(TimeStamp.subject, func.min(TimeStamp.stamped_at))
            .where(TimeStamp.kind == Stamped.STAMP)
            .group_by(TimeStamp.subject)
        )
    }
    ended = select(TimeStamp.id, TimeStamp.ends_at).where(
        TimeStamp.is_proof, TimeStamp.ends_at < outside.now
    )
    for key, ends_at in session.execute(ended.order_by(TimeStamp.id)):
        at = newer.get(key)
        if at is None or at > ends_at:
            tally.differs(
                KIND,
                key,
                expected=f"a newer stamp over it by {ends_at:%Y-%m-%d}",
                found=MISSING if at is None else f"one of {at:%Y-%m-%d}",
            )


def _waiting(session: Session) -> int:
    waits = select(func.count()).select_from(Work)
    return session.scalars(
        waits.where(Work.kind.in_(STAMP_WORK), Work.state == WorkState.OPEN)
    ).one()


def _prove_anchors(session: Session, outside: Outside, tally: Tally) -> None:
    if outside.anchors is None:
        return
    for head in outside.anchors.heads():
        tally.count(ANCHOR)
        found = session.scalar(select(AuditSeal.hash).where(AuditSeal.seq == head.seq))
        if found != head.hash:
            tally.differs(
                ANCHOR,
                head.seq,
                path=head.path,
                expected=head.hash,
                found=found or MISSING,
            )
        _prove_anchored_stamp(head, outside, tally)


def _prove_anchored_stamp(head: AnchoredHead, outside: Outside, tally: Tally) -> None:
    if head.reply is None or outside.trust is None:
        return
    try:
        checked(head.reply, head.data, trust=outside.trust)
    except AuthorityError as error:
        tally.differs(
            ANCHOR,
            head.seq,
            path=head.path,
            expected="a stamp over this head",
            found=str(error.__cause__ or error),
        )
