"""What is written in one field, as a picture: the part of the page it stands on."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.errors import MissingError
from kamizero.model import Box, Scope
from storage import audit
from storage.tables import Field, Page
from web import looking
from web.api.callers import Caller, InRooms, Needs
from web.api.looking import ShowsCallers, see_page_called
from web.refusals import ScopeError
from web.rooms import Rooms
from web.shown.filing import find_filing
from web.shown.pictures import covered, cropped, find_page
from web.shown.places import place

router = APIRouter(tags=["filings"])

_MARGIN_MM = 1.0
_MM_PER_INCH = 25.4


@dataclass(frozen=True, slots=True)
class _Crop:
    """Where a field stands; `turn` brings its page upright, clockwise."""

    field: Field
    page: Page
    area: Box
    turn: int
    hidden: tuple[Box, ...]


@router.get(
    "/filings/{filing_id}/fields/{name}/crop",
    response_class=Response,
    responses={200: {"content": {"image/png": {}}}},
    dependencies=[
        Depends(ShowsCallers("filing_id", looking.filing, Scope.FILINGS_READ))
    ],
)
def get_crop(
    request: Request,
    rooms: InRooms,
    caller: Annotated[Caller, Depends(Needs(Scope.FILINGS_READ))],
    filing_id: int,
    name: str,
) -> Response:
    """The field as PNG, upright, other numbers covered.

    A number is shown to keys with the scope `numbers:read`; each time is an event.
    """
    with rooms.database.look() as session:
        crop = _find(session, rooms, filing_id, name)
    see_page_called(request, rooms, caller, crop.page.id)
    if crop.field.sensitive:
        _demand_numbers(caller, name)
        _tell(rooms, caller, crop)
    data = rooms.pictures.jpeg(crop.page, masked=crop.hidden)
    return Response(cropped(data, crop.area, turn=crop.turn), media_type="image/png")


def _find(session: Session, rooms: Rooms, filing_id: int, name: str) -> _Crop:
    filing = find_filing(session, filing_id)
    field = session.scalar(
        select(Field).where(Field.filing_id == filing.id, Field.name == name)
    )
    if field is None:
        raise MissingError(f"Filing {filing_id} has no field {name}.")
    page, box = find_page(session, field.page_id), Box(*field.box_px)
    turn = int((page.quality or {}).get("turn", 0))
    area = place(rooms.library.of(filing).field(name), box, turn=turn)
    # Numbers of other fields stay covered in the margin.
    hidden = tuple(
        one for one in covered(session, page) if not (field.sensitive and one == box)
    )
    return _Crop(field, page, _with_margin(area, page.dpi), turn, hidden)


def _with_margin(area: Box, dpi: float) -> Box:
    margin = _MARGIN_MM * dpi / _MM_PER_INCH
    return Box(
        area.x - margin, area.y - margin, area.w + 2 * margin, area.h + 2 * margin
    )


def _demand_numbers(caller: Caller, name: str) -> None:
    if Scope.NUMBERS_READ not in caller.scopes:
        raise ScopeError(
            f"{name} is a number; {caller.name} needs a key with the scope "
            f"{Scope.NUMBERS_READ} to see it."
        )


def _tell(rooms: Rooms, caller: Caller, crop: _Crop) -> None:
    """Before it is shown: who is told nothing of it afterwards sees nothing."""
    with rooms.database.begin() as session:
        audit.record(
            session,
            actor=caller.name,
            act="filing.number_shown",
            subject_kind="filing",
            subject_id=crop.field.filing_id,
            now=rooms.clock(),
            body={"field": crop.field.id, "page": crop.page.id},
        )
