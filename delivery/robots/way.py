"""Every way a delivery goes to a robot or in a file: one table, one function.

The database knows the same ways; a test holds the two against each other.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from delivery.robots.refusals import WayForbidsError
from storage import audit
from storage.tables import Delivery, DeliveryState


class Act(StrEnum):
    COMMIT = "commit"
    EXPORT = "export"
    ANSWER = "answer"
    ANSWER_REJECTED = "answer_rejected"
    COMPLETE = "complete"
    DIFFER = "differ"
    REJECT = "reject"
    GIVE_BACK = "give_back"
    DOUBT = "doubt"
    SETTLE = "settle"
    SETTLE_REJECTED = "settle_rejected"
    SETTLE_OPEN = "settle_open"


class By(StrEnum):
    """Who does it. Approving is in no line of this table."""

    ROBOT = "robot"
    # A robot with the scope to look up, or a person on the page.
    SETTLER = "settler"
    PERSON = "person"
    MACHINE = "machine"


class Way(NamedTuple):
    """From this state, this act leads there, for these."""

    from_state: DeliveryState
    act: Act
    to_state: DeliveryState
    by: frozenset[By]


_PENDING, _TAKEN = DeliveryState.PENDING, DeliveryState.TAKEN
_REGISTERED, _REJECTED = DeliveryState.REGISTERED, DeliveryState.REJECTED
_DOUBT = DeliveryState.IN_DOUBT
_ROBOT, _SETTLER = frozenset({By.ROBOT}), frozenset({By.SETTLER})
_PERSON = frozenset({By.PERSON})
# A line that fits nothing is laid to its entry by a person.
_LISTED = frozenset({By.MACHINE, By.PERSON})
_MACHINE, _EITHER = frozenset({By.MACHINE}), frozenset({By.ROBOT, By.MACHINE})

WAYS: tuple[Way, ...] = (
    Way(_PENDING, Act.COMMIT, _TAKEN, _ROBOT),
    Way(_PENDING, Act.REJECT, _REJECTED, _ROBOT),
    # In a file that lies where its receiver fetches it.
    Way(_PENDING, Act.EXPORT, _TAKEN, _MACHINE),
    # A list of the host says what became of what a file gave it.
    Way(_TAKEN, Act.ANSWER, _REGISTERED, _LISTED),
    Way(_TAKEN, Act.ANSWER_REJECTED, _REJECTED, _LISTED),
    # Its file was not fetched, or so it seemed: the host says better.
    Way(_DOUBT, Act.ANSWER, _REGISTERED, _LISTED),
    Way(_DOUBT, Act.ANSWER_REJECTED, _REJECTED, _LISTED),
    Way(_TAKEN, Act.COMPLETE, _REGISTERED, _ROBOT),
    Way(_TAKEN, Act.REJECT, _REJECTED, _ROBOT),
    Way(_TAKEN, Act.GIVE_BACK, _PENDING, _EITHER),
    Way(_TAKEN, Act.DIFFER, _DOUBT, _ROBOT),
    Way(_TAKEN, Act.DOUBT, _DOUBT, _EITHER),
    Way(_DOUBT, Act.SETTLE, _REGISTERED, _SETTLER),
    Way(_DOUBT, Act.SETTLE_REJECTED, _REJECTED, _SETTLER),
    Way(_DOUBT, Act.SETTLE_OPEN, _PENDING, _SETTLER),
    # A dead letter, by hand.
    Way(_PENDING, Act.SETTLE, _REGISTERED, _PERSON),
    Way(_PENDING, Act.SETTLE_REJECTED, _REJECTED, _PERSON),
)


def go(
    session: Session,
    row: Delivery,
    act: Act,
    *,
    by: By,
    actor: str,
    now: datetime,
    about: Mapping[str, Any] | None = None,
) -> None:
    """Do the act to the delivery, and leave its trace.

    Raises:
        WayForbidsError: the delivery's state does not know the act.
    """
    session.refresh(row, ["state"], with_for_update=True)
    way = _permitted(row, act, by)
    row.state, row.changed_at = way.to_state, now
    audit.record(
        session,
        actor=actor,
        act=f"delivery.{act}",
        subject_kind="entry",
        subject_id=row.entry_id,
        now=now,
        body={
            "filing": row.entry.filing_id,
            "subscriber": row.subscriber,
            "from": way.from_state.value,
            "to": way.to_state.value,
            **(about or {}),
        },
    )


def _permitted(row: Delivery, act: Act, by: By) -> Way:
    for way in WAYS:
        if (way.from_state, way.act) == (row.state, act) and by in way.by:
            return way
    raise WayForbidsError(
        f"Item {row.id} is {row.state}; {act.replace('_', ' ')} is not possible now. "
        "Read it again."
    )
