"""Entries that cannot be written as their receiver reads, and how people settle it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from delivery.robots import registrations
from delivery.robots.way import Act, By, go
from kamizero.errors import ConflictError, MissingError
from storage import audit
from storage.clocks import end_clock
from storage.tables import (
    BlockEnd,
    ClockEnd,
    Delivery,
    Entry,
    ExportBlock,
    Outcome,
)

# Fences of robots count up from 1: no robot ever had this.
_BY_HAND = 0


def block(
    session: Session,
    row: Delivery,
    columns: Sequence[str],
    *,
    may_substitute: bool = True,
    actor: str,
    now: datetime,
) -> None:
    """Leave the entry out of files until a person says what becomes of it.

    Also where one let it out before and it cannot be written all the same.

    Args:
        may_substitute: whether a person may let it out with substitutes.
    """
    found = session.scalars(
        select(ExportBlock).where(ExportBlock.delivery_id == row.id)
    ).one_or_none()
    if found is None:
        found = ExportBlock(delivery_id=row.id)
        session.add(found)
    found.columns, found.may_substitute = list(columns), may_substitute
    found.how = found.settled_at = found.settled_by = None
    found.found_at = now
    session.flush()
    _record(session, "delivery.blocked", row, actor=actor, now=now)


def blocked_rows() -> Select[int]:
    """The deliveries that wait for a person."""
    return select(ExportBlock.delivery_id).where(ExportBlock.how.is_(None))


def substituted_rows(session: Session, rows: Sequence[Delivery]) -> frozenset[int]:
    """Those of these deliveries that a person lets be written with substitutes."""
    return frozenset(
        session.scalars(
            select(ExportBlock.delivery_id).where(
                ExportBlock.delivery_id.in_([row.id for row in rows]),
                ExportBlock.how == BlockEnd.SUBSTITUTE,
            )
        )
    )


def open_blocks(session: Session) -> Sequence[ExportBlock]:
    """What waits for a person, the oldest first."""
    return session.scalars(
        select(ExportBlock)
        .where(ExportBlock.how.is_(None))
        .options(
            joinedload(ExportBlock.delivery)
            .joinedload(Delivery.entry)
            .joinedload(Entry.filing)
        )
        .order_by(ExportBlock.id)
        .limit(100)
    ).all()


def settle(
    session: Session,
    block_id: int,
    how: BlockEnd,
    *,
    actor: str,
    now: datetime,
    host_number: str = "",
) -> None:
    """Say what becomes of it: once.

    Raises:
        MissingError: there is none of that number.
        ConflictError: somebody settled it before, or its receiver would not take it
            with substitutes.
    """
    found = session.get(ExportBlock, block_id, with_for_update=True)
    if found is None:
        raise MissingError("That entry does not wait here. Load the page again.")
    if found.how is not None:
        raise ConflictError(f"{found.settled_by} settled it before. Load it again.")
    if how == BlockEnd.SUBSTITUTE and not found.may_go_out:
        raise ConflictError(
            "Its receiver would send it back as it is. Register it by hand, or correct "
            "it first."
        )
    row = found.delivery
    found.how, found.settled_at, found.settled_by = how, now, actor
    if how == BlockEnd.SUBSTITUTE:
        _record(session, "delivery.substituted", row, actor=actor, now=now)
        return
    registrations.end(
        session,
        row,
        Outcome.REGISTERED,
        now=now,
        host_number=host_number,
        settled_by=actor,
        begun=(_BY_HAND, actor),
    )
    go(session, row, Act.SETTLE, by=By.PERSON, actor=actor, now=now)
    end_clock(session, row.entry, by=ClockEnd.DELIVERY, now=now)


def _record(
    session: Session, act: str, row: Delivery, *, actor: str, now: datetime
) -> None:
    audit.record(
        session,
        actor=actor,
        act=act,
        subject_kind="entry",
        subject_id=row.entry_id,
        now=now,
        body={"filing": row.entry.filing_id, "subscriber": row.subscriber},
    )
