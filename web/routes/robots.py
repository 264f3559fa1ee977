"""The robots: how their queues stand, and what in them waits for a person."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from delivery.robots import leasing, queues, settling
from delivery.robots.settling import Settled
from delivery.robots.standing import dead_letters, doubts, standing_of
from delivery.robots.way import By
from web.painting import painter_of
from web.routes.notices import notice
from web.visitors import InRooms, Looker, Reviewer, shown_to_them

router = APIRouter(prefix="/robots", dependencies=[Depends(shown_to_them)])

HostNumber = Annotated[str, Form(max_length=64, pattern=r"^[A-Za-z0-9_./-]*$")]


@router.get("")
def robots_page(request: Request, rooms: InRooms, visitor: Looker) -> Response:
    now = rooms.clock()
    with rooms.database.look() as session:
        every = queues.all_queues(session)
        return painter_of(request).page(
            request,
            "robots.html",
            visitor=visitor,
            here="robots",
            standings=[standing_of(session, one, now=now) for one in every],
            doubts=[found for one in every for found in doubts(session, one)],
            dead=[found for one in every for found in dead_letters(session, one)],
            now=now,
            said=notice(request, visitor),
        )


@router.post("/{name}/items/{item}/settle")
def settle(
    rooms: InRooms,
    visitor: Reviewer,
    name: str,
    item: int,
    outcome: Annotated[Settled, Form()],
    host_number: HostNumber = "",
) -> Response:
    """Say what a look in the host showed."""
    with rooms.database.begin() as session:
        queue = queues.find_queue(session, name)
        settling.settle(
            session,
            queue,
            leasing.find_item(session, queue, item),
            outcome,
            by=By.PERSON,
            actor=visitor.name,
            now=rooms.clock(),
            host_number=host_number,
        )
    return RedirectResponse("/robots?notice=robot_settled", status_code=303)


@router.post("/{name}/items/{item}/again")
def try_again(rooms: InRooms, visitor: Reviewer, name: str, item: int) -> Response:
    """Let robots try once more what they gave up."""
    with rooms.database.begin() as session:
        queue = queues.find_queue(session, name)
        settling.try_again(
            session,
            queue,
            leasing.find_item(session, queue, item),
            actor=visitor.name,
            now=rooms.clock(),
        )
    return RedirectResponse("/robots?notice=robot_again", status_code=303)
