"""What came in: the list of jobs, and one job with its files and its balance."""

from fastapi import APIRouter, Request, Response

from kamizero.errors import MissingError
from storage.tables import Job
from web.painting import painter_of
from web.routes.notices import notice
from web.shown.jobs import (
    PAGE_SIZE,
    bundle_lines,
    file_views,
    job_line,
    job_lines,
)
from web.visitors import InRooms, Receiver

router = APIRouter()


@router.get("/jobs")
def jobs(
    request: Request, rooms: InRooms, visitor: Receiver, before: int | None = None
) -> Response:
    with rooms.database.look() as session:
        lines = job_lines(session, before=before)
    return painter_of(request).page(
        request,
        "jobs.html",
        visitor=visitor,
        here="jobs",
        jobs=lines,
        older=lines[-1].id if len(lines) == PAGE_SIZE else None,
        may_scan=visitor.may_take_in,
        said=notice(request, visitor),
    )


@router.get("/jobs/{job_id}")
def job(request: Request, rooms: InRooms, visitor: Receiver, job_id: int) -> Response:
    language = visitor.language
    with rooms.database.look() as session:
        found = session.get(Job, job_id)
        if found is None:
            raise MissingError(f"There is no job {job_id}.")
        return painter_of(request).page(
            request,
            "job.html",
            visitor=visitor,
            here="jobs",
            job=job_line(session, found),
            bundles=bundle_lines(
                session, found, library=rooms.library, language=language
            ),
            files=file_views(session, found, library=rooms.library, language=language),
            said=notice(request, visitor),
        )
