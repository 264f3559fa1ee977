"""The HTTP door for people: choose files, say what is known, take them in."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile
from fastapi.responses import RedirectResponse

from storage.sites import all_sites
from web.painting import business_day, painter_of, size
from web.rooms import Rooms
from web.visitors import InRooms, Scanner, Visitor, shown_to_them

router = APIRouter(dependencies=[Depends(shown_to_them)])


@router.get("/upload")
def upload_page(request: Request, rooms: InRooms, visitor: Scanner) -> Response:
    return _page(request, rooms, visitor)


@router.post("/upload")
def upload(
    request: Request,
    rooms: InRooms,
    visitor: Scanner,
    files: Annotated[list[UploadFile], File()],
    site: Annotated[str, Form(max_length=16)],
    received_on: Annotated[date, Form()],
    sides: Annotated[int, Form(ge=1, le=2)] = 1,
    sheets: Annotated[str, Form(pattern=r"^\d{0,6}$")] = "",
) -> Response:
    named = [file for file in files if file.filename]
    trouble = _trouble(request, rooms, visitor, named, site)
    if trouble:
        return _page(request, rooms, visitor, trouble=trouble)
    taken = rooms.receive(
        [(file.filename or "", file.file.read()) for file in named],
        site=site,
        sheets=int(sheets) if sheets else None,
        sides=sides,
        received_on=received_on,
        operator=visitor.name,
    )
    return RedirectResponse(f"/jobs/{taken['job']}?notice=job_taken", status_code=303)


def _trouble(
    request: Request,
    rooms: Rooms,
    visitor: Visitor,
    files: list[UploadFile],
    site: str,
) -> str:
    texts = painter_of(request).texts
    if not files:
        return texts.say("upload.no_file", visitor.language)
    if sum(file.size or 0 for file in files) > rooms.max_upload_bytes:
        limit = size(rooms.max_upload_bytes)
        return texts.say("upload.too_large", visitor.language, limit=limit)
    with rooms.database.look() as session:
        if site not in {one.code for one in all_sites(session)}:
            return texts.say("upload.no_site", visitor.language)
    return ""


def _page(
    request: Request, rooms: Rooms, visitor: Visitor, *, trouble: str = ""
) -> Response:
    with rooms.database.look() as session:
        known = sorted(all_sites(session), key=lambda site: site.code != rooms.site)
    return painter_of(request).page(
        request,
        "upload.html",
        visitor=visitor,
        here="jobs",
        status=422 if trouble else 200,
        trouble=trouble,
        sites=known,
        today=business_day(rooms.clock()),
    )
