"""Single sign-on: to the provider, back from it, and out of it again."""

import base64
import hashlib
import secrets

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from kamizero.errors import MissingError
from storage import audit, sign_ins
from storage.sign_ins import Attempt, UnknownAccountError
from storage.tables import Person
from web.entrance import let_in, our_page
from web.rooms import Rooms
from web.sso.account import proven
from web.sso.provider import Provider
from web.sso.refusals import (
    DeclinedError,
    NoAccountError,
    ProviderDownError,
    SignInError,
    StaleSignInError,
)
from web.visitors import START_COOKIE, Anybody, InAllRooms

router = APIRouter()


@router.get("/login/provider")
def to_provider(
    request: Request, rooms: InAllRooms, visitor: Anybody, back: str = "/"
) -> Response:
    """Send the browser to the provider, which sends it back to us."""
    provider = _provider(rooms)
    if visitor is not None:
        return RedirectResponse(our_page(back), status_code=303)
    browser = request.cookies.get(START_COOKIE) or secrets.token_urlsafe(32)
    with rooms.database.begin() as session:
        begun = sign_ins.begin(
            session, browser=browser, back=our_page(back), now=rooms.clock()
        )
    try:
        address = provider.login_address(
            state=begun.state, nonce=begun.nonce, challenge=_challenge(begun.verifier)
        )
    except ProviderDownError as error:
        _tell(rooms, error.why)
        raise
    answer = RedirectResponse(address, status_code=303)
    answer.set_cookie(
        START_COOKIE,
        browser,
        httponly=True,
        samesite="lax",
        secure=rooms.secure_cookies,
    )
    return answer


@router.get("/login/provider/back")
def back_from_provider(
    request: Request,
    rooms: InAllRooms,
    state: str = "",
    code: str = "",
    error: str = "",
    iss: str | None = None,
) -> Response:
    """Take what the provider says about whoever it sends back."""
    provider = _provider(rooms)
    try:
        attempt = _attempt(request, rooms, state)
        if error or not code:
            raise DeclinedError("The provider let nobody in.", why="declined")
        provider.demand_named(iss)
        person = _person(rooms, provider, attempt, code)
    except (SignInError, ProviderDownError) as refused:
        _tell(rooms, refused.why)
        raise
    return let_in(rooms, person, back=attempt.back)


@router.get("/logout/provider")
def out_of_provider(rooms: InAllRooms) -> Response:
    """End the browser's session at the provider too, where it knows how."""
    provider = _provider(rooms)
    there = provider.registration.redirect_uri.removesuffix("/login/provider/back")
    address = provider.logout_address(back=f"{there}/login")
    return RedirectResponse(address or "/login", status_code=303)


def _provider(rooms: Rooms) -> Provider:
    if rooms.provider is None:
        raise MissingError("No provider of single sign-on is set.")
    return rooms.provider


def _attempt(request: Request, rooms: Rooms, state: str) -> Attempt:
    browser = request.cookies.get(START_COOKIE, "")
    with rooms.database.begin() as session:
        found = sign_ins.take(session, state=state, browser=browser, now=rooms.clock())
    if found is None:
        raise StaleSignInError("The sign-in is not known any more.", why="state")
    return found


def _person(rooms: Rooms, provider: Provider, attempt: Attempt, code: str) -> Person:
    claims = provider.claims(code=code, verifier=attempt.verifier, nonce=attempt.nonce)
    known = proven(claims, provider.registration)
    try:
        with rooms.database.begin() as session:
            return sign_ins.enter(
                session, known, own_site=rooms.site, now=rooms.clock()
            )
    except UnknownAccountError as error:
        raise NoAccountError(str(error), why=error.why) from error


def _tell(rooms: Rooms, why: str) -> None:
    """Write a refusal down: of whom it was, nobody can say."""
    with rooms.database.begin() as session:
        audit.record(
            session,
            actor="single sign-on",
            act="login.refused",
            subject_kind="provider",
            subject_id="single sign-on",
            now=rooms.clock(),
            body={"why": why},
        )


def _challenge(verifier: str) -> str:
    """The hash of the verifier, as PKCE wants it (S256)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
