"""The places of the bar: which there are, and whose work each of them is."""

from dataclasses import dataclass

from kamizero.model import Role
from review import roles


@dataclass(frozen=True, slots=True)
class Place:
    """One page that the bar leads to; `name` is its word, address and test id."""

    name: str
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class Bar:
    """What one role sees: the day's work side by side, the rest behind a button."""

    daily: tuple[Place, ...]
    seldom: tuple[Place, ...]


# In the order a paper takes.
DAILY = (
    Place("jobs", roles.RECEIVERS),
    Place("papers", roles.SORTERS),
    Place("sorting", roles.SORTERS),
    Place("queue", roles.LOOKERS),
    Place("groups", roles.REVIEWERS),
    Place("keying", roles.KEYERS),
    Place("approvals", roles.LOOKERS),
    Place("inspections", roles.REVIEWERS),
    Place("returns", roles.REVIEWERS),
    Place("filings", roles.LOOKERS),
)
# What is looked at now and then.
SELDOM = (
    Place("overview", roles.RECEIVERS),
    Place("ledger", roles.RECEIVERS),
    Place("robots", roles.LOOKERS),
    Place("exports", roles.LOOKERS),
    Place("answers", roles.LOOKERS),
    Place("alerts", roles.WATCHERS),
    Place("retention", roles.RETENTION_READERS),
    Place("look-ups", roles.KEEPERS),
    Place("modes", roles.MODE_LOOKERS),
    Place("people", roles.ADMINISTRATORS),
)


def bar_of(role: Role) -> Bar:
    """The places this role may go to."""
    return Bar(_open_to(role, DAILY), _open_to(role, SELDOM))


def _open_to(role: Role, places: tuple[Place, ...]) -> tuple[Place, ...]:
    return tuple(place for place in places if role in place.roles)
