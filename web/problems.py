"""Errors as RFC 9457 problems: stable types, the status that fits, what to do."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi.responses import JSONResponse

from ingest.doors.refusals import NoRoomError, QuotaError, TooLargeError
from kamizero import errors
from review.refusals import NotSettledError, ValueRefusedError
from storage.people import NotLoggedInError
from web import refusals
from web.sso.refusals import ProviderDownError
from web.throttle import TooManyCallsError

MEDIA_TYPE = "application/problem+json"
URN = "urn:kamizero:problem:"

# The first class that fits decides, so the narrower ones stand first.
_STATUSES: tuple[tuple[type[errors.KamizeroError], HTTPStatus], ...] = (
    (NotLoggedInError, HTTPStatus.UNAUTHORIZED),
    (refusals.OtherVersionError, HTTPStatus.PRECONDITION_FAILED),
    (NoRoomError, HTTPStatus.INSUFFICIENT_STORAGE),
    (QuotaError, HTTPStatus.INSUFFICIENT_STORAGE),
    (TooLargeError, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (refusals.PreconditionError, HTTPStatus.PRECONDITION_FAILED),
    (refusals.PreconditionNeededError, HTTPStatus.PRECONDITION_REQUIRED),
    (refusals.KeyReusedError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (ValueRefusedError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (TooManyCallsError, HTTPStatus.TOO_MANY_REQUESTS),
    (errors.MissingError, HTTPStatus.NOT_FOUND),
    (errors.ForbiddenError, HTTPStatus.FORBIDDEN),
    (errors.ConflictError, HTTPStatus.CONFLICT),
    (errors.StaleFenceError, HTTPStatus.CONFLICT),
    (errors.WrongCallError, HTTPStatus.BAD_REQUEST),
    (errors.RefusedError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (errors.StoreError, HTTPStatus.SERVICE_UNAVAILABLE),
    (ProviderDownError, HTTPStatus.SERVICE_UNAVAILABLE),
)


def status_of(error: errors.KamizeroError) -> int:
    for kind, status in _STATUSES:
        if isinstance(error, kind):
            return status
    return HTTPStatus.INTERNAL_SERVER_ERROR


def problem(
    *,
    status: int,
    code: str,
    detail: str,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> JSONResponse:
    """A problem document; `more` are members of its own."""
    body = {
        "type": f"{URN}{code}",
        "title": _title(status),
        "status": status,
        "detail": detail,
        **more,
    }
    return JSONResponse(
        body, status_code=status, media_type=MEDIA_TYPE, headers=dict(headers or {})
    )


def _title(status: int) -> str:
    # Protocols over HTTP have statuses of their own.
    return HTTPStatus(status).phrase if status in set(HTTPStatus) else "Refused"


def problem_of(
    error: errors.KamizeroError, *, detail: str | None = None
) -> JSONResponse:
    """The problem an error of the house is told as."""
    more: dict[str, Any] = {}
    if isinstance(error, TooManyCallsError):
        more["headers"] = {"Retry-After": str(error.retry_after)}
    if isinstance(error, NotSettledError):
        more["points"] = list(error.points)
    code = error.refusal_code if isinstance(error, errors.RefusedError) else error.code
    return problem(
        status=status_of(error), code=code, detail=detail or str(error), **more
    )
