"""The register of errors in processing: written down, closed, in published tables."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from review import error_register
from review.error_register import (
    KEEPERS,
    PAGE_SIZE,
    READERS,
    ErrorTable,
    Found,
    fiscal_year,
)
from storage.tables import (
    Entry,
    ErrorCase,
    ErrorCause,
    ErrorEffect,
    ErrorKind,
    ErrorOrigin,
    Filing,
    FoundBy,
    Recall,
)
from web.painting import business_day, painter_of
from web.routes.notices import notice
from web.shown.waiting import sites
from web.tables import csv_answer
from web.visitors import InRooms, Only, Visitor, shown_to_them

# What is written in the register may name people.
_WORDS = "The register of errors is not for this role."
Reader = Annotated[Visitor, Depends(Only(READERS, _WORDS))]
Keeper = Annotated[Visitor, Depends(Only(KEEPERS, _WORDS))]

router = APIRouter(prefix="/errors", dependencies=[Depends(shown_to_them)])

CHOICES: dict[str, type[StrEnum]] = {
    "kind": ErrorKind,
    "origin": ErrorOrigin,
    "cause": ErrorCause,
    "effect": ErrorEffect,
    "found_by": FoundBy,
}


@dataclass(frozen=True, slots=True)
class CaseView:
    """One error as the register shows it."""

    row: ErrorCase
    filing_id: int | None
    receipt_number: str
    n: int
    recalls: Sequence[int] = ()


@router.get("")
def register_page(
    request: Request,
    rooms: InRooms,
    visitor: Reader,
    site: str = "",
    year: Annotated[int | None, Query(ge=2000, le=2200)] = None,
    before: int | None = None,
) -> Response:
    today = business_day(rooms.clock())
    shown_year = year or fiscal_year(today)
    with rooms.database.look() as session:
        found = error_register.cases(session, site=site or None, before=before)
        values: dict[str, Any] = {
            "cases": _views(session, found),
            "sites": sites(session),
            "months": error_register.monthly(session, shown_year, site=site or None),
            "years": error_register.yearly(session, shown_year, site=site or None),
        }
    return painter_of(request).page(
        request,
        "errors.html",
        visitor=visitor,
        here="overview",
        **values,
        site=site,
        year=shown_year,
        today=today,
        choices={name: [one.value for one in words] for name, words in CHOICES.items()},
        keeps=visitor.role in error_register.KEEPERS,
        older=found[-1].id if len(found) == PAGE_SIZE else None,
        said=notice(request, visitor),
    )


@router.post("")
def record(
    rooms: InRooms,
    visitor: Keeper,
    site: Annotated[str, Form(max_length=16)],
    kind: Annotated[ErrorKind, Form()],
    origin: Annotated[ErrorOrigin, Form()],
    cause: Annotated[ErrorCause, Form()],
    effect: Annotated[ErrorEffect, Form()],
    found_by: Annotated[FoundBy, Form()],
    happened_on: Annotated[date, Form()],
    found_on: Annotated[date, Form()],
    what: Annotated[str, Form(max_length=2000)],
    remedy: Annotated[str, Form(max_length=2000)] = "",
    amount_yen: Annotated[str, Form(pattern=r"^\d{0,12}$")] = "",
    receipt_number: Annotated[str, Form(max_length=32)] = "",
    n: Annotated[int, Form(ge=1)] = 1,
) -> Response:
    found = Found(
        site=site,
        kind=kind,
        origin=origin,
        cause=cause,
        effect=effect,
        found_by=found_by,
        happened_on=happened_on,
        found_on=found_on,
        what=what,
        remedy=remedy,
        amount_yen=int(amount_yen) if amount_yen else None,
        receipt_number=receipt_number,
        n=n,
    )
    with rooms.database.begin() as session:
        error_register.record(
            session, found, actor=visitor.name, role=visitor.role, now=rooms.clock()
        )
    return RedirectResponse("/errors?notice=error_recorded", status_code=303)


@router.post("/{case_id}/close")
def close(
    rooms: InRooms,
    visitor: Keeper,
    case_id: int,
    remedy: Annotated[str, Form(max_length=2000)],
) -> Response:
    with rooms.database.begin() as session:
        error_register.close(
            session,
            case_id,
            remedy=remedy,
            actor=visitor.name,
            role=visitor.role,
            now=rooms.clock(),
        )
    return RedirectResponse("/errors?notice=error_closed", status_code=303)


@router.get("/table.csv")
def table(
    rooms: InRooms,
    visitor: Reader,
    year: Annotated[int, Query(ge=2000, le=2200)],
    by: Annotated[str, Query(pattern="^(month|year)$")] = "month",
    site: str = "",
) -> Response:
    """The published table of one year or of five, to take away."""
    del visitor
    make = error_register.monthly if by == "month" else error_register.yearly
    with rooms.database.look() as session:
        found = make(session, year, site=site or None)
    return csv_answer(f"errors-{by}-{year}", ("class", *found.periods), _rows(found))


def _rows(table: ErrorTable) -> list[tuple[str | int, ...]]:
    return [
        *((kind.value, *counts) for kind, counts in table.counts.items()),
        ("total", *table.totals),
        ("found_by_customer", *table.by_customer),
        ("amount_yen", *table.amounts),
    ]


def _views(session: Session, found: Sequence[ErrorCase]) -> list[CaseView]:
    rows = session.execute(
        select(Entry, Filing)
        .join(Filing, Filing.id == Entry.filing_id)
        .where(Entry.id.in_({row.entry_id for row in found if row.entry_id}))
    )
    about = {entry.id: (entry, filing) for entry, filing in rows}
    recalls: dict[int, list[int]] = defaultdict(list)
    for case, number in session.execute(
        select(Recall.case_id, Recall.id)
        .where(Recall.case_id.in_([row.id for row in found]))
        .order_by(Recall.id)
    ):
        recalls[case or 0].append(number)
    return [_view(row, about.get(row.entry_id or 0), recalls[row.id]) for row in found]


def _view(
    row: ErrorCase, about: tuple[Entry, Filing] | None, recalls: Sequence[int]
) -> CaseView:
    if about is None:
        return CaseView(row, None, "", 0)
    entry, filing = about
    return CaseView(row, filing.id, filing.receipt_number, entry.n, recalls)
