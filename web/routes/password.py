"""Everybody's own password."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from storage import people
from storage.lockout import LockedError, WrongLoginError
from storage.passwords import MIN_PASSWORD, ShortPasswordError
from web.painting import painter_of
from web.routes.notices import notice
from web.visitors import SESSION_COOKIE, InRooms, Person, Visitor, shown_to_them

router = APIRouter(prefix="/password", dependencies=[Depends(shown_to_them)])


@router.get("")
def password_page(request: Request, visitor: Person) -> Response:
    return _page(request, visitor)


@router.post("")
def change(
    request: Request,
    rooms: InRooms,
    visitor: Person,
    old: Annotated[str, Form(max_length=1000)],
    new: Annotated[str, Form(max_length=1000)],
    again: Annotated[str, Form(max_length=1000)],
) -> Response:
    """Take the new password, and end the person's other sessions."""
    if new != again:
        return _page(request, visitor, trouble="differs")
    try:
        people.change_password(
            rooms.database,
            name=visitor.name,
            old=old,
            new=new,
            keep=request.cookies[SESSION_COOKIE],
            now=rooms.clock(),
        )
    except ShortPasswordError:
        return _page(request, visitor, trouble="short")
    except LockedError:
        return _page(request, visitor, trouble="locked")
    except WrongLoginError:
        return _page(request, visitor, trouble="wrong")
    return RedirectResponse("/password?notice=password_changed", status_code=303)


def _page(request: Request, visitor: Visitor, *, trouble: str = "") -> Response:
    return painter_of(request).page(
        request,
        "password.html",
        visitor=visitor,
        status=422 if trouble else 200,
        trouble=trouble,
        least=MIN_PASSWORD,
        said=notice(request, visitor),
    )
