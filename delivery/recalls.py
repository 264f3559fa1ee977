"""Who hears of a correction: everybody who has the version before, until all have it.

Who only waits for it waits for the corrected version instead.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from delivery.robots.queues import all_queues
from delivery.robots.work import kind_of, put_work, step_of
from kamizero.errors import ConflictError
from storage import audit, work
from storage.tables import (
    Delivery,
    DeliveryState,
    Entry,
    ExportFile,
    ExportItem,
    ExportState,
    Recall,
    RecallState,
    RobotQueue,
    Work,
)

MACHINE = "kamizero"
OF_FILES = "export:"
# Where a person settles it, by whether it goes in files.
_PAGES = {False: "robots", True: "exports"}

# What a subscriber has that was delivered so.
_HAS = frozenset({DeliveryState.TAKEN, DeliveryState.REGISTERED})
# Nobody knows yet whether the host has it.
_UNDER_WAY = frozenset({DeliveryState.TAKEN, DeliveryState.IN_DOUBT})


def put_out_correction(session: Session, recall: Recall, *, now: datetime) -> None:
    """Put the version that is in force now out to whoever had the one before.

    Raises:
        ConflictError: a robot is at the version before, or it is in doubt.
    """
    if recall.state == RecallState.IN_FORCE:
        return
    entry, before = recall.new_entry, recall.entry
    queues = {queue.name: queue for queue in all_queues(session)}
    rows = _deliveries(session, before)
    _demand_settled(session, rows, queues)
    told = [
        _put_out(session, row, entry, queues.get(row.subscriber), now=now)
        for row in rows
    ]
    session.flush()
    recall.state, recall.ended_at = RecallState.IN_FORCE, now
    recall.receivers = sorted(row.subscriber for row in told)
    audit.record(
        session,
        actor=MACHINE,
        act="recall.in_force",
        subject_kind="entry",
        subject_id=before.id,
        now=now,
        body={
            "filing": before.filing_id,
            "recall": recall.id,
            "case": recall.case_id,
            "refusal": recall.refusal_id,
            "by_entry": entry.id,
            "recalled_at": [
                row.subscriber for row in told if row.corrects_id is not None
            ],
        },
    )


def _deliveries(session: Session, entry: Entry) -> Sequence[Delivery]:
    return session.scalars(
        select(Delivery)
        .where(Delivery.entry_id == entry.id)
        .order_by(Delivery.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def _demand_settled(
    session: Session, rows: Sequence[Delivery], queues: dict[str, RobotQueue]
) -> None:
    # What a file was planned with leaves with it.
    planned = set(
        session.scalars(
            select(ExportItem.delivery_id)
            .join(ExportFile, ExportFile.id == ExportItem.file_id)
            .where(
                ExportItem.delivery_id.in_([row.id for row in rows]),
                ExportFile.state == ExportState.PLANNED,
            )
        )
    )
    open_ones = [
        row.subscriber
        for row in rows
        if row.state == DeliveryState.IN_DOUBT
        or (row.state == DeliveryState.PENDING and row.id in planned)
        or (row.state in _UNDER_WAY and row.subscriber in queues)
    ]
    if open_ones:
        of_files = {one.startswith(OF_FILES) for one in open_ones}
        pages = [_PAGES[one] for one in sorted(of_files)]
        raise ConflictError(
            "Robots are at the version before, a file with it is being laid, or it is "
            f"in doubt, in: {', '.join(open_ones)}. Wait for them or settle it on the "
            f"page of {' and of '.join(pages)}, then approve the correction."
        )


def _put_out(
    session: Session,
    row: Delivery,
    entry: Entry,
    queue: RobotQueue | None,
    *,
    now: datetime,
) -> Delivery:
    if row.state == DeliveryState.PENDING:
        # Nobody has it: what waits is the corrected version from now on, and a robot
        # that leased the one before has lost it.
        row.entry, row.changed_at = entry, now
        told, after = row, _end_work(session, row, queue, now=now)
    else:
        # Who refused a correction has what that was to correct.
        has = row if row.state in _HAS else row.corrects
        told, after = (
            Delivery(
                entry=entry, subscriber=row.subscriber, changed_at=now, corrects=has
            ),
            0,
        )
        session.add(told)
    session.flush()
    if queue is not None:
        put_work(session, queue, told, now=now, step=step_of(told), after=after)
    return told


def _end_work(
    session: Session, row: Delivery, queue: RobotQueue | None, *, now: datetime
) -> int:
    """Take it out of a robot's hands; the last fence anybody had."""
    if queue is None:
        return 0
    kind = kind_of(step_of(row), queue)
    work.end(session, kind=kind, subject=row.id, now=now)
    session.flush()
    last = select(func.max(Work.fence)).where(Work.kind == kind, Work.subject == row.id)
    return session.scalar(last) or 0
