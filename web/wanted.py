"""What of the queue a person looks at: read from the address, kept in every link."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Request

from review import queue
from review.waiting import Order, Wanted, waiting
from storage.work import Claim
from web.painting import business_day
from web.rooms import rooms_of
from web.visitors import InRooms

AGES = ("1", "3", "7", "30")
# How many points are open: from the one to the other.
DOUBTS: Mapping[str, tuple[int, int]] = {
    "0": (0, 0),
    "1": (1, 1),
    "2-4": (2, 4),
    "5": (5, 1_000_000),
}
DUES = ("late", "today", "week")
_NAMES = ("site", "form", "first", "due", "age", "doubt", "rule", "order")
# How many of a chosen part are tried before it counts as being worked on by others.
_TRIED = 50


@dataclass(frozen=True, slots=True)
class Look:
    """The part of the queue, its order, and the words of the address that say so."""

    wanted: Wanted
    order: Order
    words: Mapping[str, str]

    def address(self, path: str, **more: str) -> str:
        """The path with these words, so that the next page shows the same part."""
        words = {**self.words, **more}
        return f"{path}?{urlencode(words)}" if words else path


async def look_of(request: Request) -> Look:
    """The words that are known; others say nothing, as if they were not there."""
    given = request.query_params
    words = {
        name: given[name].strip() for name in _NAMES if given.get(name, "").strip()
    }
    today = business_day(rooms_of(request).clock())
    orders = {order.value: order for order in Order}
    order = orders.get(words.get("order", ""), Order.URGENT)
    if order is Order.URGENT:
        # The form sends it always; it is what an address without the word means.
        words.pop("order", None)
    return Look(_wanted(words, today), order, words)


def claim_next(rooms: InRooms, person: str, look: Look) -> Claim | None:
    """Lease the next entry of the part that a person works through."""
    now = rooms.clock()
    simple = Wanted(site=look.wanted.site, form=look.wanted.form)
    if look.wanted == simple and look.order is Order.URGENT:
        return queue.claim_next(
            rooms.database, person, now=now, site=simple.site, form=simple.form
        )
    with rooms.database.look() as session:
        lines = waiting(
            session, wanted=look.wanted, order=look.order, now=now, limit=_TRIED
        )
    for line in lines:
        held = line.lease_until is not None and line.lease_until >= now
        if held or line.reserved_for not in (None, person):
            continue
        claim = queue.claim(rooms.database, person, entry_id=line.entry_id, now=now)
        if claim is not None:
            return claim
    return None


def _wanted(words: Mapping[str, str], today: date) -> Wanted:
    due_by = {
        "late": today - timedelta(days=1),
        "today": today,
        "week": today + timedelta(days=7),
    }
    age = words.get("age", "")
    return Wanted(
        site=words.get("site"),
        form=words.get("form"),
        first=words.get("first") == "1",
        due_by=due_by.get(words.get("due", "")),
        older_than=timedelta(days=int(age)) if age in AGES else None,
        doubt=DOUBTS.get(words.get("doubt", "")),
        rule=words.get("rule"),
    )


Looking = Annotated[Look, Depends(look_of)]
