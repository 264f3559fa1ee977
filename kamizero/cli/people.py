"""`kamizero user` and `kamizero token`: people and robots."""

import getpass
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Annotated, Any

import typer

from kamizero.cli.clock import now
from kamizero.cli.console import answer, listed
from kamizero.cli.passwords import OnStdin, new_password
from kamizero.cli.storeroom import open_storeroom
from kamizero.model import Role, Scope
from kamizero.settings import Settings
from storage import accounts, api_clients, api_tokens, people, sign_ins, site_rights
from storage.accounts import AccountState
from storage.tables import Person

users = typer.Typer(help="People who log in.", no_args_is_help=True)
Sites = Annotated[
    list[str] | None,
    typer.Option(help="A site whose papers are seen; without it every site's."),
]
tokens = typer.Typer(help="Keys of robots and systems.", no_args_is_help=True)


Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])]


@users.command("add")
def add_user(
    name: str,
    role: Annotated[Role, typer.Option()],
    password_stdin: OnStdin = False,
    first_day: Day = None,
    last_day: Day = None,
    site: Sites = None,
) -> None:
    """Add a person."""
    password = new_password(is_on_stdin=password_stdin)
    moment = now()
    storeroom = open_storeroom(Settings.load())
    with storeroom.database.begin() as session:
        person = people.add_person(
            session,
            name=name,
            role=role,
            password=password,
            valid_from=_date(first_day),
            valid_until=_date(last_day),
            now=moment,
        )
        if site:
            site_rights.keep_to_sites(session, person, site, now=moment)
        added = _added(person, moment)
    typer.echo(added)


@users.command("list")
def list_users(json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """List everybody who has or had an account."""
    moment = now()
    with open_storeroom(Settings.load()).database.look() as session:
        lines = [_line(one, moment) for one in accounts.all_people(session)]
    listed("people", lines, _said_of, as_json=json, none="Nobody has an account.")


def _said_of(line: dict[str, Any]) -> str:
    seen = line["last_login_at"] or "never"
    return f"{line['name']}  {line['role']}  {line['state']}  {seen}"


@users.command("set-role")
def set_role(name: str, role: Annotated[Role, typer.Option()]) -> None:
    """Give somebody another role and end their sessions."""
    _change(name, partial(accounts.set_role, role=role))
    typer.echo(f"{name} is {role} now.")


@users.command("set-sites")
def set_sites(name: str, site: Sites = None) -> None:
    """Show somebody the papers of these sites alone, and end their sessions."""
    _change(name, partial(accounts.set_sites, sites=site))
    typer.echo(f"{name} sees {' '.join(site) if site else 'every site'} now.")


@users.command("link")
def link(name: str, account: str) -> None:
    """Let an account at the provider of single sign-on open somebody's account."""
    _change(name, partial(sign_ins.link, account=account))
    typer.echo(f"{account} opens the account of {name} now.")


@users.command("unlink")
def unlink(name: str) -> None:
    """Let no account at the provider open somebody's account any more."""
    _change(name, partial(sign_ins.link, account=""))
    typer.echo(f"The account of {name} is opened by its password alone.")


@users.command("disable")
def disable_user(name: str) -> None:
    """Close somebody's account; what they did stays."""
    _change(name, accounts.disable)
    typer.echo(f"{name} can log in no more.")


@users.command("enable")
def enable_user(name: str) -> None:
    """Open an account again that was closed."""
    _change(name, accounts.enable)
    typer.echo(f"The account of {name} is open.")


@users.command("set-password")
def set_password(name: str, password_stdin: OnStdin = False) -> None:
    """Give somebody a new password, lift their lock and end their sessions."""
    password = new_password(is_on_stdin=password_stdin)
    with open_storeroom(Settings.load()).database.begin() as session:
        people.set_password(
            session, name=name, password=password, actor=getpass.getuser(), now=now()
        )
    typer.echo(f"{name} has a new password.")


@tokens.command("create")
def create_token(
    name: str,
    role: Annotated[Role, typer.Option()] = Role.ROBOT,
    scope: Annotated[list[Scope] | None, typer.Option(help="What it may do.")] = None,
    days: Annotated[
        int, typer.Option(min=1, max=3650, help="Days until it ends.")
    ] = 90,
    site: Sites = None,
    client: Annotated[
        bool,
        typer.Option("--client", help="A secret to get short-lived keys by instead."),
    ] = False,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Create a key for the API, or the secret of a client; it is shown once."""
    storeroom = open_storeroom(Settings.load())
    expires = now() + timedelta(days=days)
    make = api_clients.add_client if client else api_tokens.add_token
    with storeroom.database.begin() as session:
        shown = make(
            session,
            name=name,
            role=role,
            scopes=scope or [],
            expires_at=expires,
            now=now(),
        )
        if site:
            key = api_tokens.key_named(session, name)
            site_rights.keep_to_sites(session, key, site, now=now())
    if json:
        what = "client_secret" if client else "token"
        answer({"name": name, what: shown, "expires_at": expires.isoformat()})
    else:
        typer.echo(shown)


@tokens.command("rotate")
def rotate_secret(
    name: str,
    overlap_hours: Annotated[
        int, typer.Option(min=0, max=720, help="How long the former one is good yet.")
    ] = 24,
) -> None:
    """Give a client another secret; it is shown once."""
    with open_storeroom(Settings.load()).database.begin() as session:
        secret = api_clients.rotate_secret(
            session,
            name=name,
            overlap=timedelta(hours=overlap_hours),
            actor=getpass.getuser(),
            now=now(),
        )
    typer.echo(secret)


@tokens.command("list")
def list_tokens(json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """List the keys, without what opens the API."""
    moment = now()
    with open_storeroom(Settings.load()).database.look() as session:
        lines = [
            {
                "name": one.name,
                "role": one.role,
                "scopes": one.scopes,
                "expires_at": one.expires_at.isoformat(),
                "is_open": one.expires_at > moment,
            }
            for one in api_tokens.all_tokens(session)
        ]
    listed("tokens", lines, _said_of_token, as_json=json, none="There is no token.")


def _said_of_token(line: dict[str, Any]) -> str:
    state = "until" if line["is_open"] else "ended"
    return f"{line['name']}  {state} {line['expires_at']}"


@tokens.command("revoke")
def revoke_token(name: str) -> None:
    """End a key at once."""
    with open_storeroom(Settings.load()).database.begin() as session:
        api_tokens.revoke_token(session, name=name, actor=getpass.getuser(), now=now())
    typer.echo(f"The token {name} opens nothing any more.")


def _added(person: Person, moment: datetime) -> str:
    state = accounts.state_of(person, now=moment)
    if state is AccountState.NOT_YET:
        return f"{person.name} can log in as {person.role} from {person.valid_from} on."
    if state is AccountState.OVER:
        return f"{person.name} cannot log in: the last day was {person.valid_until}."
    return f"{person.name} can now log in as {person.role}."


def _date(day: datetime | None) -> date | None:
    return day.date() if day else None


def _change(name: str, act: Callable[..., None]) -> None:
    with open_storeroom(Settings.load()).database.begin() as session:
        person = accounts.person_named(session, name)
        act(session, person, actor=getpass.getuser(), now=now())


def _line(person: Person, moment: datetime) -> dict[str, str | None]:
    seen = person.last_login_at
    return {
        "name": person.name,
        "role": person.role,
        "state": accounts.state_of(person, now=moment),
        "last_login_at": seen.isoformat() if seen else None,
        "first_day": str(person.valid_from) if person.valid_from else None,
        "last_day": str(person.valid_until) if person.valid_until else None,
    }
