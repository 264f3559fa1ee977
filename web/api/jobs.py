"""Jobs over the API: the HTTP door for programs, and what became of what they sent."""

import hashlib
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Query, Response, UploadFile
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.errors import MissingError, WrongCallError
from kamizero.model import Scope
from review.sorting.receipt import slip
from storage.contents import holds_something
from storage.sites import demand_site
from storage.tables import ArrivalState, Bundle, Job
from web.api.callers import Caller, InRooms, Needs
from web.api.once import Answer, InOnce, Note
from web.painting import business_day
from web.rooms import Rooms
from web.shown.jobs import JobLine, job_filings, job_line, job_lines

router = APIRouter(tags=["jobs"])


class FileRecord(BaseModel):
    """One file of a job and what became of it."""

    source: str
    state: str
    original: int
    sha256: str
    pages: int
    error: dict[str, str] | None
    first_job: int | None


class JobSummary(BaseModel):
    """One job and its counts; `settled` when nothing is left to do about it."""

    id: int
    created_at: datetime
    door: str
    site: str
    operator: str
    received_on: date
    declared_sheets: int | None
    sheets: int
    pages: int
    refused: int
    duplicates: int
    reading: int
    waiting: int
    failed: int
    unknown: int
    settled: bool


class BundleRecord(BaseModel):
    """One bundle; `receipt` is the line for a device's screen (受領票).

    `declared` and `received` count sheets, of a disc or an e-filing its records.
    """

    id: int
    kind: str
    number: str
    declared: int | None
    received: int
    balanced: bool
    receipt: str


class JobRecord(JobSummary):
    """A job with its files, bundles and filings."""

    files: list[FileRecord]
    bundles: list[BundleRecord]
    filings: list[int]


class JobList(BaseModel):
    """A page of jobs, newest first; `next` goes into `before`."""

    items: list[JobSummary]
    next: int | None


@router.post("/jobs", status_code=201)
def post_job(
    rooms: InRooms,
    caller: Annotated[Caller, Depends(Needs(Scope.JOBS_WRITE))],
    once: InOnce,
    files: Annotated[list[UploadFile], File()],
    site: Annotated[str, Form(max_length=16)] = "",
    received_on: Annotated[date | None, Form()] = None,
    sheets: Annotated[int | None, Form(ge=1)] = None,
    sides: Annotated[int, Form(ge=1, le=2)] = 1,
) -> Response:
    """Take files in as one job; the answer is that of `ingest --json`."""
    taken = _read(rooms, files)
    named = [(name, hashlib.sha256(data).hexdigest()) for name, data in taken]
    _demand_own_site(rooms, caller, site or rooms.site)
    known = {"site": site, "sheets": sheets, "sides": sides, "on": received_on}

    def receive(note: Note) -> Answer:
        job = rooms.receive(
            taken,
            site=site or rooms.site,
            sheets=sheets,
            sides=sides,
            received_on=received_on or business_day(rooms.clock()),
            operator=caller.name,
            within=lambda session, job: note(session, (201, job)),
        )
        return 201, job

    return once.run({**known, "files": named}, receive)


@router.get("/jobs", dependencies=[Depends(Needs(Scope.JOBS_READ))])
def list_jobs(
    rooms: InRooms,
    before: int | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> JobList:
    with rooms.database.look() as session:
        lines = job_lines(session, before=before, limit=limit + 1)
    items = [_summary(line) for line in lines[:limit]]
    return JobList(items=items, next=items[-1].id if len(lines) > limit else None)


@router.get("/jobs/{job_id}", dependencies=[Depends(Needs(Scope.JOBS_READ))])
def get_job(rooms: InRooms, job_id: int) -> JobRecord:
    with rooms.database.look() as session:
        job = session.get(Job, job_id)
        if job is None:
            raise MissingError(f"There is no job {job_id}.")
        return JobRecord(
            **_summary(job_line(session, job)).model_dump(),
            files=_files(job),
            bundles=_bundles(session, job, rooms.language),
            filings=[filing.id for filing in job_filings(session, job)],
        )


def _demand_own_site(rooms: Rooms, caller: Caller, site: str) -> None:
    """Raise WrongCallError where the caller brings nothing to this site."""
    if caller.sites is not None:
        with rooms.database.look() as session:
            demand_site(session, site)


def _read(rooms: Rooms, files: list[UploadFile]) -> list[tuple[str, bytes]]:
    if sum(file.size or 0 for file in files) > rooms.max_upload_bytes:
        raise WrongCallError(
            f"At most {rooms.max_upload_bytes} bytes are taken at once; send the "
            "files in several jobs."
        )
    return [(file.filename or "unnamed", file.file.read()) for file in files]


def _summary(line: JobLine) -> JobSummary:
    names = JobSummary.model_fields
    return JobSummary(**{name: getattr(line, name) for name in names})


def _bundles(session: Session, job: Job, language: str) -> list[BundleRecord]:
    rows = session.scalars(
        select(Bundle)
        .where(Bundle.job_id == job.id, holds_something())
        .order_by(Bundle.id)
    )
    found = [(bundle, slip(session, bundle)) for bundle in rows]
    return [
        BundleRecord(
            id=bundle.id,
            kind=bundle.kind,
            number=bundle.number,
            declared=receipt.declared,
            received=receipt.received,
            balanced=receipt.passes,
            receipt=receipt.line(language),
        )
        for bundle, receipt in found
    ]


def _files(job: Job) -> list[FileRecord]:
    return [
        FileRecord(
            source=arrival.source,
            state=arrival.state,
            original=arrival.original_id,
            sha256=arrival.original.sha256,
            pages=len(arrival.pages),
            error=_error(arrival.error_code, arrival.error_message)
            if arrival.state == ArrivalState.REFUSED
            else None,
            first_job=arrival.first_arrival_id,
        )
        for arrival in job.arrivals
    ]


def _error(code: str | None, message: str | None) -> dict[str, str]:
    return {"code": code or "", "message": message or ""}
