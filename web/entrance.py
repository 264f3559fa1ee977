"""Letting a browser in, whichever way somebody proved who they are."""

import re

from fastapi import Response
from fastapi.responses import RedirectResponse

from storage import people
from storage.tables import Person
from web.rooms import Rooms
from web.visitors import SESSION_COOKIE

_OUR_PAGE = re.compile(r"/(?!/)[\w/.?=&%-]*", re.ASCII)


def let_in(rooms: Rooms, person: Person, *, back: str) -> Response:
    """Open a session, and lead on to the page they came for."""
    with rooms.database.begin() as session:
        opened = people.open_session(session, person, now=rooms.clock())
    answer = RedirectResponse(our_page(back), status_code=303)
    answer.set_cookie(
        SESSION_COOKIE,
        opened.token,
        max_age=int((opened.expires_at - rooms.clock()).total_seconds()),
        httponly=True,
        samesite="lax",
        secure=rooms.secure_cookies,
    )
    return answer


def our_page(back: str) -> str:
    """A page of ours to go on to; never another site's."""
    return back if _OUR_PAGE.fullmatch(back) else "/"
