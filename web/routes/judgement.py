"""Ticking the points of an application on the reviewer's desk."""

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from review import judgement
from web.claims import hand_of
from web.visitors import InRooms, Reviewer, shown_to_them

router = APIRouter(prefix="/review/{entry_id}", dependencies=[Depends(shown_to_them)])


class Tick(BaseModel):
    """A point and the page it rests on; null opens it again."""

    fence: int
    point: str
    page: int | None


@router.post("/judgements", status_code=204)
def judge(rooms: InRooms, visitor: Reviewer, entry_id: int, tick: Tick) -> None:
    with rooms.database.begin() as session:
        hand = hand_of(session, rooms, visitor, entry_id=entry_id, fence=tick.fence)
        judgement.judge(session, hand=hand, point=tick.point, page_id=tick.page)
