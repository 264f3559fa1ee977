"""Uploads that go on where they broke off: tus 1.0.0, as its clients speak it.

The parts are kept as every door keeps them, and the process that keeps the doors takes
a whole upload in as a job. No Idempotency-Key is asked for: an upload that is begun
twice is nothing until one of them is whole, and offsets make a part happen once.
"""

import asyncio
import base64
import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request, Response
from starlette.requests import ClientDisconnect

from ingest.doors.reception import Reception
from ingest.doors.refusals import TooLargeError, WrongOffsetError
from ingest.doors.senders import Sender
from ingest.doors.transfer import Transfer
from ingest.intake import Delivery, demand_come
from kamizero.errors import MissingError, WrongCallError
from kamizero.model import Scope
from kamizero.tokyo import business_date
from storage import sites
from storage.tables import Upload, UploadState
from web.api.callers import Caller, InRooms, Needs
from web.problems import problem
from web.refusals import OtherVersionError
from web.rooms import Rooms, rooms_of
from web.visitors import InAllRooms

VERSION = "1.0.0"
EXTENSIONS = "creation,checksum,termination"
ALGORITHMS = ("sha1", "sha256")
PART = "application/offset+octet-stream"
# tus's own status: the bytes are not those of the checksum.
CHECKSUM_MISMATCH = 460
# Bytes gathered before they are written.
BLOCK = 1_000_000

router = APIRouter(include_in_schema=False)


def _version(tus_resumable: Annotated[str, Header()] = "") -> None:
    if tus_resumable != VERSION:
        raise OtherVersionError(f"Uploads speak tus {VERSION}: send Tus-Resumable.")


def _sender(
    rooms: InRooms, caller: Annotated[Caller, Depends(Needs(Scope.JOBS_WRITE))]
) -> Sender:
    return Sender(caller.name, rooms.site)


def _reception(rooms: InRooms) -> Reception:
    if rooms.uploads is None:
        raise MissingError("No uploads in parts are taken here.")
    return rooms.uploads


InReception = Annotated[Reception, Depends(_reception)]
BySender = Annotated[Sender, Depends(_sender)]
SPOKEN = [Depends(Needs(Scope.JOBS_WRITE)), Depends(_version)]


@router.options("/uploads")
def describe(rooms: InAllRooms) -> Response:
    """What is spoken here."""
    return _answer(
        204,
        {
            "Tus-Version": VERSION,
            "Tus-Extension": EXTENSIONS,
            "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
            "Tus-Max-Size": str(rooms.max_upload_bytes),
        },
    )


@router.post("/uploads", dependencies=SPOKEN)
def create(
    rooms: InRooms,
    reception: InReception,
    sender: BySender,
    upload_length: Annotated[int, Header(ge=0)],
    upload_metadata: Annotated[str, Header(max_length=4000)] = "",
) -> Response:
    """Begin an upload; `Location` is where its parts go."""
    told = _metadata(upload_metadata)
    details = _details(rooms, told, sender)
    site = told.get("site") or sender.site
    with rooms.database.look() as session:
        sites.demand_site(session, site)
    transfer = reception.begin(
        Sender(sender.name, site, sender.daily_bytes),
        told.get("filename", ""),
        session=None,
        size=upload_length,
        details=details,
    )
    if upload_length == 0:
        transfer.complete()
    else:
        transfer.abort()
    return _answer(201, {"Location": f"/api/v1/uploads/{transfer.token}"})


@router.head("/uploads/{token}", dependencies=SPOKEN)
def look(reception: InReception, sender: BySender, token: str) -> Response:
    """How far it is, and which job took it."""
    row = reception.row(sender, token)
    offset = row.size if row.state == UploadState.TAKEN else reception.length(token)
    job = {"Kamizero-Job": str(row.job_id)} if row.job_id is not None else {}
    return _answer(
        200,
        {"Upload-Offset": str(offset), "Upload-Length": str(row.size), **job},
    )


