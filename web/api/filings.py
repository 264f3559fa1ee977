"""Filings over the API: the list and the record of one, numbers masked."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from delivery.records import record
from kamizero.model import Scope
from storage.filing_state import filing_state
from storage.tables import Entry, EntryState, Filing
from web import looking
from web.api.callers import InRooms, Needs
from web.api.looking import ShowsCallers
from web.shown.filing import find_filing

router = APIRouter(tags=["filings"], dependencies=[Depends(Needs(Scope.FILINGS_READ))])


class FilingSummary(BaseModel):
    """One filing in the list."""

    id: int
    version: int
    receipt_number: str
    state: str
    step: str
    form: str
    revision: str
    site: str
    received_on: date


class FilingList(BaseModel):
    """A page of filings, oldest first; `next` is null at the end."""

    items: list[FilingSummary]
    next: int | None


class FieldRecord(BaseModel):
    """One field: what stands on the paper, what is processed, and who says so."""

    as_written: str
    as_decided: str
    source: str | None
    version: int | None


class EntryRecord(BaseModel):
    """One person of the filing."""

    n: int
    state: str
    fields: dict[str, FieldRecord]
    findings: list[dict[str, Any]]


class FilingRecord(BaseModel):
    """A filing with its values; `fields` are those of the head of the form."""

    id: int
    version: int
    state: str
    form: str
    revision: str
    received_on: date
    fields: dict[str, FieldRecord]
    entries: list[EntryRecord]
    originals: list[dict[str, Any]]
    approval: dict[str, Any]


@router.get("/filings")
def list_filings(
    rooms: InRooms,
    after: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    site: str | None = None,
    form: str | None = None,
    state: Annotated[EntryState | None, Query()] = None,
) -> FilingList:
    """Filings in the order they came; `state` keeps those with such an entry."""
    with rooms.database.look() as session:
        rows = _page(session, after, limit + 1, site=site, form=form, state=state)
        items = [summary(filing) for filing in rows[:limit]]
    return FilingList(items=items, next=items[-1].id if len(rows) > limit else None)


@router.get(
    "/filings/{filing_id}",
    response_model=FilingRecord,
    dependencies=[
        Depends(ShowsCallers("filing_id", looking.filing, Scope.FILINGS_READ))
    ],
)
def get_filing(rooms: InRooms, response: Response, filing_id: int) -> dict[str, Any]:
    """The record of one filing; its version is the ETag."""
    with rooms.database.look() as session:
        found = record(session, rooms.vault, find_filing(session, filing_id))
    response.headers["ETag"] = f'"{found["version"]}"'
    return found


def _page(
    session: Session,
    after: int,
    limit: int,
    *,
    site: str | None,
    form: str | None,
    state: EntryState | None,
) -> list[Filing]:
    query = (
        select(Filing)
        .where(Filing.id > after)
        .options(selectinload(Filing.entries))
        .order_by(Filing.id)
        .limit(limit)
    )
    if site is not None:
        query = query.where(Filing.site == site)
    if form is not None:
        query = query.where(Filing.form == form)
    if state is not None:
        query = query.where(
            Filing.id.in_(select(Entry.filing_id).where(Entry.state == state))
        )
    return list(session.scalars(query))


def summary(filing: Filing) -> FilingSummary:
    """A filing as lists show it."""
    return FilingSummary(
        id=filing.id,
        version=filing.version,
        receipt_number=filing.receipt_number,
        state=filing_state(filing.entries),
        step=filing.step,
        form=filing.form,
        revision=filing.revision,
        site=filing.site,
        received_on=filing.received_on,
    )
