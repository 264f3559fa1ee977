"""Receivers of events over the API: subscribe, exchange the secret, replay, leave."""

import secrets as randoms
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from delivery.events import subscriptions
from delivery.events.subscriptions import EVERYTHING
from kamizero.errors import ForbiddenError, MissingError
from kamizero.model import Scope
from storage.tables import Subscription, SubscriptionState
from web.api.callers import Caller, InRooms, Needs
from web.api.once import Answer, InOnce, Note, Once
from web.rooms import Rooms

router = APIRouter(tags=["subscriptions"], prefix="/subscriptions")

Reader = Annotated[Caller, Depends(Needs(Scope.SUBSCRIPTIONS_READ))]
Writer = Annotated[Caller, Depends(Needs(Scope.SUBSCRIPTIONS_WRITE))]
Name = Annotated[str, Path(max_length=32)]


class SubscriptionWanted(BaseModel):
    """Who is told of what; `secret` is made and shown once where none is given."""

    url: Annotated[str, Field(max_length=500)]
    name: Annotated[str, Field(max_length=32)] = ""
    types: Annotated[list[str], Field(min_length=1, max_length=50)] = list(EVERYTHING)
    site: Annotated[str | None, Field(max_length=16)] = None
    secret: Annotated[str, Field(max_length=200)] = ""


class SubscriptionRecord(BaseModel):
    """One receiver; `position` is the last event that was looked at for it."""

    name: str
    url: str
    types: list[str]
    site: str | None
    state: SubscriptionState
    why: str | None
    position: int
    made_at: datetime
    made_by: str


class SubscriptionMade(SubscriptionRecord):
    """With its secret, where this answer is the first that shows it."""

    secret: str | None


class SubscriptionList(BaseModel):
    items: list[SubscriptionRecord]


class Rotated(BaseModel):
    """How long both secrets are good."""

    overlap_hours: Annotated[int, Field(ge=0, le=720)] = 24


class Replayed(BaseModel):
    """Everything after this place in the list of events is told once more."""

    after: Annotated[int, Field(ge=0)]


@router.get("")
def list_subscriptions(rooms: InRooms, caller: Reader) -> SubscriptionList:
    with rooms.database.look() as session:
        every = subscriptions.everyone(session)
        return SubscriptionList(
            items=[_told(x) for x in every if _is_theirs(x, caller)]
        )


@router.get("/{name}")
def get_subscription(rooms: InRooms, caller: Reader, name: Name) -> SubscriptionRecord:
    with rooms.database.look() as session:
        return _told(_find(session, name, caller))


@router.post("", status_code=201, response_model=SubscriptionMade)
def subscribe(
    rooms: InRooms, caller: Writer, once: InOnce, wanted: SubscriptionWanted
) -> Response:
    """Be told from now on. Sent again with the same key, the secret is not shown."""
    if caller.sites is not None and wanted.site not in caller.sites:
        raise ForbiddenError(
            f"{caller.name} reaches {', '.join(sorted(caller.sites))} alone; name one "
            "of these sites."
        )
    shown: dict[str, Any] = {}

    def act(note: Note) -> Answer:
        name = wanted.name or f"s-{randoms.token_hex(6)}"
        with rooms.database.begin() as session:
            shown["secret"] = subscriptions.subscribe(
                session,
                rooms.vault,
                rooms.gate,
                name=name,
                url=wanted.url,
                types=wanted.types,
                site=wanted.site,
                secret=wanted.secret,
                actor=caller.name,
                now=rooms.clock(),
            )
            row = subscriptions.find(session, name)
            return note(session, (201, _told(row).model_dump(mode="json")))

    request = wanted.model_dump(exclude={"secret"})
    (status, told), _ = once.answer({"subscribe": request}, act)
    return JSONResponse(
        {**told, "secret": shown.get("secret")},
        status_code=status,
        headers={"Location": f"/api/v1/subscriptions/{told['name']}"},
    )


@router.delete("/{name}", status_code=204)
def unsubscribe(rooms: InRooms, caller: Writer, name: Name) -> None:
    """Be told nothing any more."""
    with rooms.database.begin() as session:
        row = _find(session, name, caller)
        subscriptions.end(session, row, actor=caller.name, now=rooms.clock())


@router.post("/{name}/rotate", response_model=SubscriptionMade)
def rotate(
    rooms: InRooms, caller: Writer, once: InOnce, name: Name, body: Rotated
) -> Response:
    """A new secret; until the overlap ends, both sign."""
    shown: dict[str, Any] = {}

    def act(session: Session, row: Subscription) -> None:
        shown["secret"] = subscriptions.rotate(
            session,
            rooms.vault,
            row,
            actor=caller.name,
            now=rooms.clock(),
            overlap=timedelta(hours=body.overlap_hours),
        )

    told = _act(rooms, caller, once, name, {"rotate": name, **body.model_dump()}, act)
    return JSONResponse({**told, "secret": shown.get("secret")})


@router.post("/{name}/replay", response_model=SubscriptionRecord)
def replay(
    rooms: InRooms, caller: Writer, once: InOnce, name: Name, body: Replayed
) -> Response:
    """Be told once more, under the same ids."""

    def act(session: Session, row: Subscription) -> None:
        subscriptions.replay(
            session, row, after=body.after, actor=caller.name, now=rooms.clock()
        )

    request = {"replay": name, "after": body.after}
    return JSONResponse(_act(rooms, caller, once, name, request, act))


@router.post("/{name}/enable", response_model=SubscriptionRecord)
def enable(rooms: InRooms, caller: Writer, once: InOnce, name: Name) -> Response:
    """Go on after it was disabled."""

    def act(session: Session, row: Subscription) -> None:
        subscriptions.enable(session, row, actor=caller.name, now=rooms.clock())

    return JSONResponse(_act(rooms, caller, once, name, {"enable": name}, act))


def _act(
    rooms: Rooms,
    caller: Caller,
    once: Once,
    name: str,
    request: Mapping[str, Any],
    act: Callable[[Session, Subscription], None],
) -> Mapping[str, Any]:
    def run(note: Note) -> Answer:
        with rooms.database.begin() as session:
            row = _find(session, name, caller)
            act(session, row)
            return note(session, (200, _told(row).model_dump(mode="json")))

    (_, told), _ = once.answer(request, run)
    return told


def _find(session: Session, name: str, caller: Caller) -> Subscription:
    row = subscriptions.find(session, name)
    if not _is_theirs(row, caller):
        raise MissingError(f"There is no subscription {name}.")
    return row


def _is_theirs(row: Subscription, caller: Caller) -> bool:
    """Who reaches some sites alone sees the subscriptions of these."""
    return caller.sites is None or row.of_site in caller.sites


def _told(row: Subscription) -> SubscriptionRecord:
    return SubscriptionRecord(
        name=row.name,
        url=row.url,
        types=row.types,
        site=row.of_site,
        state=SubscriptionState(row.state),
        why=row.why,
        position=row.position,
        made_at=row.made_at,
        made_by=row.made_by,
    )
