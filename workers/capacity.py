"""What a page takes of machine and people here, and what a busy day then needs."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.tables import Effort, Page, Work, WorkState
from workers.steps import STEPS

# A queue that is full all the time only grows.
MOST_BUSY = 0.8


@dataclass(frozen=True, slots=True)
class Pace:
    """What the pages of some days took.

    Attributes:
        steps: seconds of worker processes by kind of work.
        people: seconds of those who reviewed.
    """

    pages: int
    steps: Mapping[str, float]
    people: float

    @property
    def machine_per_page(self) -> float:
        return sum(self.steps.values()) / self.pages

    @property
    def people_per_page(self) -> float:
        return self.people / self.pages


@dataclass(frozen=True, slots=True)
class Need:
    """How many it takes to be done with a day's pages within the day."""

    workers: int
    people: int


def pace_of(session: Session, *, since: datetime, first: date) -> Pace:
    """What was done since a moment, of which `first` is the business day."""
    # What was done before time was kept must not count as done in none.
    done = (
        Work.state == WorkState.DONE,
        Work.done_at >= since,
        Work.seconds.is_not(None),
    )
    pages = session.scalars(
        select(func.count(Page.id))
        .join(Work, Work.subject == Page.arrival_id)
        .where(Work.kind == "identify", *done)
    ).one()
    steps = session.execute(
        select(Work.kind, func.sum(Work.seconds))
        .where(Work.kind.in_(STEPS), *done)
        .group_by(Work.kind)
    )
    people = session.scalar(select(func.sum(Effort.seconds)).where(Effort.day >= first))
    return Pace(pages, {kind: took or 0.0 for kind, took in steps}, people or 0.0)


def need_of(pace: Pace, *, pages: int, hours: float) -> Need:
    """Who and what must work for so many pages within so many hours."""
    seconds = hours * 3600 * MOST_BUSY
    return Need(
        workers=math.ceil(pages * pace.machine_per_page / seconds),
        people=math.ceil(pages * pace.people_per_page / seconds),
    )
