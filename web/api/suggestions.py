"""Robots that look something up before approval: leased, answered, never decided."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Response
from pydantic import BaseModel
from sqlalchemy.orm import Session

from delivery.robots import queues
from delivery.robots.leasing import MOST_AT_ONCE
from delivery.robots.record import flat_record
from forms.flat_names import flat_name
from kamizero.model import Scope
from review import routing
from review.doubt import doubtful, fields_of
from review.suggesting import answering, leasing
from review.suggesting.answering import Said
from review.suggesting.asking import asked_anywhere, asked_fields
from review.suggesting.leasing import Held
from storage.tables import QueueStep, RobotQueue, WorkState
from storage.vault import Vault
from web.api.callers import Caller, InRooms, Needs
from web.api.held_acts import act_on_held
from web.api.once import Answer, InOnce, Note, Once
from web.api.queue_bodies import Extended, Found, HeldBody, NotFound, Wanted
from web.rooms import Rooms

router = APIRouter(tags=["queues"], prefix="/queues/{name}/suggestions")

Name = Annotated[str, Path(max_length=32)]
Robot = Annotated[Caller, Depends(Needs(Scope.QUEUES_SUGGEST))]
_STEP = QueueStep.SUGGEST


class AskedEntry(BaseModel):
    """One entry in review, in a robot's hands.

    `asked` are the flat names to say something about. `fields` is what else is on
    record, except what a queue may ask about and what nobody vouches for yet; the names
    of the latter are `doubtful`. Numbers are masked.
    """

    id: int
    fence: int
    lease_until: datetime
    attempt: int
    receipt_number: str
    filing: int
    n: int
    form: str
    revision: str
    site: str
    received_on: date
    asked: list[str]
    doubtful: list[str]
    fields: dict[str, str]


class AskedList(BaseModel):
    """What was leased; `opens_at` says when to come again where it is nothing."""

    items: list[AskedEntry]
    opens_at: datetime | None


class Noted(BaseModel):
    """What became of each value."""

    id: int
    fields: dict[str, Said]


class Standing(BaseModel):
    """How an entry stands in the queue."""

    id: int
    state: WorkState


@router.post("/lease")
def lease_entries(
    rooms: InRooms, caller: Robot, once: InOnce, name: Name, wanted: Wanted
) -> AskedList:
    """The next entries in review that the queue is asked about.

    Sent again with the same key, the same entries come again.
    """

    def act(note: Note) -> Answer:
        with rooms.database.begin() as session:
            queue, now = queues.find_queue(session, name, step=_STEP), rooms.clock()
            limit = min(wanted.max, MOST_AT_ONCE)
            if queues.opens_at(session, queue, now=now) != now:
                limit = 0
            held = leasing.lease(
                session, queue, robot=caller.name, limit=limit, now=now
            )
            # What is kept of the answer names nobody: values are added below.
            said = [(one.entry.id, one.claim.fence) for one in held]
            return note(session, (200, {"held": said}))

    said: Mapping[str, Any] = {"held": []}
    if not once.is_new() or _may_have_any(rooms, name):
        request = {"lease": name, "step": _STEP, **wanted.model_dump()}
        (_, said), _ = once.answer(request, act)
    with rooms.database.look() as session:
        queue = queues.find_queue(session, name, step=_STEP)
        fences = {entry: fence for entry, fence in said["held"]}
        held = leasing.still_held(session, queue, fences)
        return AskedList(
            items=[_asked(session, rooms.vault, queue, one) for one in held],
            opens_at=queues.opens_at(session, queue, now=rooms.clock()),
        )


@router.post("/{entry}/extend", response_model=Extended)
def extend_suggestion(
    rooms: InRooms, caller: Robot, once: InOnce, name: Name, entry: int, body: HeldBody
) -> Response:
    """Have as long again from now."""

    def act(session: Session, queue: RobotQueue, held: Held) -> dict[str, Any]:
        claim = leasing.extend(session, queue, held, now=rooms.clock())
        return {"id": entry, "fence": claim.fence, "lease_until": claim.lease_until}

    return _act(rooms, caller, once, name, entry, body, "extend", act)


@router.post("/{entry}/complete", response_model=Noted)
def complete_suggestion(
    rooms: InRooms, caller: Robot, once: InOnce, name: Name, entry: int, body: Found
) -> Response:
    """Say what was found. It stands beside the reading until a person says which is
    right; where it spells what was read, the reading is accepted.
    """
    # Whoever can read the filing may only repeat what was read.
    is_blind = Scope.FILINGS_READ not in caller.scopes

    def act(session: Session, queue: RobotQueue, held: Held) -> dict[str, Any]:
        filing = held.entry.filing
        definition, now = rooms.library.of(filing), rooms.clock()
        said = answering.answer(
            session,
            rooms.vault,
            queue,
            held,
            body.fields,
            definition=definition,
            is_blind=is_blind,
            now=now,
        )
        rooms.recheck(session, filing)
        routing.follow_robot(
            session,
            held.entry,
            agreed=Said.ACCEPTED in said.values(),
            definition=definition,
            vault=rooms.vault,
            now=now,
        )
        return {"id": entry, "fields": said}

    return _act(rooms, caller, once, name, entry, body, "suggest", act)


@router.post("/{entry}/fail", response_model=Standing)
def fail_suggestion(
    rooms: InRooms, caller: Robot, once: InOnce, name: Name, entry: int, body: NotFound
) -> Response:
    """Say that it could not be looked up."""
    wait = None if body.retry_after is None else timedelta(seconds=body.retry_after)

    def act(session: Session, queue: RobotQueue, held: Held) -> dict[str, Any]:
        left = leasing.fail(
            session, queue, held, code=body.code, wait=wait, now=rooms.clock()
        )
        return {"id": entry, "state": left}

    return _act(rooms, caller, once, name, entry, body, "fail", act)


@router.post("/{entry}/release", response_model=Standing)
def release_suggestion(
    rooms: InRooms, caller: Robot, once: InOnce, name: Name, entry: int, body: HeldBody
) -> Response:
    """Give it back untouched."""

    def act(session: Session, queue: RobotQueue, held: Held) -> dict[str, Any]:
        del queue
        leasing.release(session, held, now=rooms.clock())
        return {"id": entry, "state": WorkState.OPEN}

    return _act(rooms, caller, once, name, entry, body, "release", act)


def _act(
    rooms: Rooms,
    caller: Caller,
    once: Once,
    name: str,
    entry: int,
    body: HeldBody,
    word: str,
    act: Callable[[Session, RobotQueue, Held], Mapping[str, Any]],
) -> Response:
    """An act on one leased entry, done once under its key."""

    def hold(session: Session, queue: RobotQueue) -> Held:
        return leasing.held_entry(
            session,
            queue,
            entry,
            robot=caller.name,
            fence=body.fence,
            now=rooms.clock(),
        )

    # What was found is a person's: nothing of it is kept to compare requests by.
    words = body.model_dump(exclude={"fields"}, mode="json")
    return act_on_held(
        rooms,
        once,
        {word: entry, "suggestions": name, **words},
        find=partial(queues.find_queue, name=name, step=_STEP),
        hold=hold,
        act=act,
    )


def _may_have_any(rooms: Rooms, name: str) -> bool:
    """Robots that find nothing ask again and again: they must not write each time."""
    now = rooms.clock()
    with rooms.database.look() as session:
        queue = queues.find_queue(session, name, step=_STEP)
        is_open = queues.opens_at(session, queue, now=now) == now
        return is_open and leasing.may_have_any(session, queue, now=now)


def _asked(session: Session, vault: Vault, queue: RobotQueue, held: Held) -> AskedEntry:
    claim, entry, filing = held.claim, held.entry, held.entry.filing
    asked = asked_fields(session, queue, entry)
    unsure = [flat_name(name) for name in doubtful(fields_of(session, entry))]
    # Of every queue: whoever leases here may answer there.
    untold = {*unsure, *asked, *asked_anywhere(session, filing.form)}
    known = {
        name: value
        for name, value in flat_record(session, vault, entry).items()
        if name not in untold
    }
    return AskedEntry(
        id=entry.id,
        fence=claim.fence,
        lease_until=claim.lease_until,
        attempt=claim.attempts,
        receipt_number=filing.receipt_number,
        filing=filing.id,
        n=entry.n,
        form=filing.form,
        revision=filing.revision,
        site=filing.site,
        received_on=filing.received_on,
        asked=list(asked),
        doubtful=[name for name in unsure if name not in asked],
        fields=known,
    )
