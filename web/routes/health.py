"""Whether the house works, for whoever watches it; no personal data, no login."""

from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from ingest.doors.signs import Way
from kamizero.errors import StoreError
from storage.audit import unsealed
from storage.tables import TimeStamp, Work, WorkState
from storage.time_stamps.asking import STAMP_WORK
from web.rooms import Rooms
from web.visitors import InAllRooms

router = APIRouter()

SILENT_AFTER = timedelta(minutes=2)


@router.get("/healthz")
def health(rooms: InAllRooms) -> Response:
    """200 where everything needed answers, 503 with the part that does not."""
    database = _database(rooms)
    worker = _worker(rooms)
    doors = _doors(rooms)
    works = database["state"] == doors["state"] == "ok" and worker["state"] != "silent"
    body = {
        "status": "ok" if works else "failing",
        "database": database,
        "store": {"grade": rooms.store.grade},
        "worker": worker,
        "doors": doors,
        "time_stamps": _time_stamps(rooms),
    }
    return JSONResponse(body, status_code=200 if works else 503)


@router.get("/readyz")
def readiness(rooms: InAllRooms) -> Response:
    """200 where this server can answer people and programs; it alone is asked.

    A proxy that takes a server out for a door or a worker would close the pages too.
    """
    database = _database(rooms)
    is_ready = database["state"] == "ok"
    body = {
        "status": "ready" if is_ready else "not ready",
        "database": database,
        "store": {"grade": rooms.store.grade},
    }
    return JSONResponse(body, status_code=200 if is_ready else 503)


def _database(rooms: Rooms) -> dict[str, Any]:
    try:
        with rooms.database.look() as session:
            waits_for_seal = unsealed(session)
            waiting = session.execute(
                select(Work.kind, func.count())
                .where(Work.state == WorkState.OPEN)
                .group_by(Work.kind)
            )
            work = {kind: count for kind, count in waiting}
    except (SQLAlchemyError, StoreError) as error:
        return {"state": "failing", "error": type(error).__name__}
    return {"state": "ok", "unsealed_events": waits_for_seal, "open_work": work}


def _time_stamps(rooms: Rooms) -> dict[str, Any]:
    """Nothing waits for them, so an authority that is down makes nothing fail."""
    waits = (Work.kind.in_(STAMP_WORK), Work.state == WorkState.OPEN)
    latest = select(TimeStamp).order_by(TimeStamp.id.desc()).limit(1)
    try:
        with rooms.database.look() as session:
            waiting = session.scalars(select(func.count()).where(*waits)).one()
            tried = select(Work.last_error).where(*waits, Work.last_error.is_not(None))
            error = session.scalar(tried.order_by(Work.id.desc()).limit(1))
            last = session.scalar(latest)
    except (SQLAlchemyError, StoreError) as failure:
        return {"state": "failing", "error": type(failure).__name__}
    return {
        "state": "failing" if error else "ok",
        "waiting": waiting,
        "error": error,
        "last_at": last.stamped_at.isoformat() if last else None,
        "is_proof": last.is_proof if last else None,
    }


def _worker(rooms: Rooms) -> dict[str, Any]:
    seen = rooms.heartbeat()
    if seen is None:
        return {"state": "never_seen", "seen_at": None}
    silent = rooms.clock() - seen > SILENT_AFTER
    return {"state": "silent" if silent else "ok", "seen_at": seen.isoformat()}


def _doors(rooms: Rooms) -> dict[str, Any]:
    """Each door the settings open, by name."""
    found = {
        name: {"state": sign.way, "port": sign.port, "why": sign.why}
        for name, sign in rooms.doors().items()
    }
    is_open = all(door["state"] == Way.OPEN for door in found.values())
    return {"state": "ok" if is_open else "failing", "each": found}
