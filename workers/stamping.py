"""Time stamps from the worker's side: asked for now and then, one at a time."""

import structlog

from storage.tables import Stamped
from storage.time_stamps.asking import ask, work_kind
from storage.time_stamps.keeping import Stamp, stamped, target_of
from storage.work import Claim
from workers.rooms import Rooms

log = structlog.get_logger()

# A clock further off than this is worth telling whoever runs the machine.
MOST_SECONDS_OFF = 60


def ask_for_stamps(rooms: Rooms) -> None:
    """Put what waits for a stamp into the work rows, where stamps are asked for."""
    if rooms.stamping is not None:
        ask(rooms.database, rooms.stamping, now=rooms.clock())


def have_stamped(rooms: Rooms, claim: Claim) -> Stamp | None:
    """Ask the authority, with no transaction open; None where nobody is to be asked."""
    if rooms.stamping is None:
        # Nobody stamps any more: what was asked for before is given up.
        return None
    (kind,) = (one for one in Stamped if work_kind(one) == claim.kind)
    with rooms.database.look() as session:
        target = target_of(session, kind, claim.subject)
    made = stamped(rooms.store, rooms.stamping, target, now=rooms.clock())
    if made is not None:
        off = abs((made.token.at - rooms.clock()).total_seconds())
        if off > MOST_SECONDS_OFF:
            log.error("clock_is_off", seconds=round(off), authority=made.authority.name)
    return made
