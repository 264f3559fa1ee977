"""The exports: how destinations stand, their files, and what waits for a person."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from delivery.exports import blocks, expiry
from delivery.exports.destinations import all_destinations
from delivery.exports.standing import standing_of
from kamizero.errors import MissingError
from storage.tables import BlockEnd, ExpiryEnd, ExportFile
from web.painting import painter_of
from web.routes.notices import notice
from web.routes.robots import HostNumber
from web.visitors import InRooms, Looker, Reviewer, shown_to_them

router = APIRouter(prefix="/exports", dependencies=[Depends(shown_to_them)])


@router.get("")
def exports_page(request: Request, rooms: InRooms, visitor: Looker) -> Response:
    with rooms.database.look() as session:
        every = all_destinations(session)
        expired = expiry.expired_files(session)
        return painter_of(request).page(
            request,
            "exports.html",
            visitor=visitor,
            here="exports",
            standings=[standing_of(session, one) for one in every],
            blocked=blocks.open_blocks(session),
            expired=[(one, expiry.is_seen_whole(session, one)) for one in expired],
            titles={one.subscriber: one.terms["title"] for one in every},
            said=notice(request, visitor),
        )


@router.post("/blocked/{block}")
def settle(
    rooms: InRooms,
    visitor: Reviewer,
    block: int,
    how: Annotated[BlockEnd, Form()],
    host_number: HostNumber = "",
) -> Response:
    """Say what becomes of an entry that cannot be written."""
    with rooms.database.begin() as session:
        blocks.settle(
            session,
            block,
            how,
            actor=visitor.name,
            now=rooms.clock(),
            host_number=host_number,
        )
    return RedirectResponse("/exports?notice=export_settled", status_code=303)


@router.post("/expired/{number}")
def settle_expired(
    rooms: InRooms,
    visitor: Reviewer,
    number: int,
    how: Annotated[ExpiryEnd, Form()],
) -> Response:
    """Say what becomes of the entries of a file that nobody fetched."""
    with rooms.database.begin() as session:
        file = session.get(ExportFile, number)
        if file is None:
            raise MissingError("That file is not here. Load the page again.")
        expiry.settle_expired(session, file, how, actor=visitor.name, now=rooms.clock())
    return RedirectResponse("/exports?notice=export_settled", status_code=303)
