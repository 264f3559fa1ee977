"""Pictures of pages; what is sensitive on them is covered outside the claimed task."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy.orm import Session

from review import roles
from storage.tables import HEAD, Entry, Page
from web import looking
from web.claims import is_on_desk
from web.looking import THUMBNAIL, Shows, see_page, visit_of
from web.rooms import Rooms
from web.shown.pictures import covered, find_page, smaller
from web.visitors import InRooms, Viewer, Visitor

router = APIRouter()


@router.get(
    "/pages/{page_id}.jpg",
    dependencies=[Depends(Shows("page_id", looking.page, seen_by=roles.VIEWERS))],
)
def picture(
    request: Request,
    rooms: InRooms,
    visitor: Viewer,
    page_id: int,
    task: int | None = None,
    width: Annotated[int | None, Query(ge=16, le=2000)] = None,
) -> Response:
    """One page; `task` names the claimed entry whose numbers may be seen."""
    with rooms.database.look() as session:
        page = find_page(session, page_id)
        clear = _clear(session, rooms, visitor, page, task)
        hidden = covered(session, page, clear=clear, sorts=visitor.may_sort)
    if width is None or width > THUMBNAIL:
        see_page(rooms, page_id, visit=visit_of(request), who=visitor.name)
    data = rooms.pictures.jpeg(page, masked=hidden)
    return Response(
        content=smaller(data, width) if width else data,
        media_type="image/jpeg",
        headers={"Cache-Control": "private, max-age=300"},
    )


def _clear(
    session: Session, rooms: Rooms, visitor: Visitor, page: Page, task: int | None
) -> tuple[int, ...]:
    """The entry numbers of the page whose fields this person may see in clear."""
    entry = session.get(Entry, task) if task is not None else None
    # Who holds an entry of one filing sees nothing of another.
    if entry is None or entry.filing_id != page.filing_id:
        return ()
    is_theirs = is_on_desk(session, visitor.name, entry_id=entry.id, now=rooms.clock())
    return (HEAD, entry.n) if is_theirs else ()
