"""Approved records on their way over the API: what waits, and what was taken."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from delivery import outbox
from delivery.outbox import API, RecordVersion
from kamizero.model import Scope
from storage.tables import Delivery, DeliveryState
from web.api.callers import Caller, InRooms, Needs
from web.api.once import Answer, InOnce, Note
from web.rooms import Rooms

router = APIRouter(tags=["deliveries"])


class DeliveryRecord(BaseModel):
    """One approved entry on its way; its values are in the record of the filing.

    `version` and `manifest_sha256` say which record it is, and come back with `taken`.
    `corrects` is the delivery of the version that you took before and must replace.
    """

    id: int
    state: DeliveryState
    filing: int
    n: int
    version: int
    manifest_sha256: str
    form: str
    site: str
    changed_at: datetime
    corrects: int | None = None


class DeliveryList(BaseModel):
    """A page of deliveries, oldest first; `next` is null at the end."""

    items: list[DeliveryRecord]
    next: int | None


class Taken(BaseModel):
    """Which record the caller has now, durably."""

    version: int
    manifest_sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


@router.get("/deliveries", dependencies=[Depends(Needs(Scope.DELIVERIES_READ))])
def list_deliveries(
    rooms: InRooms,
    state: DeliveryState = DeliveryState.PENDING,
    after: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> DeliveryList:
    """What waits to be taken, or what became of it."""
    with rooms.database.look() as session:
        rows = outbox.of_subscriber(
            session, API, state=state, after=after, limit=limit + 1
        )
        items = [_told(row) for row in rows[:limit]]
    return DeliveryList(items=items, next=items[-1].id if len(rows) > limit else None)


@router.get(
    "/deliveries/{delivery_id}", dependencies=[Depends(Needs(Scope.DELIVERIES_READ))]
)
def get_delivery(rooms: InRooms, delivery_id: int) -> DeliveryRecord:
    with rooms.database.look() as session:
        return _told(outbox.find(session, delivery_id))


@router.post("/deliveries/{delivery_id}/taken")
def take(
    rooms: InRooms,
    caller: Annotated[Caller, Depends(Needs(Scope.DELIVERIES_WRITE))],
    once: InOnce,
    delivery_id: int,
    taken: Taken,
) -> Response:
    """Say that the record is kept on your side; where its term ends at delivery, it
    ends now. Refused where another version is in force.
    """
    request = {"take": delivery_id, **taken.model_dump()}
    return once.run(
        request, lambda note: _take(rooms, caller, delivery_id, taken, note)
    )


def _take(
    rooms: Rooms, caller: Caller, delivery_id: int, taken: Taken, note: Note
) -> Answer:
    with rooms.database.begin() as session:
        row = outbox.mark_taken(
            session,
            outbox.find(session, delivery_id),
            has=RecordVersion(taken.version, taken.manifest_sha256),
            actor=caller.name,
            now=rooms.clock(),
        )
        return note(session, (200, _told(row).model_dump(mode="json")))


def _told(row: Delivery) -> DeliveryRecord:
    entry, signed = row.entry, outbox.signed_version(row)
    return DeliveryRecord(
        id=row.id,
        state=DeliveryState(row.state),
        filing=entry.filing_id,
        n=entry.n,
        version=signed.version,
        manifest_sha256=signed.manifest_sha256,
        form=entry.filing.form,
        site=entry.filing.site,
        changed_at=row.changed_at,
        corrects=row.corrects_id,
    )
