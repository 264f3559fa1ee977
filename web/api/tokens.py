"""Short-lived keys for clients: OAuth 2.0 client credentials (RFC 6749, 4.4)."""

import base64
import binascii
from typing import Annotated, Literal
from urllib.parse import unquote_plus

from fastapi import APIRouter, Depends, Form, Header
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from storage.api_clients import UnknownClientError, UnknownScopeError, give_access
from web.rooms import Rooms, rooms_of

router = APIRouter(tags=["tokens"])


class AccessAnswer(BaseModel):
    """A key that is good for `expires_in` seconds."""

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int
    scope: str


class OAuthError(BaseModel):
    """Why none is given, as RFC 6749 says it and not as a problem."""

    error: str
    error_description: str


_WRONG = {"model": OAuthError, "description": "Refused, as RFC 6749 says it."}


@router.post(
    "/token",
    response_model=AccessAnswer,
    responses={400: _WRONG, 401: _WRONG},
)
def token(
    rooms: Annotated[Rooms, Depends(rooms_of)],
    grant_type: Annotated[str, Form()] = "",
    client_id: Annotated[str, Form()] = "",
    client_secret: Annotated[str, Form()] = "",
    scope: Annotated[str, Form()] = "",
    authorization: Annotated[str, Header()] = "",
) -> JSONResponse:
    """A short-lived key for a client and its secret, by HTTP Basic or in the form.

    It needs no Idempotency-Key: sent twice, two keys are good.
    """
    named = _basic(authorization) or (client_id, client_secret)
    if grant_type != "client_credentials":
        return _refused(400, "unsupported_grant_type", "Send client_credentials.")
    rooms.throttle.count(f"token/{named[0]}")
    try:
        with rooms.database.begin() as session:
            given = give_access(
                session,
                name=named[0],
                secret=named[1],
                scopes=scope.split(),
                now=rooms.clock(),
            )
    except UnknownClientError as error:
        return _refused(401, error.code, str(error))
    except UnknownScopeError as error:
        return _refused(400, error.code, str(error))
    body = AccessAnswer(
        access_token=given.token,
        token_type="Bearer",  # noqa: S106  What kind it is.
        expires_in=int(given.lives_for.total_seconds()),
        scope=" ".join(given.scopes),
    )
    return JSONResponse(body.model_dump(), headers={"Cache-Control": "no-store"})


def _basic(header: str) -> tuple[str, str] | None:
    scheme, _, sent = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(sent, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return unquote_plus(name), unquote_plus(secret)


def _refused(status: int, error: str, words: str) -> JSONResponse:
    headers = {"Cache-Control": "no-store"}
    if status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="kamizero"'
    body = OAuthError(error=error, error_description=words)
    return JSONResponse(body.model_dump(), status_code=status, headers=headers)
