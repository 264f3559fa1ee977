"""Looking at papers over the API: a key's scope is its reason, a person says one."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Request

from kamizero.model import Scope
from storage import look_ups
from storage.tables import LookUpReason
from storage.tokens import token_hash
from web.api.callers import Caller, InRooms, caller_of
from web.looking import Finder, named, open_papers, see_page, visit_of
from web.painting import business_day
from web.rooms import Rooms


@dataclass(frozen=True, slots=True)
class ShowsCallers:
    """The same for the API: a key's scope is its reason, a person says one.

    What a key is shown is written down once a day.
    """

    number: str
    subjects: Finder
    scope: Scope

    def __call__(
        self,
        request: Request,
        rooms: InRooms,
        caller: Annotated[Caller, Depends(caller_of)],
        look_up_reason: Annotated[str, Header()] = "",
    ) -> None:
        """Raises ReasonNeededError."""
        if self.scope not in caller.scopes:
            return
        reason = said_reason(caller, look_up_reason)
        visit = visit_of_caller(request, rooms, caller)
        with rooms.database.look() as session:
            subjects = named(session, request, self.number, self.subjects)
            if not subjects or look_ups.is_open(session, visit, subjects):
                return
        open_papers(rooms, subjects[0], visit=visit, who=caller.name, reason=reason)


def see_page_called(
    request: Request, rooms: Rooms, caller: Caller, page_id: int
) -> None:
    """The same for a caller of the API."""
    visit = visit_of_caller(request, rooms, caller)
    see_page(rooms, page_id, visit=visit, who=caller.name)


def said_reason(caller: Caller, given: str) -> LookUpReason | None:
    """Why a caller looks; None where a person does not say."""
    if not caller.is_person:
        return LookUpReason.PROGRAM
    known = {one.value: one for one in look_ups.SAID if one is not LookUpReason.OTHER}
    return known.get(given)


def visit_of_caller(request: Request, rooms: Rooms, caller: Caller) -> str:
    """What reasons and views are kept by: a session, or a key's day."""
    if caller.is_person:
        return visit_of(request)
    return token_hash(f"key {caller.name} {business_day(rooms.clock())}")