@router.patch("/uploads/{token}", dependencies=SPOKEN)
async def add(
    request: Request,
    sender: BySender,
    token: str,
    upload_offset: Annotated[int, Header(ge=0)],
    upload_checksum: Annotated[str, Header()] = "",
) -> Response:
    """Add a part where the upload ends; the last one makes it whole."""
    if request.headers.get("content-type") != PART:
        raise WrongCallError(f"A part is sent as {PART}.")
    reception = _reception(rooms_of(request))
    expected = _checksum(upload_checksum)
    row = await asyncio.to_thread(reception.row, sender, token)
    if row.state != UploadState.OPEN:
        return _whole_already(row, upload_offset)
    transfer = await asyncio.to_thread(
        reception.go_on_with, sender, token, session=None
    )
    try:
        return await _added(request, transfer, row, upload_offset, expected)
    except ClientDisconnect:
        # Nobody hears this; what came is kept.
        return Response(status_code=400)
    finally:
        await asyncio.to_thread(transfer.abort)


@router.delete("/uploads/{token}", dependencies=SPOKEN)
def give_up(reception: InReception, sender: BySender, token: str) -> Response:
    reception.withdraw_token(sender, token)
    return _answer(204, {})


async def _added(
    request: Request,
    transfer: Transfer,
    row: Upload,
    offset: int,
    expected: tuple[str, bytes] | None,
) -> Response:
    if offset != transfer.length:
        raise WrongOffsetError(
            f"The upload has {transfer.length} bytes; the part begins at {offset}."
        )
    found = hashlib.new(expected[0], usedforsecurity=False) if expected else None
    block = bytearray()
    async for data in request.stream():
        block += data
        if found is not None:
            found.update(data)
        if transfer.length + len(block) > (row.size or 0):
            raise TooLargeError("The upload has more bytes than were announced.")
        if len(block) >= BLOCK:
            await asyncio.to_thread(transfer.append, bytes(block))
            block.clear()
    await asyncio.to_thread(transfer.append, bytes(block))
    if expected and found and found.digest() != expected[1]:
        await asyncio.to_thread(transfer.cut, offset)
        return problem(
            status=CHECKSUM_MISMATCH,
            code="checksum_mismatch",
            detail="The part is damaged; send it again.",
        )
    if transfer.length == row.size:
        await asyncio.to_thread(transfer.complete)
    return _answer(204, {"Upload-Offset": str(transfer.length)})


def _whole_already(row: Upload, offset: int) -> Response:
    """The last part came, and its answer was lost."""
    if offset != row.size:
        raise WrongOffsetError("The upload is whole.")
    return _answer(204, {"Upload-Offset": str(row.size)})


def _metadata(header: str) -> dict[str, str]:
    """Upload-Metadata: pairs of a key and its value in base64."""
    found = {}
    for pair in filter(None, header.split(",")):
        key, _, value = pair.strip().partition(" ")
        try:
            found[key] = base64.b64decode(value).decode("utf-8", "replace")
        except ValueError as error:
            raise WrongCallError("Upload-Metadata is key and base64 value.") from error
    return found


def _details(rooms: Rooms, told: Mapping[str, str], sender: Sender) -> dict[str, Any]:
    """What the job shall say; refused now where it cannot be."""
    today = day = business_date(rooms.clock())
    try:
        found: dict[str, Any] = {
            name: int(told[name]) for name in ("sheets", "sides") if told.get(name)
        }
        if told.get("received_on"):
            found["received_on"] = told["received_on"]
            day = date.fromisoformat(told["received_on"])
    except ValueError as error:
        raise WrongCallError(
            "sheets and sides are whole numbers, received_on is a date: YYYY-MM-DD."
        ) from error
    demand_come(day, today=today)
    if found.get("sides", 1) not in (1, 2):
        raise WrongCallError("A sheet has 1 or 2 sides.")
    Delivery(
        door="http",
        operator=sender.name,
        site=told.get("site") or rooms.site,
        received_on=day,
        sheets=found.get("sheets"),
    )
    return found


def _checksum(header: str) -> tuple[str, bytes] | None:
    if not header:
        return None
    name, _, value = header.partition(" ")
    if name not in ALGORITHMS:
        raise WrongCallError(f"Checksums are {' or '.join(ALGORITHMS)}.")
    try:
        return name, base64.b64decode(value, validate=True)
    except ValueError as error:
        raise WrongCallError("The checksum is no base64.") from error


def _answer(status: int, headers: Mapping[str, str]) -> Response:
    return Response(
        status_code=status,
        headers={
            "Tus-Resumable": VERSION,
            "Cache-Control": "no-store",
            **headers,
        },
    )
