"""`kamizero user` and `kamizero token`: people and robots."""

import sys
from datetime import timedelta
from typing import Annotated

import typer

from kamizero.cli.clock import now
from kamizero.cli.console import answer
from kamizero.cli.wiring import open_installation
from kamizero.errors import WrongCallError
from kamizero.model import Role
from kamizero.settings import Settings
from storage import people
from web.api.callers import Scope

users = typer.Typer(help="People who log in.", no_args_is_help=True)
Sites = Annotated[
    list[str] | None,
    typer.Option(help="A site whose papers are seen; without it every site's."),
]
tokens = typer.Typer(help="Keys of robots and systems.", no_args_is_help=True)


@users.command("add")
def add_user(
    name: str,
    role: Annotated[Role, typer.Option()],
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from stdin.")
    ] = False,
    site: Sites = None,
) -> None:
    """Add a person."""
    if not password_stdin:
        raise WrongCallError("Give the password on stdin, with --password-stdin.")
    password = sys.stdin.readline().rstrip("\n")
    rooms = open_installation(Settings.load()).rooms
    with rooms.database.begin() as session:
        person = people.add_person(
            session, name=name, role=role, password=password, now=now()
        )
        if site:
            people.keep_to_sites(session, person, site, now=now())
    typer.echo(f"{name} can now log in as {role}.")


@tokens.command("create")
def create_token(
    name: str,
    role: Annotated[Role, typer.Option()] = Role.ROBOT,
    scope: Annotated[list[Scope] | None, typer.Option(help="What it may do.")] = None,
    days: Annotated[
        int, typer.Option(min=1, max=3650, help="Days until it ends.")
    ] = 90,
    site: Sites = None,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Create a key for the API; it is shown once."""
    rooms = open_installation(Settings.load()).rooms
    expires = now() + timedelta(days=days)
    with rooms.database.begin() as session:
        token = people.add_token(
            session,
            name=name,
            role=role,
            scopes=scope or [],
            expires_at=expires,
            now=now(),
        )
        if site:
            key = people.token_of(session, token, now=now())
            people.keep_to_sites(session, key, site, now=now())
    if json:
        answer({"name": name, "token": token, "expires_at": expires.isoformat()})
    else:
        typer.echo(token)
