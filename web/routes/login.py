"""Logging in and out, and choosing the language."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select

from storage import people
from storage.lockout import WrongLoginError
from storage.tables import Person as PersonRow
from web.entrance import let_in, our_page
from web.language import LANGUAGES
from web.painting import LANGUAGE_COOKIE, painter_of, when
from web.rooms import Rooms
from web.visitors import (
    SESSION_COOKIE,
    START_COOKIE,
    Anybody,
    InAllRooms,
    shown_to_anybody,
    shown_to_them,
)

router = APIRouter()

_YEAR_S = 365 * 24 * 3600


@router.get("/")
def home(visitor: Anybody) -> Response:
    """Where a person's work is."""
    if visitor is None:
        return RedirectResponse("/login", status_code=303)
    if not visitor.may_receive:
        return RedirectResponse("/keying", status_code=303)
    return RedirectResponse(
        "/queue" if visitor.may_review else "/jobs", status_code=303
    )


@router.get("/login")
def login_page(
    request: Request, rooms: InAllRooms, visitor: Anybody, back: str = ""
) -> Response:
    if visitor is not None:
        return RedirectResponse(our_page(back), status_code=303)
    return _form(request, rooms, back=back)


@router.post("/login", dependencies=[Depends(shown_to_anybody)])
def login(
    request: Request,
    rooms: InAllRooms,
    name: Annotated[str, Form(max_length=100)],
    password: Annotated[str, Form(max_length=1000)],
    back: Annotated[str, Form()] = "",
) -> Response:
    return _log_in(request, rooms, name=name.strip(), password=password, back=back)


@router.post("/logout", dependencies=[Depends(shown_to_them)])
def logout(request: Request, rooms: InAllRooms) -> Response:
    with rooms.database.begin() as session:
        people.close_session(session, request.cookies[SESSION_COOKIE])
    # Whoever shares the machine would come in by the session at the provider.
    left = "?left=1" if rooms.provider else ""
    answer = RedirectResponse(f"/login{left}", status_code=303)
    answer.delete_cookie(SESSION_COOKIE)
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


@router.post("/language", dependencies=[Depends(shown_to_anybody)])
def choose_language(
    rooms: InAllRooms,
    visitor: Anybody,
    language: Annotated[str, Form()],
    back: Annotated[str, Form()] = "/",
) -> Response:
    answer = RedirectResponse(our_page(back), status_code=303)
    if language in LANGUAGES:
        if visitor is not None:
            with rooms.database.begin() as session:
                session.get_one(PersonRow, visitor.id).language = language
        answer.set_cookie(
            LANGUAGE_COOKIE, language, max_age=_YEAR_S, samesite="lax", httponly=True
        )
    return answer


def _log_in(
    request: Request, rooms: Rooms, *, name: str, password: str, back: str
) -> Response:
    try:
        person = people.authenticate(
            rooms.database, name=name, password=password, now=rooms.clock()
        )
    except WrongLoginError:
        trouble = _trouble(request, rooms, name)
        return _form(request, rooms, name=name, back=back, trouble=trouble, status=403)
    return let_in(rooms, person, back=back)


def _trouble(request: Request, rooms: Rooms, name: str) -> str:
    painter = painter_of(request)
    language = painter.language(request, None)
    with rooms.database.look() as session:
        until = session.scalar(
            select(PersonRow.locked_until).where(PersonRow.name == name)
        )
    if until is None or until <= rooms.clock():
        return painter.texts.say("login.wrong", language)
    return painter.texts.say("login.locked", language, until=when(until))


def _form(
    request: Request,
    rooms: Rooms,
    *,
    back: str,
    name: str = "",
    trouble: str = "",
    status: int = 200,
) -> Response:
    start = request.cookies.get(START_COOKIE) or secrets.token_urlsafe(32)
    answer = painter_of(request).page(
        request,
        "login.html",
        visitor=None,
        status=status,
        csrf=start,
        next_page=back,
        provider=rooms.provider.registration.label if rooms.provider else "",
        left=bool(rooms.provider and request.query_params.get("left")),
        name=name,
        trouble=trouble,
    )
    answer.set_cookie(
        START_COOKIE, start, httponly=True, samesite="lax", secure=rooms.secure_cookies
    )
    return answer
