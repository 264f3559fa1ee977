"""Acts of a robot on one thing in its hands: under its fence, and once under a key."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from fastapi import Response
from sqlalchemy.orm import Session

from storage.tables import RobotQueue
from web.api.once import Answer, Note, Once
from web.rooms import Rooms

Held = TypeVar("Held")
Told = Mapping[str, Any]


def nothing_before(session: Session, queue: RobotQueue) -> None:
    """Of an act that is refused when it is said again under another key."""
    del session, queue


def act_on_held(
    rooms: Rooms,
    once: Once,
    request: Mapping[str, Any],
    *,
    find: Callable[[Session], RobotQueue],
    hold: Callable[[Session, RobotQueue], Held],
    act: Callable[[Session, RobotQueue, Held], Told],
    told_before: Callable[[Session, RobotQueue], Told | None] = nothing_before,
) -> Response:
    """Do the act and answer what it tells, all in one transaction.

    Args:
        request: what two requests under one key are compared by; it is kept, so that
            nothing of a person may be in it.
        hold: gives what is held, locked until the commit; raises where it is not.
        told_before: the answer that was given under another key, if any was.
    """

    def run(note: Note) -> Answer:
        with rooms.database.begin() as session:
            queue = find(session)
            told = told_before(session, queue)
            if told is None:
                told = act(session, queue, hold(session, queue))
            return note(session, (200, _plain(told)))

    return once.run(request, run)


def _plain(told: Told) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in told.items()
    }
