"""The scanning desk: a bundle's pages sorted, each act saved at once."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from forms.definition import FormDefinition
from kamizero.errors import WrongCallError
from kamizero.model import PageKind
from review import roles
from review.sorting import acts
from review.sorting.acts import Declared, MediumDeclared
from review.sorting.finding import find_bundles
from review.sorting.record import Clerk, undo
from storage.tables import (
    AttachmentKind,
    Bundle,
    Copy,
    Disposal,
    LookUpReason,
    Medium,
    Submitter,
)
from web import looking
from web.looking import Shows
from web.painting import painter_of
from web.rooms import Rooms
from web.shown.jobs import weighed_lines
from web.shown.sorting import SortedBundle, find_bundle, open_bundles, sorted_bundle
from web.visitors import InRooms, Sorter, Visitor, shown_to_them

router = APIRouter(prefix="/sorting", dependencies=[Depends(shown_to_them)])


_SHOWS = Shows(
    "bundle_id",
    looking.bundle,
    seen_by=roles.SORTERS,
    work=LookUpReason.SORTING,
    workers=roles.SORTERS,
)


class Act(BaseModel):
    """What is done to the pages of a bundle."""

    act: Literal[
        "form", "attachment", "blank", "unknown", "classify", "turn", "move",
        "split", "join", "replace", "set_aside", "declare", "declare_medium", "explain",
        "attach", "undo",
    ]  # fmt: skip
    pages: list[int] = Field(default_factory=list, max_length=5000)
    form: str = Field(default="", max_length=40)
    degrees: int = 90
    before: int | None = None
    by: int = 0
    into: int | None = None
    sheets: int | None = Field(default=None, ge=0, le=100_000)
    entries: int | None = Field(default=None, ge=0, le=100_000)
    number: str = Field(default="", max_length=32)
    received_on: date | None = None
    submitter: Submitter | None = None
    attachment: AttachmentKind = AttachmentKind.OTHER
    copy_of: Copy = Copy.COPY
    disposal: Disposal = Disposal.KEEP
    why: str = Field(default="", max_length=500)
    receipt_number: str = Field(default="", max_length=32)
    medium: Medium = Medium.DISC
    offices: int | None = Field(default=None, ge=0, le=999)
    records: dict[str, int] | None = Field(default=None, max_length=100)


@router.get("")
def bundles(
    request: Request,
    rooms: InRooms,
    visitor: Sorter,
    find: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """What waits for the desk; with `find`, what has this number or receipt."""
    with rooms.database.look() as session:
        if find.strip():
            found = find_bundles(session, find)
            if len(found) == 1:
                return RedirectResponse(f"/sorting/{found[0].id}", status_code=303)
            lines = weighed_lines(session, found, rooms.library, visitor.language)
        else:
            lines = open_bundles(session, rooms.library, visitor.language)
    return painter_of(request).page(
        request,
        "bundles.html",
        visitor=visitor,
        here="sorting",
        bundles=lines,
        find=find.strip(),
    )


@router.get("/{bundle_id}", dependencies=[Depends(_SHOWS)])
def bundle(
    request: Request, rooms: InRooms, visitor: Sorter, bundle_id: int
) -> Response:
    painter = painter_of(request)
    with rooms.database.look() as session:
        shown = _shown(session, rooms, visitor, bundle_id)
        return painter.page(
            request,
            "sorting.html",
            visitor=visitor,
            here="sorting",
            bundle=shown,
            forms=rooms.library.all(),
            attachments=list(AttachmentKind),
            submitters=list(Submitter),
            media=list(Medium),
            script_texts=painter.texts.group("script", visitor.language),
        )


@router.get("/{bundle_id}/pages", dependencies=[Depends(_SHOWS)])
def pages(
    request: Request, rooms: InRooms, visitor: Sorter, bundle_id: int
) -> Mapping[str, Any]:
    """The pages as they are now, while they are still being sorted or read."""
    with rooms.database.look() as session:
        return _told(request, visitor, _shown(session, rooms, visitor, bundle_id))


@router.post("/{bundle_id}/acts")
def act(
    request: Request, rooms: InRooms, visitor: Sorter, bundle_id: int, body: Act
) -> Mapping[str, Any]:
    """Do it, and show the bundle anew."""
    clerk = Clerk(visitor.name, visitor.role, rooms.clock())
    with rooms.database.begin() as session:
        found = find_bundle(session, bundle_id)
        goes_to = _DEEDS[body.act](session, rooms, clerk, found, body)
        session.flush()
        told = _told(request, visitor, _shown(session, rooms, visitor, bundle_id))
    return {**told, "goes_to": goes_to}


Deed = Callable[[Session, Rooms, Clerk, Bundle, Act], int | None]


def _retype(
    session: Session, rooms: Rooms, clerk: Clerk, bundle: Bundle, body: Act
) -> None:
    kind = PageKind(body.act)
    form = _form(rooms, bundle, body) if kind is PageKind.FORM else None
    acts.retype(session, clerk, bundle, body.pages, kind, form=form)


def _classify(
    session: Session, _: Rooms, clerk: Clerk, bundle: Bundle, body: Act
) -> None:
    acts.classify(
        session,
        clerk,
        bundle,
        body.pages,
        attachment=body.attachment,
        copy=body.copy_of,
        disposal=body.disposal,
    )


def _turn(session: Session, _: Rooms, clerk: Clerk, bundle: Bundle, body: Act) -> None:
    acts.turn(session, clerk, bundle, body.pages, body.degrees)


def _move(session: Session, _: Rooms, clerk: Clerk, bundle: Bundle, body: Act) -> None:
    into = find_bundle(session, body.into) if body.into is not None else None
    acts.move(session, clerk, bundle, body.pages, into=into, before=body.before)


def _split(session: Session, _: Rooms, clerk: Clerk, bundle: Bundle, body: Act) -> int:
    return acts.split(session, clerk, bundle, _only_page(body), _declared(body)).id


def _join(
    session: Session, _: Rooms, clerk: Clerk, bundle: Bundle, body: Act
) -> int | None:
    if body.into is None:
        raise WrongCallError("Say which bundle it is joined to.")
    acts.join(session, clerk, bundle, find_bundle(session, body.into))
    return body.into


def _replace(
    session: Session, _: Rooms, clerk: Clerk, bundle: Bundle, body: Act
) -> None:
    acts.replace(session, clerk, bundle, _only_page(body), by=body.by)


def _set_aside(
    session: Session, _: Rooms, clerk: Clerk, bundle: Bundle, body: Act
) -> None:
    acts.set_aside(session, clerk, bundle, body.pages)


def _declare(
    session: Session, _: Rooms, clerk: Clerk, bundle: Bundle, body: Act
) -> None:
    acts.declare(session, clerk, bundle, _declared(body), submitter=body.submitter)


def _declare_medium(
    session: Session, _: Rooms, clerk: Clerk, bundle: Bundle, body: Act
) -> None:
    acts.declare_medium(
        session,
        clerk,
        bundle,
        MediumDeclared(body.medium, body.number, body.offices, body.records),
        submitter=body.submitter,
        received_on=body.received_on,
    )


def _explain(
    session: Session, _: Rooms, clerk: Clerk, bundle: Bundle, body: Act
) -> None:
    acts.explain(session, clerk, bundle, body.why)


def _attach(
    session: Session, _: Rooms, clerk: Clerk, bundle: Bundle, body: Act
) -> None:
    acts.attach(session, clerk, bundle, body.pages, receipt_number=body.receipt_number)


def _undo(session: Session, _: Rooms, clerk: Clerk, bundle: Bundle, __: Act) -> None:
    undo(session, clerk, bundle)


_DEEDS: Mapping[str, Deed] = {
    "form": _retype,
    "attachment": _retype,
    "blank": _retype,
    "unknown": _retype,
    "classify": _classify,
    "turn": _turn,
    "move": _move,
    "split": _split,
    "join": _join,
    "replace": _replace,
    "set_aside": _set_aside,
    "declare": _declare,
    "declare_medium": _declare_medium,
    "explain": _explain,
    "attach": _attach,
    "undo": _undo,
}


def _only_page(body: Act) -> int:
    if len(body.pages) != 1:
        raise WrongCallError("Choose one page for this.")
    return body.pages[0]


def _declared(body: Act) -> Declared:
    return Declared(body.sheets, body.entries, body.number, body.received_on)


def _form(rooms: Rooms, bundle: Bundle, body: Act) -> FormDefinition:
    name = body.form or bundle.form
    if not name:
        raise WrongCallError("Say which form it is.")
    return rooms.library.get(name)


def _shown(
    session: Session, rooms: Rooms, visitor: Visitor, bundle_id: int
) -> SortedBundle:
    return sorted_bundle(
        session,
        rooms.vault,
        find_bundle(session, bundle_id),
        library=rooms.library,
        language=visitor.language,
    )


def _told(request: Request, visitor: Visitor, shown: SortedBundle) -> dict[str, Any]:
    html = painter_of(request).paint(
        request, "_bundle.html", visitor=visitor, bundle=shown
    )
    return {"html": html, "pending": shown.line.pending}
