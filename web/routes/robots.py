"""The robots: how their queues stand, and what in them waits for a person."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from delivery.robots import leasing, queues, settling
from delivery.robots.settling import Settled
from delivery.robots.standing import dead_letters, doubts, standing_of
from delivery.robots.way import By
from forms.flat_names import flat_name
from review.suggesting import leasing as asked
from review.suggesting import standing as suggesting
from storage.tables import QueueStep, RobotQueue
from web.painting import painter_of
from web.rooms import Rooms
from web.routes.notices import notice
from web.shown.fields import label_of
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
            suggesting=[
                (
                    suggesting.standing_of(session, one, now=now),
                    queues.opens_at(session, one, now=now),
                    _writes(rooms, one, visitor.language),
                )
                for one in queues.all_queues(session, step=QueueStep.SUGGEST)
            ],
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


@router.post("/{name}/suggestions/{entry}/again")
def ask_again(rooms: InRooms, visitor: Reviewer, name: str, entry: int) -> Response:
    """Let robots look once more for what they found nothing about."""
    with rooms.database.begin() as session:
        queue = queues.find_queue(session, name, step=QueueStep.SUGGEST)
        asked.try_again(session, queue, entry, actor=visitor.name, now=rooms.clock())
    return RedirectResponse("/robots?notice=robot_again", status_code=303)


def _writes(rooms: Rooms, queue: RobotQueue, language: str) -> list[str]:
    """What its robots say something about, as people call it."""
    definition = rooms.library.get(queue.form or "")
    labels = {flat_name(one.name): label_of(one, language) for one in definition.fields}
    return [labels.get(name, name) for name in queue.writes or ()]
