"""Recalls: what was corrected after it was delivered, and who has acknowledged it."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from delivery.recall_trail import as_json, recalls, trail_of
from kamizero.model import Scope
from web.api.callers import InRooms, Needs

router = APIRouter(
    tags=["recalls"], dependencies=[Depends(Needs(Scope.DELIVERIES_READ))]
)


class ErrorOf(BaseModel):
    """The entry in the register of errors; what it says stays there."""

    id: int
    kind: str
    found_on: str
    recorded_by: str
    closed_on: str | None


class RefusalOf(BaseModel):
    """What a host refused, with its code; its words stay on the page of answers."""

    id: int
    by: str
    at: str
    code: str
    subscriber: str


class ToldRecord(BaseModel):
    """One who had the version before, and how the correction stands there."""

    name: str
    kind: str
    had: str
    state: str
    at: str
    acknowledged: bool


class RecallRecord(BaseModel):
    """One recall from what is wrong to the last acknowledgement; no value.

    It mends either an `error` in the register or what a host refuses, `refusal`.
    """

    id: int
    state: str
    error: ErrorOf | None
    refusal: RefusalOf | None
    filing: int
    receipt_number: str
    n: int
    from_version: int
    to_version: int
    fields: list[str]
    proposed_by: str
    proposed_at: str
    approved_by: str | None
    approved_at: str | None
    manifest_sha256: str | None
    told: list[ToldRecord]
    waiting: list[str]
    acknowledged: bool


class RecallList(BaseModel):
    """A page of recalls, oldest first; `next` is null at the end."""

    items: list[RecallRecord]
    next: int | None


@router.get("/recalls")
def list_recalls(
    rooms: InRooms,
    after: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> RecallList:
    """What was recalled, and whether everybody who has it has acknowledged it."""
    with rooms.database.look() as session:
        rows = recalls(session, after=after, limit=limit + 1)
        items = [_told(as_json(trail_of(session, row.id))) for row in rows[:limit]]
    return RecallList(items=items, next=items[-1].id if len(rows) > limit else None)


@router.get("/recalls/{recall_id}")
def get_recall(rooms: InRooms, recall_id: int) -> RecallRecord:
    """One recall, step by step."""
    with rooms.database.look() as session:
        return _told(as_json(trail_of(session, recall_id)))


def _told(said: dict[str, Any]) -> RecallRecord:
    return RecallRecord.model_validate(said)
