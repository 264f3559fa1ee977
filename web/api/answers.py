"""What hosts answer: entries they refuse, and the lists that were read back."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from delivery.answers.standing import as_json, heard
from delivery.refused import open_refusals
from kamizero.model import Scope
from storage.tables import AnswerState, HostRefusal
from web.api.callers import InRooms, Needs

router = APIRouter(
    tags=["deliveries"], dependencies=[Depends(Needs(Scope.DELIVERIES_READ))]
)


class RefusalRecord(BaseModel):
    """One entry that a host refuses and nobody has settled.

    `fields` are flat names, as far as they are known; the host's words stand on the
    page alone.
    """

    id: int
    delivery: int
    subscriber: str
    filing: int
    receipt_number: str
    n: int
    version: int
    code: str
    fields: list[str]
    by: str
    at: str


class RefusalList(BaseModel):
    """A page of refusals, oldest first; `next` is null at the end."""

    items: list[RefusalRecord]
    next: int | None


class AnswerListRecord(BaseModel):
    """One list of a host: its lines by what became of them, or why it is broken."""

    id: int
    destination: str
    read_at: str
    sha256: str
    lines: int
    counts: dict[AnswerState, int]
    broken: str | None
    broken_line: int | None
    broken_column: str | None
    settled: bool


class AnswerLists(BaseModel):
    """A page of lists, newest first; `next` is null at the end."""

    items: list[AnswerListRecord]
    next: int | None


@router.get("/refusals")
def list_refusals(
    rooms: InRooms,
    after: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> RefusalList:
    """What waits for a reviewer because a host refuses it."""
    with rooms.database.look() as session:
        rows = open_refusals(session, after=after, limit=limit + 1)
        items = [_told(row) for row in rows[:limit]]
    return RefusalList(items=items, next=items[-1].id if len(rows) > limit else None)


@router.get("/answer-lists")
def list_answer_lists(
    rooms: InRooms,
    before: Annotated[int | None, Query(ge=1)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> AnswerLists:
    """The lists that hosts wrote, as they were read back."""
    with rooms.database.look() as session:
        found = heard(session, before=before, limit=limit + 1)
        items = [AnswerListRecord.model_validate(as_json(one)) for one in found[:limit]]
    return AnswerLists(items=items, next=items[-1].id if len(found) > limit else None)


def _told(row: HostRefusal) -> RefusalRecord:
    entry = row.delivery.entry
    return RefusalRecord(
        id=row.id,
        delivery=row.delivery_id,
        subscriber=row.delivery.subscriber,
        filing=entry.filing_id,
        receipt_number=entry.filing.receipt_number,
        n=entry.n,
        version=entry.version,
        code=row.code,
        fields=row.fields,
        by=row.by,
        at=row.at.isoformat(),
    )
