"""Originals over the API: the bytes as received, every look recorded."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from kamizero.errors import MissingError
from kamizero.model import Scope
from storage import audit
from storage.originals import read_original
from storage.tables import Original
from web import looking
from web.api.callers import Caller, InRooms, Needs
from web.api.looking import ShowsCallers

router = APIRouter(tags=["originals"])


@router.get(
    "/originals/{original_id}",
    response_class=Response,
    dependencies=[
        Depends(ShowsCallers("original_id", looking.original, Scope.ORIGINALS_READ))
    ],
)
def get_original(
    rooms: InRooms,
    caller: Annotated[Caller, Depends(Needs(Scope.ORIGINALS_READ))],
    original_id: int,
) -> Response:
    """The bytes, hashed again before they leave; nothing on them is covered."""
    with rooms.database.begin() as session:
        original = session.get(Original, original_id)
        if original is None:
            raise MissingError(f"There is no original {original_id}.")
        audit.record(
            session,
            actor=caller.name,
            act="original.view",
            subject_kind="original",
            subject_id=original.sha256,
            now=rooms.clock(),
        )
    return Response(
        read_original(rooms.store, original),
        media_type=original.media_type,
        headers={
            "ETag": f'"{original.sha256}"',
            "Content-Disposition": f'attachment; filename="{original.sha256}"',
        },
    )
