"""Puts pages, API and error handling together into one application."""

from pathlib import Path

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from web import failures
from web.api import create_api
from web.headers import SecurityHeaders
from web.painting import Painter
from web.rooms import Rooms
from web.routes import (
    absences,
    alerts,
    answers,
    approvals,
    boxes,
    custody,
    desk,
    errors,
    exports,
    filings,
    groups,
    health,
    inspections,
    jobs,
    judgement,
    keying,
    ledger,
    login,
    look_ups,
    lots,
    modes,
    overview,
    papers,
    parking,
    password,
    people,
    pictures,
    queue,
    recalls,
    retention,
    returns,
    review,
    robots,
    scans,
    searches,
    sign_in,
    sorting,
    upload,
)

PAGES = (
    # What people at work ask for most comes first: an address is sought in order.
    review.router,
    desk.router,
    login.router,
    sign_in.router,
    password.router,
    people.router,
    jobs.router,
    scans.router,
    upload.router,
    papers.router,
    sorting.router,
    custody.router,
    boxes.router,
    parking.router,
    queue.router,
    overview.router,
    errors.router,
    recalls.router,
    ledger.router,
    robots.router,
    exports.router,
    answers.router,
    alerts.router,
    retention.router,
    judgement.router,
    filings.router,
    look_ups.router,
    searches.router,
    approvals.router,
    absences.router,
    lots.router,
    inspections.router,
    returns.router,
    pictures.router,
    keying.router,
    groups.router,
    modes.router,
    health.router,
)


def create_app(rooms: Rooms) -> FastAPI:
    """The application over these rooms; it starts nothing and reads no settings."""
    # The pages are for people: only the API is described.
    # Its routes are those of the routers themselves: what includes a router works out
    # each of its routes anew, which took most of an app's first second.
    app = FastAPI(
        title="kamizero",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        routes=[route for router in PAGES for route in router.routes],
    )
    app.state.rooms = rooms
    app.state.painter = Painter.shipped(rooms.language)
    app.mount("/api/v1", _api(app))
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"))
    failures.install(app)
    app.add_middleware(SecurityHeaders)
    return app


def _api(app: FastAPI) -> FastAPI:
    api = create_api()
    api.state = app.state
    failures.install(api)
    return api
