"""Where the paper of a bundle is kept, and its receipt (受領票)."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import PlainTextResponse, RedirectResponse
from sqlalchemy.orm import Session

from forms.slip import slip_pdf
from review.sorting import custody
from review.sorting.boxes import LONGEST_BOX, LONGEST_PLACE
from review.sorting.receipt import slip
from review.sorting.record import Clerk
from storage.tables import Bundle
from web.painting import painter_of
from web.rooms import Rooms
from web.routes.notices import notice
from web.shown.jobs import bundle_line
from web.shown.slips import printed_slip, qr_svg
from web.shown.sorting import find_bundle
from web.visitors import InRooms, Sorter, Visitor, shown_to_them

router = APIRouter(prefix="/sorting/{bundle_id}", dependencies=[Depends(shown_to_them)])


@router.get("/custody")
def custody_page(
    request: Request, rooms: InRooms, visitor: Sorter, bundle_id: int
) -> Response:
    with rooms.database.look() as session:
        bundle = find_bundle(session, bundle_id)
        return painter_of(request).page(
            request,
            "custody.html",
            visitor=visitor,
            here="sorting",
            bundle=bundle_line(session, bundle, rooms.library, visitor.language),
            acts=custody.history(session, bundle),
            place=custody.place_of(session, bundle),
            said=notice(request, visitor),
        )


@router.post("/custody/put")
def put(
    rooms: InRooms,
    visitor: Sorter,
    bundle_id: int,
    box: Annotated[str, Form(max_length=LONGEST_BOX)] = "",
    place: Annotated[str, Form(max_length=LONGEST_PLACE)] = "",
) -> Response:
    """Say in which box the paper lies, and where the box stands."""
    return _written(
        rooms,
        visitor,
        bundle_id,
        lambda session, clerk, bundle: custody.put(
            session, clerk, bundle, box=box, place=place
        ),
    )


@router.post("/custody/lend")
def lend(
    rooms: InRooms,
    visitor: Sorter,
    bundle_id: int,
    to: Annotated[str, Form(max_length=custody.LONGEST_HOLDER)] = "",
) -> Response:
    """Give the paper out."""
    return _written(
        rooms,
        visitor,
        bundle_id,
        lambda session, clerk, bundle: custody.lend(session, clerk, bundle, to=to),
    )


@router.post("/custody/back")
def take_back(rooms: InRooms, visitor: Sorter, bundle_id: int) -> Response:
    """Put the paper back into its box."""
    return _written(rooms, visitor, bundle_id, custody.take_back)


@router.get("/slip")
def slip_page(
    request: Request, rooms: InRooms, visitor: Sorter, bundle_id: int
) -> Response:
    """The receipt, to look at and to print."""
    painter = painter_of(request)
    with rooms.database.look() as session:
        bundle = find_bundle(session, bundle_id)
        printed = printed_slip(
            session, bundle, rooms.library, painter.texts, visitor.language
        )
        name = bundle_line(session, bundle, rooms.library, visitor.language)
    return painter.page(
        request,
        "slip.html",
        visitor=visitor,
        here="sorting",
        bundle=name,
        slip=printed,
        qr=qr_svg(printed.code),
    )


@router.get("/slip.pdf")
def slip_as_pdf(
    request: Request, rooms: InRooms, visitor: Sorter, bundle_id: int
) -> Response:
    texts = painter_of(request).texts
    with rooms.database.look() as session:
        bundle = find_bundle(session, bundle_id)
        printed = printed_slip(session, bundle, rooms.library, texts, visitor.language)
    return Response(
        slip_pdf(printed),
        media_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="slip-{bundle_id}.pdf"'},
    )


@router.get("/slip.txt")
def slip_as_line(rooms: InRooms, visitor: Sorter, bundle_id: int) -> Response:
    """The line for a device's screen."""
    with rooms.database.look() as session:
        line = slip(session, find_bundle(session, bundle_id)).line(visitor.language)
    return PlainTextResponse(f"{line}\n")


def _written(
    rooms: Rooms,
    visitor: Visitor,
    bundle_id: int,
    act: Callable[[Session, Clerk, Bundle], None],
) -> Response:
    clerk = Clerk(visitor.name, visitor.role, rooms.clock())
    with rooms.database.begin() as session:
        act(session, clerk, find_bundle(session, bundle_id))
    return RedirectResponse(
        f"/sorting/{bundle_id}/custody?notice=custody_written", status_code=303
    )
