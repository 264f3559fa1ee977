"""Boxes of paper: what lies in them, and how a whole box goes by two people."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from forms.box_list import box_list_pdf
from kamizero.errors import MissingError, WrongCallError
from review import roles
from review.sorting import boxes as acts
from review.sorting.record import Clerk
from storage.retention import boxes, paper
from storage.retention.boxes import Mark
from storage.tables import Page, PaperBox, SheetAct
from web.painting import painter_of
from web.rooms import Rooms
from web.routes.notices import notice
from web.shown.boxes import (
    box_lines,
    box_view,
    disposal_view,
    open_disposals,
    printed_list,
)
from web.visitors import (
    DestructionApprover,
    InRooms,
    Only,
    Visitor,
    shown_to_them,
)

Reader = Annotated[
    Visitor,
    Depends(Only(roles.BOX_READERS, "Boxes are shown to those who keep paper.")),
]
Keeper = Annotated[
    Visitor,
    Depends(Only(roles.BOX_KEEPERS, "Boxes are kept by who sorts or keeps records.")),
]
Proposer = Annotated[
    Visitor,
    Depends(Only(roles.PROPOSERS, "Records managers propose what is destroyed.")),
]
Words = Annotated[str, Form(min_length=1, max_length=200)]

PAGE_SIZE = 100

router = APIRouter(prefix="/boxes", dependencies=[Depends(shown_to_them)])


@router.get("")
def boxes_page(
    request: Request, rooms: InRooms, visitor: Reader, after: str = ""
) -> Response:
    mark = Mark.read(after) if after else None
    with rooms.database.look() as session:
        lines = box_lines(session, after=mark, limit=PAGE_SIZE, now=rooms.clock())
        return painter_of(request).page(
            request,
            "boxes.html",
            visitor=visitor,
            here=_here(visitor),
            lines=lines,
            proposals=() if mark else open_disposals(session),
            next=Mark.of(lines[-1].box) if len(lines) == PAGE_SIZE else None,
            said=notice(request, visitor),
        )


@router.get("/disposals/{disposal_id}")
def disposal_page(
    request: Request, rooms: InRooms, visitor: Reader, disposal_id: int
) -> Response:
    with rooms.database.look() as session:
        view = disposal_view(session, disposal_id, now=rooms.clock())
        return painter_of(request).page(
            request,
            "paper_disposal.html",
            visitor=visitor,
            here=_here(visitor),
            view=view,
            approves=visitor.role == view.approver
            and visitor.name != view.row.proposed_by,
            proposes=visitor.role in roles.PROPOSERS,
            said=notice(request, visitor),
        )


@router.post("/disposals/{disposal_id}/approve")
def approve(rooms: InRooms, visitor: DestructionApprover, disposal_id: int) -> Response:
    with rooms.database.begin() as session:
        paper.approve(
            session,
            disposal_id,
            by=visitor.name,
            role=visitor.role,
            now=rooms.clock(),
        )
    return _back(f"/boxes/disposals/{disposal_id}", "destruction_approved")


@router.post("/disposals/{disposal_id}/withdraw")
def withdraw(rooms: InRooms, visitor: Proposer, disposal_id: int) -> Response:
    with rooms.database.begin() as session:
        paper.withdraw(session, disposal_id, by=visitor.name, now=rooms.clock())
    return _back(f"/boxes/disposals/{disposal_id}", "proposal_withdrawn")


@router.post("/disposals/{disposal_id}/list.pdf")
def print_list(
    request: Request, rooms: InRooms, visitor: Proposer, disposal_id: int
) -> Response:
    """Print the list; that it was printed is written down, so this is no look."""
    texts = painter_of(request).texts
    now = rooms.clock()
    with rooms.database.begin() as session:
        data = paper.write_list(
            session,
            disposal_id,
            printed=lambda found, sides: box_list_pdf(
                printed_list(
                    session, found, sides, texts=texts, by=visitor.name, now=now
                )
            ),
            by=visitor.name,
            now=now,
        )
    return Response(
        data,
        media_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="box-{disposal_id}.pdf"'},
    )


@router.post("/disposals/{disposal_id}/destroy")
def destroy(
    rooms: InRooms, visitor: Proposer, disposal_id: int, way: Words
) -> Response:
    paper.destroy(
        rooms.database,
        rooms.store,
        disposal_id,
        way=way,
        by=visitor.name,
        now=rooms.clock(),
    )
    return _back(f"/boxes/disposals/{disposal_id}", "destroyed")


@router.get("/{box_id}")
def box_page(
    request: Request, rooms: InRooms, visitor: Reader, box_id: int
) -> Response:
    with rooms.database.look() as session:
        view = box_view(session, box_id, now=rooms.clock())
        return painter_of(request).page(
            request,
            "box.html",
            visitor=visitor,
            here=_here(visitor),
            view=view,
            keeps=visitor.role in roles.BOX_KEEPERS,
            proposes=visitor.role in roles.PROPOSERS,
            sees_pages=visitor.role in roles.VIEWERS,
            said=notice(request, visitor),
        )


@router.post("/{box_id}/place")
def move(
    rooms: InRooms,
    visitor: Keeper,
    box_id: int,
    place: Annotated[str, Form(min_length=1, max_length=acts.LONGEST_PLACE)],
) -> Response:
    """Say where the box stands now."""
    with rooms.database.begin() as session:
        box = boxes.box_of(session, box_id)
        acts.move(session, _clerk(rooms, visitor), box, place=place)
    return _back(f"/boxes/{box_id}", "box_moved")


@router.post("/{box_id}/check")
def check(
    rooms: InRooms,
    visitor: Keeper,
    box_id: int,
    unlike: Annotated[int, Form(ge=0, le=100_000)],
) -> Response:
    """Say that the listed sheets were held against their images."""
    with rooms.database.begin() as session:
        box = boxes.box_of(session, box_id)
        acts.check(session, _clerk(rooms, visitor), box, unlike=unlike)
    return _back(f"/boxes/{box_id}", "box_checked")


@router.post("/{box_id}/sheets")
def move_sheet(
    rooms: InRooms,
    visitor: Keeper,
    box_id: int,
    page: Annotated[int, Form()],
    act: Annotated[Literal["moved", "out", "back"], Form()],
    reason: Words,
    to: Annotated[str, Form(max_length=acts.LONGEST_BOX)] = "",
) -> Response:
    """Take one sheet out, put it into another box, or back to its bundle."""
    with rooms.database.begin() as session:
        box = boxes.box_of(session, box_id)
        acts.move_sheet(
            session,
            _clerk(rooms, visitor),
            _page(session, page),
            act=SheetAct(act),
            reason=reason,
            to=_named(session, box, to) if act == "moved" else None,
        )
    return _back(f"/boxes/{box_id}", "sheet_moved")


@router.post("/{box_id}/proposal")
def propose(rooms: InRooms, visitor: Proposer, box_id: int, reason: Words) -> Response:
    with rooms.database.begin() as session:
        found = paper.propose(
            session,
            boxes.box_of(session, box_id),
            reason=reason,
            by=visitor.name,
            now=rooms.clock(),
        )
        number = found.id
    return _back(f"/boxes/disposals/{number}", "proposed")


def _named(session: Session, box: PaperBox, code: str) -> PaperBox:
    found = boxes.box_called(session, box.site, code.strip())
    if found is None:
        raise WrongCallError(f"There is no box {code} at {box.site} yet.")
    return found


def _page(session: Session, page_id: int) -> Page:
    found = session.get(Page, page_id)
    if found is None:
        raise MissingError(f"There is no page {page_id}.")
    return found


def _clerk(rooms: Rooms, visitor: Visitor) -> Clerk:
    return Clerk(visitor.name, visitor.role, rooms.clock())


def _back(path: str, said: str) -> Response:
    return RedirectResponse(f"{path}?notice={said}", status_code=303)


def _here(visitor: Visitor) -> str:
    """Where they came from: paper is work for some, and its end for others."""
    return "papers" if visitor.may_sort else "retention"
