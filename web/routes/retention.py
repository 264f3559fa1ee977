"""Record files: the register, what holds them, and their end by two people."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from kamizero.errors import MissingError
from review import roles
from storage.retention import destruction, holds, register, transfer
from storage.retention.designation import designate
from storage.tables import HoldKind, RecordFile
from web.painting import painter_of
from web.rooms import Rooms
from web.routes.notices import notice
from web.shown.retention import (
    REGISTER_HEAD,
    file_view,
    open_proposals,
    proposal_view,
    register_row,
)
from web.tables import csv_answer
from web.visitors import (
    DestructionApprover,
    InRooms,
    Only,
    Visitor,
    shown_to_them,
)

Reader = Annotated[
    Visitor,
    Depends(Only(roles.RETENTION_READERS, "Record files are shown to their keepers.")),
]
Keeper = Annotated[
    Visitor,
    Depends(Only(roles.PROPOSERS, "Record files are kept by records managers.")),
]
Words = Annotated[str, Form(min_length=1, max_length=200)]

router = APIRouter(prefix="/retention", dependencies=[Depends(shown_to_them)])


@router.get("")
def register_page(
    request: Request,
    rooms: InRooms,
    visitor: Reader,
    year: Annotated[int | None, Query(ge=1900, le=2200)] = None,
) -> Response:
    now = rooms.clock()
    with rooms.database.look() as session:
        return painter_of(request).page(
            request,
            "retention.html",
            visitor=visitor,
            here="retention",
            lines=register.lines(session, now=now, year=year),
            attention=register.attention(session, now=now),
            proposals=open_proposals(session),
            year=year,
            keeps=visitor.role in roles.PROPOSERS,
            grade=rooms.store.grade,
            said=notice(request, visitor),
        )


@router.get("/register.csv")
def register_table(rooms: InRooms, visitor: Reader) -> Response:
    """The register, to take away."""
    del visitor
    with rooms.database.look() as session:
        rows = [
            register_row(line) for line in register.lines(session, now=rooms.clock())
        ]
    return csv_answer("record-files", REGISTER_HEAD, rows)


@router.get("/files/{file_id}")
def file_page(
    request: Request, rooms: InRooms, visitor: Reader, file_id: int
) -> Response:
    with rooms.database.look() as session:
        file = _file(session, file_id)
        return painter_of(request).page(
            request,
            "record_file.html",
            visitor=visitor,
            here="retention",
            line=register.line_of(session, file, now=rooms.clock()),
            view=file_view(session, file),
            kinds=list(HoldKind),
            transfer=transfer.transfer_of(session, file),
            approves=visitor.role == file.approver,
            keeps=visitor.role in roles.PROPOSERS,
            said=notice(request, visitor),
        )


@router.post("/files/{file_id}/holds")
def set_hold(
    rooms: InRooms,
    visitor: Keeper,
    file_id: int,
    kind: Annotated[HoldKind, Form()],
    reason: Words,
) -> Response:
    with rooms.database.begin() as session:
        holds.hold_file(
            session,
            _file(session, file_id),
            kind=kind,
            reason=reason,
            by=visitor.name,
            now=rooms.clock(),
        )
    return _told(rooms, f"/retention/files/{file_id}", "hold_set")


@router.post("/holds/{hold_id}/lift")
def lift_hold(rooms: InRooms, visitor: Keeper, hold_id: int, reason: Words) -> Response:
    with rooms.database.begin() as session:
        hold = holds.lift(
            session, hold_id, why=reason, by=visitor.name, now=rooms.clock()
        )
        file_id = hold.record_file_id
    back = f"/retention/files/{file_id}" if file_id else "/retention"
    return _told(rooms, back, "hold_lifted")


@router.post("/files/{file_id}/designation")
def say_which_counts(
    rooms: InRooms,
    visitor: Keeper,
    file_id: int,
    medium: Annotated[Literal["paper", "image", "electronic"], Form()],
    ground: Words,
) -> Response:
    with rooms.database.begin() as session:
        done = designate(
            session,
            _file(session, file_id),
            medium=medium,
            ground=ground,
            by=visitor.name,
            now=rooms.clock(),
        )
    said = "designated_some" if done.below else "designated"
    return _back(f"/retention/files/{file_id}", said)


@router.post("/files/{file_id}/proposal")
def propose(rooms: InRooms, visitor: Keeper, file_id: int, reason: Words) -> Response:
    with rooms.database.begin() as session:
        found = destruction.propose_file(
            session,
            _file(session, file_id),
            reason=reason,
            by=visitor.name,
            now=rooms.clock(),
        )
        number = found.id
    return _back(f"/retention/proposals/{number}", "proposed")


@router.post("/files/{file_id}/transfer")
def propose_transfer(
    rooms: InRooms, visitor: Keeper, file_id: int, archive: Words, reason: Words
) -> Response:
    with rooms.database.begin() as session:
        transfer.propose(
            session,
            _file(session, file_id),
            archive=archive,
            reason=reason,
            by=visitor.name,
            now=rooms.clock(),
        )
    return _back(f"/retention/files/{file_id}", "proposed")


@router.post("/transfers/{transfer_id}/approve")
def approve_transfer(
    rooms: InRooms, visitor: DestructionApprover, transfer_id: int
) -> Response:
    with rooms.database.begin() as session:
        found = transfer.approve(
            session,
            transfer_id,
            by=visitor.name,
            role=visitor.role,
            now=rooms.clock(),
        )
        file_id = found.record_file_id
    return _back(f"/retention/files/{file_id}", "transfer_approved")


@router.post("/transfers/{transfer_id}/withdraw")
def withdraw_transfer(rooms: InRooms, visitor: Keeper, transfer_id: int) -> Response:
    with rooms.database.begin() as session:
        found = transfer.withdraw(
            session, transfer_id, by=visitor.name, now=rooms.clock()
        )
        file_id = found.record_file_id
    return _back(f"/retention/files/{file_id}", "proposal_withdrawn")


@router.post("/transfers/{transfer_id}/receipt")
def enter_receipt(
    rooms: InRooms,
    visitor: Keeper,
    transfer_id: int,
    receipt: Words,
    package: Annotated[str, Form(min_length=64, max_length=64)],
    received_on: Annotated[date, Form()],
) -> Response:
    """Enter what the archive says it has received."""
    with rooms.database.begin() as session:
        found = transfer.receive(
            session,
            transfer_id,
            receipt=receipt,
            package_sha256=package,
            received_on=received_on,
            by=visitor.name,
            now=rooms.clock(),
        )
        file_id = found.record_file_id
    return _back(f"/retention/files/{file_id}", "transfer_received")


@router.get("/proposals/{destruction_id}")
def proposal_page(
    request: Request, rooms: InRooms, visitor: Reader, destruction_id: int
) -> Response:
    """The proposal with what it names; once it is done, the certificate."""
    with rooms.database.look() as session:
        view = proposal_view(session, destruction_id)
        return painter_of(request).page(
            request,
            "destruction.html",
            visitor=visitor,
            here="retention",
            view=view,
            approves=visitor.role == view.approver
            and visitor.name != view.row.proposed_by,
            keeps=visitor.role in roles.PROPOSERS,
            said=notice(request, visitor),
        )


@router.post("/proposals/{destruction_id}/approve")
def approve(
    rooms: InRooms, visitor: DestructionApprover, destruction_id: int
) -> Response:
    with rooms.database.begin() as session:
        destruction.approve(
            session,
            destruction_id,
            by=visitor.name,
            role=visitor.role,
            now=rooms.clock(),
        )
    return _back(f"/retention/proposals/{destruction_id}", "destruction_approved")


@router.post("/proposals/{destruction_id}/withdraw")
def withdraw(rooms: InRooms, visitor: Keeper, destruction_id: int) -> Response:
    with rooms.database.begin() as session:
        destruction.withdraw(
            session, destruction_id, by=visitor.name, now=rooms.clock()
        )
    return _back(f"/retention/proposals/{destruction_id}", "proposal_withdrawn")


@router.post("/proposals/{destruction_id}/destroy")
def destroy(rooms: InRooms, visitor: Keeper, destruction_id: int) -> Response:
    destruction.destroy(
        rooms.database,
        rooms.store,
        destruction_id,
        by=visitor.name,
        clock=rooms.clock,
        forget=rooms.pictures.forget,
    )
    return _back(f"/retention/proposals/{destruction_id}", "destroyed")


def _told(rooms: Rooms, back: str, said: str) -> Response:
    """The row counts; the store is told at once where it answers."""
    holds.tell_store(rooms.database, rooms.store)
    return _back(back, said)


def _back(path: str, said: str) -> Response:
    return RedirectResponse(f"{path}?notice={said}", status_code=303)


def _file(session: Session, file_id: int) -> RecordFile:
    found = session.get(RecordFile, file_id)
    if found is None:
        raise MissingError(f"There is no record file {file_id}.")
    return found
