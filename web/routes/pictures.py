"""Pictures of pages; what is sensitive on them is covered outside the claimed task."""

from collections.abc import Sequence
from io import BytesIO
from typing import Annotated

from fastapi import APIRouter, Query, Response
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from kamizero.errors import MissingError
from kamizero.model import Box
from storage.tables import Arrival, Entry, Field, Page
from web.claims import is_on_desk
from web.rooms import Rooms
from web.visitors import InRooms, Person, Visitor

router = APIRouter()

HEAD = 0


@router.get("/pages/{page_id}.jpg")
def picture(
    rooms: InRooms,
    visitor: Person,
    page_id: int,
    task: int | None = None,
    width: Annotated[int | None, Query(ge=16, le=2000)] = None,
) -> Response:
    """One page; `task` names the claimed entry whose numbers may be seen."""
    with rooms.database.look() as session:
        page = find_page(session, page_id)
        covered = _covered(session, page, _uncovered(session, rooms, visitor, task))
    data = rooms.pictures.jpeg(page, masked=covered)
    return Response(
        content=smaller(data, width) if width else data,
        media_type="image/jpeg",
        headers={"Cache-Control": "private, max-age=300"},
    )


def find_page(session: Session, page_id: int) -> Page:
    """A page with all that rendering it needs. Raises MissingError."""
    page = session.get(
        Page, page_id, options=[joinedload(Page.arrival).joinedload(Arrival.original)]
    )
    if page is None:
        raise MissingError(f"There is no page {page_id}.")
    return page


def sensitive_places(session: Session, page: Page) -> list[Field]:
    """The fields of the page that hold numbers not everybody may see."""
    return list(
        session.scalars(
            select(Field).where(Field.page_id == page.id, Field.sensitive.is_(True))
        )
    )


def smaller(data: bytes, width: int) -> bytes:
    """The picture no wider than this many pixels."""
    with Image.open(BytesIO(data)) as image:
        image.thumbnail((width, width * 2), Image.Resampling.LANCZOS, reducing_gap=2)
        buffer = BytesIO()
        image.save(buffer, "JPEG", quality=85)
        return buffer.getvalue()


def _uncovered(
    session: Session, rooms: Rooms, visitor: Visitor, task: int | None
) -> tuple[int, ...]:
    """The entry numbers whose fields this person may see in clear."""
    if task is None or not is_on_desk(
        session, visitor.name, entry_id=task, now=rooms.clock()
    ):
        return ()
    return HEAD, session.get_one(Entry, task).n


def _covered(session: Session, page: Page, uncovered: Sequence[int]) -> tuple[Box, ...]:
    return tuple(
        Box(*field.box_px)
        for field in sensitive_places(session, page)
        if field.entry_n not in uncovered
    )
