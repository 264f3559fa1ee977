"""Events over the API: what happened, in the order of the chain, nothing personal."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel
from sqlalchemy import select

from delivery.events.message import cloud_event
from kamizero.model import Scope
from storage.tables import AuditEvent, AuditSeal
from web.api.callers import InRooms, Needs

router = APIRouter(tags=["events"])


class Event(BaseModel):
    """One event as CloudEvents 1.0."""

    specversion: str = "1.0"
    id: str
    source: str = "/kamizero"
    type: str
    subject: str
    time: datetime
    datacontenttype: str = "application/json"
    data: dict[str, Any]


class EventList(BaseModel):
    """A page of events; `next` goes into `after` and stays good when nothing is new."""

    items: list[Event]
    next: int


@router.get("/events", dependencies=[Depends(Needs(Scope.EVENTS_READ))])
def list_events(
    rooms: InRooms,
    after: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> EventList:
    """Sealed events only: what is sealed has its place, so nothing slips in before."""
    with rooms.database.look() as session:
        rows = session.execute(
            select(AuditSeal.seq, AuditEvent)
            .join(AuditEvent, AuditEvent.id == AuditSeal.event_id)
            .where(AuditSeal.seq > after)
            .order_by(AuditSeal.seq)
            .limit(limit)
        ).all()
    items = [Event.model_validate(cloud_event(event)) for _, event in rows]
    return EventList(items=items, next=rows[-1][0] if rows else after)
