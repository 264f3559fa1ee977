"""Work for robots: lease entries of a queue, say `committing`, answer for each."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Response
from sqlalchemy.orm import Session

from delivery.robots import answers, leasing, queues
from delivery.robots.answers import Failure, Shown
from delivery.robots.leasing import Held
from delivery.robots.numbers import clear_numbers
from delivery.robots.settling import settle
from delivery.robots.standing import Standing, standing_of
from delivery.robots.way import By
from delivery.robots.work import CORRECT, LOOK_UP, REGISTER
from kamizero.model import Scope
from review.suggesting import standing as suggesting_standing
from storage.tables import Delivery, DeliveryState, QueueStep, RobotQueue
from web.api.callers import Caller, InRooms, Needs
from web.api.held_acts import act_on_held
from web.api.leased import LeasedList, leased_csv, leased_items
from web.api.once import Answer, InOnce, Note, Once
from web.api.queue_bodies import (
    Answered,
    Committed,
    Completed,
    Extended,
    Failed,
    HeldBody,
    ItemRecord,
    Numbers,
    NumbersWanted,
    QueueList,
    QueueRecord,
    SettledBody,
    Wanted,
)
from web.rooms import Rooms

router = APIRouter(tags=["queues"], prefix="/queues")

Name = Annotated[str, Path(max_length=32)]
Robot = Annotated[Caller, Depends(Needs(Scope.QUEUES_WORK))]
Looker = Annotated[Caller, Depends(Needs(Scope.QUEUES_SETTLE))]
_CSV = "text/csv"


@router.get("", dependencies=[Depends(Needs(Scope.QUEUES_READ))])
def list_queues(rooms: InRooms) -> QueueList:
    with rooms.database.look() as session:
        now = rooms.clock()
        registering = [
            _told(standing_of(session, queue, now=now))
            for queue in queues.all_queues(session)
        ]
        suggesting = [
            _told_of_suggesting(session, queue, now)
            for queue in queues.all_queues(session, step=QueueStep.SUGGEST)
        ]
        return QueueList(items=[*registering, *suggesting])


@router.get("/{name}/items/{item}", dependencies=[Depends(Needs(Scope.QUEUES_READ))])
def get_item(rooms: InRooms, name: Name, item: int) -> ItemRecord:
    with rooms.database.look() as session:
        queue = queues.find_queue(session, name)
        return _item(leasing.find_item(session, queue, item))


@router.post("/{name}/lease", response_model=LeasedList)
def lease(
    rooms: InRooms,
    caller: Robot,
    once: InOnce,
    name: Name,
    wanted: Wanted,
    accept: Annotated[str, Header()] = "application/json",
) -> Response:
    """The next entries to register, nobody else's until `lease_until`.

    With `Accept: text/csv` they come as a table in CP932, one entry a line. Sent again
    with the same key, the same items come again.
    """
    return _lease(rooms, caller, once, name, wanted, accept, REGISTER)


@router.post("/{name}/doubts/lease", response_model=LeasedList)
def lease_doubts(
    rooms: InRooms,
    caller: Looker,
    once: InOnce,
    name: Name,
    wanted: Wanted,
    accept: Annotated[str, Header()] = "application/json",
) -> Response:
    """The next entries to look up in the host, which may be registered or not."""
    return _lease(rooms, caller, once, name, wanted, accept, LOOK_UP)


@router.post("/{name}/corrections/lease", response_model=LeasedList)
def lease_corrections(
    rooms: InRooms,
    caller: Robot,
    once: InOnce,
    name: Name,
    wanted: Wanted,
    accept: Annotated[str, Header()] = "application/json",
) -> Response:
    """The next corrections of entries that the host has: `corrects` names which.

    They are answered for like any other item; a robot that does not ask for them is
    never given one.
    """
    return _lease(rooms, caller, once, name, wanted, accept, CORRECT)


@router.post("/{name}/items/{item}/extend", response_model=Extended)
def extend(
    rooms: InRooms, caller: Robot, once: InOnce, name: Name, item: int, body: HeldBody
) -> Response:
    """Have as long again from now."""

    def act(session: Session, queue: RobotQueue, held: Held) -> dict[str, Any]:
        claim = leasing.extend(session, queue, held, now=rooms.clock())
        return {"id": item, "fence": claim.fence, "lease_until": claim.lease_until}

    return _held_act(rooms, caller, once, name, item, body, "extend", act)


@router.post("/{name}/items/{item}/committing", response_model=Committed)
def commit(
    rooms: InRooms, caller: Robot, once: InOnce, name: Name, item: int, body: HeldBody
) -> Response:
    """Say, just before the host is told, that it registers from here on."""

    def act(session: Session, queue: RobotQueue, held: Held) -> dict[str, Any]:
        claim = leasing.commit(session, queue, held, now=rooms.clock())
        return {
            "id": item,
            "state": DeliveryState.TAKEN,
            "fence": claim.fence,
            "lease_until": claim.lease_until,
        }

    return _held_act(rooms, caller, once, name, item, body, "commit", act)


@router.post("/{name}/items/{item}/complete", response_model=Answered)
def complete(
    rooms: InRooms, caller: Robot, once: InOnce, name: Name, item: int, body: Completed
) -> Response:
    """Say that the host has it; `in_doubt` where its screen showed something else."""
    shown = Shown(host_number=body.host_number, fields=body.shown)

    def act(session: Session, queue: RobotQueue, held: Held) -> dict[str, Any]:
        filing = held.row.entry.filing
        state = answers.complete(
            session,
            rooms.vault,
            queue,
            held,
            definition=rooms.library.of(filing),
            shown=shown,
            now=rooms.clock(),
        )
        return {"id": item, "state": state}

    return _held_act(rooms, caller, once, name, item, body, "complete", act)


@router.post("/{name}/items/{item}/fail", response_model=Answered)
def fail(
    rooms: InRooms, caller: Robot, once: InOnce, name: Name, item: int, body: Failed
) -> Response:
    """Say that it is not registered, or that nobody knows."""
    failure = Failure(
        kind=body.kind,
        code=body.code,
        fields=tuple(body.fields),
        unregistered=body.unregistered,
        wait=None if body.retry_after is None else timedelta(seconds=body.retry_after),
    )

    def act(session: Session, queue: RobotQueue, held: Held) -> dict[str, Any]:
        state = answers.fail(session, queue, held, failure, now=rooms.clock())
        return {"id": item, "state": state}

    return _held_act(rooms, caller, once, name, item, body, "fail", act)


@router.post("/{name}/items/{item}/release", response_model=Answered)
def release(
    rooms: InRooms, caller: Robot, once: InOnce, name: Name, item: int, body: HeldBody
) -> Response:
    """Give it back untouched, before `committing`."""

    def act(session: Session, queue: RobotQueue, held: Held) -> dict[str, Any]:
        del queue
        leasing.release(session, held, now=rooms.clock())
        return {"id": item, "state": DeliveryState.PENDING}

    return _held_act(rooms, caller, once, name, item, body, "release", act)


@router.post("/{name}/items/{item}/settle", response_model=Answered)
def settle_item(
    rooms: InRooms,
    caller: Looker,
    once: InOnce,
    name: Name,
    item: int,
    body: SettledBody,
) -> Response:
    """Say of an item leased from the doubts what a look in the host showed."""

    def act(session: Session, queue: RobotQueue, held: Held) -> dict[str, Any]:
        state = settle(
            session,
            queue,
            held.row,
            body.outcome,
            by=By.SETTLER,
            actor=caller.name,
            now=rooms.clock(),
            host_number=body.host_number,
            code=body.code,
        )
        return {"id": item, "state": state}

    return _held_act(rooms, caller, once, name, item, body, "settle", act, LOOK_UP)


@router.post("/{name}/items/{item}/numbers")
def numbers(
    rooms: InRooms,
    caller: Annotated[Caller, Depends(Needs(Scope.NUMBERS_READ))],
    name: Name,
    item: int,
    body: NumbersWanted,
) -> Numbers:
    """My Numbers and accounts of an item in one's hands; each call is an event.

    Name the `fields` that the host asks for: no other is given, nor written down as
    given.

    It changes nothing, so it needs no key: what it answers is kept nowhere.
    """
    with rooms.database.begin() as session:
        queue = queues.find_queue(session, name)
        held = leasing.held_item(
            session,
            queue,
            item,
            robot=caller.name,
            fence=body.fence,
            now=rooms.clock(),
        )
        found = clear_numbers(
            session, rooms.vault, held, wanted=body.fields, now=rooms.clock()
        )
        return Numbers(fields=found)


def _lease(
    rooms: Rooms,
    caller: Caller,
    once: Once,
    name: str,
    wanted: Wanted,
    accept: str,
    step: str,
) -> Response:
    def act(note: Note) -> Answer:
        with rooms.database.begin() as session:
            queue = queues.find_queue(session, name)
            held = leasing.lease(
                session,
                queue,
                robot=caller.name,
                limit=wanted.max,
                now=rooms.clock(),
                step=step,
            )
            # What is kept of the answer names nobody: values are added below.
            said = [(one.row.id, one.claim.fence) for one in held]
            return note(session, (200, {"held": said}))

    said: Mapping[str, Any] = {"held": []}
    if not once.is_new() or _may_have_any(rooms, name, step):
        request = {"lease": name, "step": step, **wanted.model_dump()}
        (_, said), _ = once.answer(request, act)
    with rooms.database.look() as session:
        queue = queues.find_queue(session, name)
        items = leased_items(session, rooms.vault, queue, said["held"], step=step)
        opens = queues.opens_at(session, queue, now=rooms.clock())
    found = LeasedList(items=items, opens_at=opens)
    if _CSV in accept:
        return leased_csv(name, found)
    return Response(found.model_dump_json(), media_type="application/json")


def _may_have_any(rooms: Rooms, name: str, step: str) -> bool:
    """Robots that find nothing ask again and again: they must not write each time."""
    with rooms.database.look() as session:
        queue = queues.find_queue(session, name)
        return leasing.may_have_any(session, queue, now=rooms.clock(), step=step)


def _held_act(
    rooms: Rooms,
    caller: Caller,
    once: Once,
    name: str,
    item: int,
    body: HeldBody,
    word: str,
    act: Callable[[Session, RobotQueue, Held], Mapping[str, Any]],
    step: str = REGISTER,
) -> Response:
    """An act on one leased item; said twice, even under other keys, it is done once."""

    def hold(session: Session, queue: RobotQueue) -> Held:
        return leasing.held_item(
            session,
            queue,
            item,
            robot=caller.name,
            fence=body.fence,
            now=rooms.clock(),
            step=step,
        )

    # What was shown is a person's: only the fence and what is no value is kept.
    words = body.model_dump(exclude={"shown"}, mode="json")
    return act_on_held(
        rooms,
        once,
        {word: item, "queue": name, **words},
        find=partial(queues.find_queue, name=name),
        hold=hold,
        act=act,
        told_before=partial(_told_before, item=item, body=body, caller=caller),
    )


def _told_before(
    session: Session, queue: RobotQueue, *, item: int, body: HeldBody, caller: Caller
) -> Mapping[str, Any] | None:
    """The answer to `complete` or `fail` that was given before, however it was lost."""
    if not isinstance(body, Completed | Failed):
        return None
    row = leasing.find_item(session, queue, item)
    number = body.host_number if isinstance(body, Completed) else ""
    state = answers.answered(
        session, row, body.fence, robot=caller.name, host_number=number
    )
    return None if state is None else {"id": item, "state": state}


def _told(one: Standing) -> QueueRecord:
    counts = {state.value: count for state, count in one.counts.items()}
    return _record(one.queue, one.opens_at, counts, one.dead)


def _told_of_suggesting(
    session: Session, queue: RobotQueue, now: datetime
) -> QueueRecord:
    found = suggesting_standing.standing_of(session, queue, now=now)
    counts = {"waiting": found.waiting, "in_hand": found.in_hand}
    opens = queues.opens_at(session, queue, now=now)
    return _record(queue, opens, counts, found.given_up)


def _record(
    queue: RobotQueue,
    opens_at: datetime | None,
    counts: dict[str, int],
    given_up: int,
) -> QueueRecord:
    return QueueRecord(
        name=queue.name,
        title=queue.title,
        step=QueueStep(queue.step),
        form=queue.form,
        site=queue.of_site,
        on_lost_lease=queue.on_lost_lease,
        lease_seconds=queue.lease_seconds,
        must_show=queue.must_show,
        writes=queue.writes or [],
        opens_at=opens_at,
        counts=counts,
        given_up=given_up,
    )


def _item(row: Delivery) -> ItemRecord:
    return ItemRecord(
        id=row.id,
        state=DeliveryState(row.state),
        filing=row.entry.filing_id,
        n=row.entry.n,
        changed_at=row.changed_at,
    )
