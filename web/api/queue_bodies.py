"""What robots send to a queue, and what they are told."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from delivery.robots.answers import Fault
from delivery.robots.leasing import MOST_AT_ONCE
from delivery.robots.settling import Settled
from storage.tables import DeliveryState, QueueStep

# A code of the host or the robot: nothing that could be a person's name.
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,64}$")]
HostNumber = Annotated[str, Field(pattern=r"^[A-Za-z0-9_./-]{1,64}$")]


class QueueRecord(BaseModel):
    """One queue; `opens_at` is when something is handed out next, null for never.

    One of the step `suggest` counts entries in review: `waiting` and `in_hand`.
    """

    name: str
    title: str
    step: QueueStep
    form: str | None
    site: str | None
    on_lost_lease: str
    lease_seconds: int
    must_show: list[str]
    writes: list[str]
    opens_at: datetime | None
    counts: dict[str, int]
    given_up: int


class QueueList(BaseModel):
    items: list[QueueRecord]


class ItemRecord(BaseModel):
    """One item of a queue; `state` is what became of it."""

    id: int
    state: DeliveryState
    filing: int
    n: int
    changed_at: datetime


class Wanted(BaseModel):
    """How many items at most."""

    max: Annotated[int, Field(ge=1, le=MOST_AT_ONCE)] = 1


class HeldBody(BaseModel):
    """Which lease the robot speaks of."""

    fence: Annotated[int, Field(ge=1)]


class Completed(HeldBody):
    """What the host's screen showed: the number it gave, and values by name."""

    host_number: HostNumber
    shown: dict[
        Annotated[str, Field(max_length=100)], Annotated[str, Field(max_length=500)]
    ] = {}


class Failed(HeldBody):
    """Why it is not registered.

    `business`: the host refuses the record; a person corrects it by its `code`, at the
    `fields` that its screen names. `application`: anything
    else; tried again later, after `committing` only where `unregistered` says that
    the robot knows that nothing is registered.
    """

    kind: Fault
    code: Code
    fields: Annotated[
        list[Annotated[str, Field(max_length=100)]], Field(max_length=20)
    ] = []
    unregistered: bool = False
    retry_after: Annotated[int | None, Field(ge=0, le=604_800)] = None


class SettledBody(HeldBody):
    """What a look in the host showed."""

    outcome: Settled
    host_number: Annotated[str, Field(pattern=r"^[A-Za-z0-9_./-]{0,64}$")] = ""
    code: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{0,64}$")] = ""


class Found(HeldBody):
    """What was found, by flat name; leave out what was not."""

    fields: Annotated[
        dict[
            Annotated[str, Field(max_length=100)],
            Annotated[str, Field(min_length=1, max_length=500)],
        ],
        Field(max_length=50),
    ] = {}


class NotFound(HeldBody):
    """Why nothing could be looked up; it is tried again later until it is given up."""

    code: Code
    retry_after: Annotated[int | None, Field(ge=0, le=604_800)] = None


class Answered(BaseModel):
    """What became of an item."""

    id: int
    state: DeliveryState


class Extended(BaseModel):
    """A lease as it is now."""

    id: int
    fence: int
    lease_until: datetime


class Committed(Extended):
    """The lease of an item at the point of no return."""

    state: DeliveryState


class NumbersWanted(HeldBody):
    """Which numbers are needed; all that the form has where nothing is named."""

    fields: Annotated[
        list[Annotated[str, Field(max_length=100)]] | None, Field(max_length=20)
    ] = None


class Numbers(BaseModel):
    """My Numbers of an item by name."""

    fields: dict[str, str]
