"""Pages over the API: what each is, and its picture with numbers covered."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel

from kamizero.model import Scope
from storage.tables import Page
from web import looking
from web.api.callers import Caller, InRooms, Needs, caller_of
from web.api.looking import ShowsCallers, see_page_called
from web.shown.pictures import covered, find_page, smaller

router = APIRouter(tags=["pages"], dependencies=[Depends(Needs(Scope.FILINGS_READ))])


class PageRecord(BaseModel):
    """One side of one sheet; a page that failed says why."""

    id: int
    number: int
    kind: str | None
    form: str | None
    revision: str | None
    form_page: int | None
    width_px: int
    height_px: int
    dpi: float
    depth: int
    filing: int | None
    original: int
    quality: dict[str, Any] | None
    error: dict[str, str] | None


@router.get("/pages/{page_id}")
def get_page(rooms: InRooms, page_id: int) -> PageRecord:
    with rooms.database.look() as session:
        return _record(find_page(session, page_id))


@router.get(
    "/pages/{page_id}/image",
    response_class=Response,
    dependencies=[Depends(ShowsCallers("page_id", looking.page, Scope.FILINGS_READ))],
)
def get_image(
    request: Request,
    rooms: InRooms,
    caller: Annotated[Caller, Depends(caller_of)],
    page_id: int,
    width: Annotated[int | None, Query(ge=16, le=4000)] = None,
) -> Response:
    """The page as JPEG; sensitive fields are covered."""
    with rooms.database.look() as session:
        page = find_page(session, page_id)
        hidden = covered(session, page)
    see_page_called(request, rooms, caller, page_id)
    data = rooms.pictures.jpeg(page, masked=hidden)
    return Response(smaller(data, width) if width else data, media_type="image/jpeg")


def _record(page: Page) -> PageRecord:
    error = None
    if page.error_code is not None:
        error = {"code": page.error_code, "message": page.error_message or ""}
    return PageRecord(
        id=page.id,
        number=page.number,
        kind=page.kind,
        form=page.form,
        revision=page.revision,
        form_page=page.form_page,
        width_px=page.width_px,
        height_px=page.height_px,
        dpi=page.dpi,
        depth=page.depth,
        filing=page.filing_id,
        original=page.arrival.original_id,
        quality=page.quality,
        error=error,
    )
