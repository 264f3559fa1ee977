"""The edge where errors become answers: a page for people, a problem for programs."""

from urllib.parse import quote, urlencode

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from kamizero.errors import KamizeroError, RefusedError, StoreError
from review.refusals import NotSettledError
from storage.people import NotLoggedInError
from web.headers import HEADERS
from web.painting import Painter, painter_of
from web.problems import MEDIA_TYPE, problem, problem_of, status_of
from web.refusals import ReasonNeededError
from web.rooms import rooms_of
from web.visitors import SAFE_METHODS, find_visitor

log = structlog.get_logger()


def install(app: FastAPI) -> None:
    """Let every error of the app leave as an answer."""
    app.add_exception_handler(KamizeroError, _known)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unknown)


def _known(request: Request, error: Exception) -> Response:
    assert isinstance(error, KamizeroError)  # noqa: S101 - registered for it only
    if status_of(error) >= 500:
        log.error("request_failed", path=request.url.path, code=error.code)
    if _is_for_program(request):
        return _as_problem(request, error)
    if isinstance(error, NotLoggedInError):
        return _to_login(request)
    if isinstance(error, ReasonNeededError):
        return _to_reason(request, error)
    code = error.refusal_code if isinstance(error, RefusedError) else error.code
    detail = _told(request, error)
    return _page(request, status=status_of(error), code=code, detail=detail)


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - as above
    places = [
        {"in": [str(part) for part in one["loc"]], "what": one["msg"]}
        for one in error.errors()
    ]
    if _is_for_program(request):
        return problem(
            status=422,
            code="wrong_call",
            detail="The request is not as the API describes it; `errors` says where.",
            errors=places,
        )
    return _page(request, status=422, code="wrong_call")


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - as above
    if isinstance(error.__cause__, OSError):
        # The framework blames whoever sends; but it was our disk that took no more.
        return _known(request, _not_kept(error.__cause__))
    code = "missing" if error.status_code == 404 else "wrong_call"
    if _is_for_program(request):
        return problem(
            status=error.status_code,
            code=code,
            detail=str(error.detail),
            headers=error.headers,
        )
    return _page(request, status=error.status_code, code=code)


def _not_kept(error: OSError) -> StoreError:
    return StoreError(
        f"What was sent could not be kept while it came in ({error.strerror}). Free "
        "space in the folder for temporary files, then send it again."
    )


def _unknown(request: Request, error: Exception) -> Response:
    log.error("request_crashed", path=request.url.path, exc_info=error)
    if _is_for_program(request):
        detail = "Something went wrong here. Try again; if it stays, tell the operator."
        answer: Response = problem(status=500, code="error", detail=detail)
    else:
        answer = _page(request, status=500, code="error")
    # This answer leaves outside of the middleware that adds them to all others.
    answer.headers.update(HEADERS)
    return answer


def _is_for_program(request: Request) -> bool:
    accepts = request.headers.get("accept", "")
    # A picture within a page cannot show a page that asks something.
    is_picture = request.headers.get("sec-fetch-dest") == "image"
    is_api = request.url.path.startswith("/api/")
    asks_json = "application/json" in accepts or MEDIA_TYPE in accepts
    return is_api or is_picture or asks_json


def _as_problem(request: Request, error: KamizeroError) -> Response:
    if request.url.path.startswith("/api/"):
        return problem_of(error)
    return problem_of(error, detail=_told(request, error))


def _told(request: Request, error: KamizeroError) -> str:
    """What happened, in the language of the person where we have the sentence."""
    painter = painter_of(request)
    language = _language(request, painter)
    key = f"problem.{error.code}"
    if not painter.texts.knows(key):
        return str(error)
    sentence = painter.texts.say(key, language)
    if isinstance(error, NotSettledError):
        return f"{sentence} ({len(error.points)})"
    return sentence


def _page(request: Request, *, status: int, code: str, detail: str = "") -> Response:
    painter = painter_of(request)
    # An address that leads nowhere asked no route who is looking.
    visitor = request.state.visitor = find_visitor(request, rooms_of(request))
    language = _language(request, painter)
    key = f"problem.{code}"
    if not detail and painter.texts.knows(key):
        detail = painter.texts.say(key, language)
    title = "problem.title_missing" if status == 404 else "problem.title"
    return painter.page(
        request,
        "problem.html",
        visitor=visitor,
        status=status,
        number=status,
        title=painter.texts.say(title, language),
        code=code,
        detail=detail or painter.texts.say("problem.error", language),
        way="/",
    )


def _to_login(request: Request) -> Response:
    back = ""
    if request.method in SAFE_METHODS and request.url.path != "/":
        back = f"?back={quote(request.url.path)}"
    return RedirectResponse(f"/login{back}", status_code=303)


def _to_reason(request: Request, error: ReasonNeededError) -> Response:
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    words = {"kind": error.subject.kind, "number": error.subject.id, "back": asked}
    return RedirectResponse(f"/look-up?{urlencode(words)}", status_code=303)


def _language(request: Request, painter: Painter) -> str:
    visitor = getattr(request.state, "visitor", None)
    return painter.language(request, visitor)
