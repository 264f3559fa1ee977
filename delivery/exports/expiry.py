"""Files that nobody fetched in time: taken away, and what becomes of their entries.

Nobody knows whether the receiver read such a file where it lay: its entries are in
doubt, and a person says what becomes of them.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session, joinedload

from delivery.exports.destinations import all_destinations, terms_of
from delivery.exports.sealing import shown_hash
from delivery.robots import registrations
from delivery.robots.way import Act, By, go
from kamizero.errors import ConflictError, ForbiddenError
from storage import audit
from storage.tables import (
    Delivery,
    DeliveryState,
    ExpiryEnd,
    ExportDestination,
    ExportEnd,
    ExportFile,
    ExportItem,
    ExportState,
    FileEnd,
    Outcome,
)

_ACTOR = "kamizero"
# Fences of robots count up from 1: no robot ever had this.
_BY_HAND = 0
_SHOWN = 100


def due_files(session: Session, *, now: datetime) -> Iterator[int]:
    """The files whose time is over and of which nobody knows what became."""
    for destination in all_destinations(session):
        days = terms_of(destination).expires_days
        if days is not None:
            latest = now - timedelta(days=days)
            yield from session.scalars(_lying(destination, latest))


def note_fetched(session: Session, file: ExportFile, *, now: datetime) -> None:
    """Its receiver took it away."""
    session.add(
        ExportEnd(file_id=file.id, how=FileEnd.FETCHED, begun_at=now, done_at=now)
    )
    _record(session, "export_file.fetched", file, actor=_ACTOR, now=now)


def begin_expiry(session: Session, file: ExportFile, *, now: datetime) -> None:
    """Say that it is about to be removed, before anything is."""
    session.add(ExportEnd(file_id=file.id, how=FileEnd.EXPIRED, begun_at=now))
    session.flush()


def finish_expiry(session: Session, file: ExportFile, *, now: datetime) -> None:
    """Note that nothing of it lies there any more: its entries are in doubt."""
    end = session.scalars(
        select(ExportEnd).where(ExportEnd.file_id == file.id).with_for_update()
    ).one()
    if end.done_at is not None:
        return
    end.done_at = now
    for row in _of_state(file, DeliveryState.TAKEN):
        about = {"file": file.id}
        go(session, row, Act.DOUBT, by=By.MACHINE, actor=_ACTOR, now=now, about=about)
    _record(session, "export_file.expired", file, actor=_ACTOR, now=now)


def expired_files(session: Session) -> Sequence[ExportFile]:
    """Those whose entries wait for a person, the oldest first."""
    return session.scalars(
        select(ExportFile)
        .join(ExportEnd, ExportEnd.file_id == ExportFile.id)
        .where(_is_open())
        .options(joinedload(ExportFile.destination), joinedload(ExportFile.end))
        .order_by(ExportFile.id)
        .limit(_SHOWN)
    ).all()


def is_seen_whole(session: Session, file: ExportFile) -> bool:
    """Whether every entry of it is of a site of who looks."""
    seen = select(func.count(ExportItem.id)).where(ExportItem.file_id == file.id)
    return session.scalar(seen) == file.rows


def settle_expired(
    session: Session, file: ExportFile, how: ExpiryEnd, *, actor: str, now: datetime
) -> int:
    """Say what becomes of its entries in doubt, once; how many it were.

    Raises:
        ConflictError: it did not expire, was settled before, or goes nowhere again.
        ForbiddenError: it holds entries of sites that are not theirs.
    """
    if not is_seen_whole(session, file):
        raise ForbiddenError(
            f"File {file.number} holds entries of other sites too. Let somebody settle "
            "it who sees them all."
        )
    end = session.scalars(
        select(ExportEnd).where(ExportEnd.file_id == file.id).with_for_update()
    ).one_or_none()
    if end is None or end.how != FileEnd.EXPIRED or end.done_at is None:
        raise ConflictError(f"File {file.number} did not expire.")
    if end.settled_how is not None:
        raise ConflictError(f"{end.settled_by} settled it before. Load it again.")
    destination = file.destination
    if how == ExpiryEnd.REISSUE and destination.closed_at is not None:
        raise ConflictError(
            f"The destination {destination.name} is closed: no file is made for it."
        )
    end.settled_how, end.settled_at, end.settled_by = how, now, actor
    rows = _of_state(file, DeliveryState.IN_DOUBT)
    for row in rows:
        _settle(session, row, how, actor=actor, now=now)
    if how == ExpiryEnd.REISSUE:
        destination.next_at = now
    _record(session, f"export_file.{_SAID[how]}", file, actor=actor, now=now)
    return len(rows)


_SAID = {
    ExpiryEnd.REISSUE: "reissued",
    ExpiryEnd.REGISTERED: "registered",
}


def _settle(
    session: Session, row: Delivery, how: ExpiryEnd, *, actor: str, now: datetime
) -> None:
    if how == ExpiryEnd.REISSUE:
        go(session, row, Act.SETTLE_OPEN, by=By.SETTLER, actor=actor, now=now)
        return
    registrations.end(
        session,
        row,
        Outcome.REGISTERED,
        now=now,
        settled_by=actor,
        begun=(_BY_HAND, actor),
    )
    go(session, row, Act.SETTLE, by=By.SETTLER, actor=actor, now=now)


def _lying(destination: ExportDestination, latest: datetime) -> Select[int]:
    ended = exists().where(
        ExportEnd.file_id == ExportFile.id, ExportEnd.done_at.is_not(None)
    )
    return (
        select(ExportFile.id)
        .where(
            ExportFile.destination_id == destination.id,
            ExportFile.state == ExportState.PLACED,
            ExportFile.placed_at <= latest,
            ~ended,
        )
        .order_by(ExportFile.id)
    )


def _is_open() -> ColumnElement[bool]:
    in_doubt = (
        select(ExportItem.id)
        .join(Delivery, Delivery.id == ExportItem.delivery_id)
        .where(
            ExportItem.file_id == ExportEnd.file_id,
            Delivery.state == DeliveryState.IN_DOUBT,
        )
    )
    return ExportEnd.settled_how.is_(None) & in_doubt.exists()


def _of_state(file: ExportFile, state: DeliveryState) -> list[Delivery]:
    rows = [item.delivery for item in file.items]
    return [row for row in rows if row.state == state]


def _record(
    session: Session, act: str, file: ExportFile, *, actor: str, now: datetime
) -> None:
    audit.record(
        session,
        actor=actor,
        act=act,
        subject_kind="export_file",
        subject_id=file.id,
        now=now,
        body={
            "destination": file.destination_id,
            "number": file.number,
            "rows": file.rows,
            "sha256": shown_hash(session, file),
        },
    )
