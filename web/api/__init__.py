"""The API other programs use: `/api/v1`, OpenAPI 3.1, problems as RFC 9457."""

from typing import Any

from fastapi import APIRouter, FastAPI

from web.api import (
    answers,
    approvals,
    crops,
    deliveries,
    events,
    filings,
    forms,
    jobs,
    originals,
    pages,
    queues,
    recalls,
    searches,
    subscriptions,
    suggestions,
    swagger,
    tokens,
    uploads,
    watching,
)
from web.problems import MEDIA_TYPE

VERSION = "1"
ROUTERS = tuple(
    module.router
    for module in (
        filings,
        crops,
        forms,
        approvals,
        deliveries,
        queues,
        suggestions,
        recalls,
        answers,
        pages,
        jobs,
        originals,
        events,
        subscriptions,
        swagger,
        tokens,
        searches,
        uploads,
        watching,
    )
)

_PROBLEM = {
    "description": "Refused; `type` is stable, `detail` says what to do (RFC 9457).",
    "content": {
        MEDIA_TYPE: {
            "schema": {
                "type": "object",
                "required": ["type", "title", "status", "detail"],
                "properties": {
                    "type": {"type": "string", "format": "uri"},
                    "title": {"type": "string"},
                    "status": {"type": "integer"},
                    "detail": {"type": "string"},
                },
            }
        }
    },
}
_RESPONSES: dict[int | str, dict[str, Any]] = {"4XX": _PROBLEM, "5XX": _PROBLEM}
# What including them works out is kept here, for every app of the process.
_ROUTES = APIRouter(responses=_RESPONSES)
for _router in ROUTERS:
    _ROUTES.include_router(_router)


def create_api() -> FastAPI:
    """The API alone; whoever mounts it gives it its state."""
    return FastAPI(
        title="kamizero",
        summary="Paper filings as approved records",
        description="Every POST needs an `Idempotency-Key`. Lists are paged by key: "
        "`next` is what `after` takes. Sensitive values are masked.",
        version=VERSION,
        docs_url=None,
        redoc_url=None,
        routes=_ROUTES.routes,
    )
