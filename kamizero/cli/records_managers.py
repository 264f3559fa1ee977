"""Who acts from the command line where two people must: with a password each."""

from dataclasses import dataclass
from typing import Annotated

import typer

from kamizero.cli.clock import now
from kamizero.cli.passwords import given_password
from kamizero.cli.storeroom import Storeroom, open_storeroom
from kamizero.errors import ForbiddenError
from kamizero.model import Role
from kamizero.settings import Settings
from storage import people, site_rights
from storage.database import Database

As = Annotated[
    str,
    typer.Option(
        "--as", metavar="NAME", help="Who does it; the password is read from stdin."
    ),
]


@dataclass(frozen=True, slots=True)
class Acting:
    """A person who proved themselves, and the papers they see."""

    name: str
    role: Role
    database: Database
    storeroom: Storeroom


def acting(name: str, *, roles: frozenset[Role]) -> Acting:
    """The person of that name. Raises ForbiddenError, WrongLoginError."""
    storeroom = open_storeroom(Settings.load())
    database = storeroom.database
    person = people.authenticate(
        database,
        name=name,
        password=given_password(),
        now=now(),
    )
    if Role(person.role) not in roles:
        raise ForbiddenError(
            f"{name} is a {person.role}; this is done by a "
            f"{' or '.join(sorted(role.value for role in roles))}."
        )
    with database.look() as session:
        sites = site_rights.sites_of(session, person)
    return Acting(name, Role(person.role), database.within(sites), storeroom)
