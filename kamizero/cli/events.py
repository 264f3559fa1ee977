"""`kamizero events`: who is told of what happens."""

import getpass
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from delivery.events import subscriptions
from delivery.events.address import Gate
from delivery.events.subscriptions import EVERYTHING
from kamizero.cli.clock import now
from kamizero.cli.console import answer, listed
from kamizero.cli.storeroom import open_storeroom
from kamizero.settings import Settings
from storage.tables import EventMessage, Subscription

app = typer.Typer(help="Receivers of events.", no_args_is_help=True)


@app.command("subscribe")
def subscribe(
    name: str,
    url: str,
    event: Annotated[
        list[str] | None, typer.Option(help="A type, `*` at the end for all such.")
    ] = None,
    site: Annotated[str | None, typer.Option(help="Events of this site alone.")] = None,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Tell a receiver of events from now on; its secret is shown once."""
    settings = Settings.load()
    rooms = open_storeroom(settings)
    with rooms.database.begin() as session:
        secret = subscriptions.subscribe(
            session,
            rooms.vault,
            Gate.read(settings.events_allow),
            name=name,
            url=url,
            types=event or EVERYTHING,
            site=site,
            actor=getpass.getuser(),
            now=now(),
        )
    _show(name, secret, json)


@app.command("list")
def list_subscriptions(json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """List the receivers, and how much waits for each."""
    with open_storeroom(Settings.load()).database.look() as session:
        lines = [
            {
                "name": row.name,
                "url": row.url,
                "types": row.types,
                "site": row.of_site,
                "state": row.state,
                "why": row.why,
                **_counts(session, row),
            }
            for row in subscriptions.everyone(session)
        ]
    listed("subscriptions", lines, _line, as_json=json, none="There is no receiver.")


def _line(said: dict[str, Any]) -> str:
    return (
        f"{said['name']}  {said['state']}, {said['waiting']} wait, "
        f"{said['given_up']} given up, {said['acknowledged']} acknowledged"
    )


@app.command("rotate")
def rotate(
    name: str,
    overlap_hours: Annotated[int, typer.Option(min=0, max=720)] = 24,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Give a receiver a new secret; for a while both sign."""
    rooms = open_storeroom(Settings.load())
    with rooms.database.begin() as session:
        secret = subscriptions.rotate(
            session,
            rooms.vault,
            subscriptions.find(session, name),
            actor=getpass.getuser(),
            now=now(),
            overlap=timedelta(hours=overlap_hours),
        )
    _show(name, secret, json)


@app.command("replay")
def replay(
    name: str,
    after: Annotated[int, typer.Option(min=0, help="The last event it has.")] = 0,
) -> None:
    """Tell a receiver everything after an event once more."""

    def act(session: Session, row: Subscription, actor: str, at: datetime) -> None:
        subscriptions.replay(session, row, after=after, actor=actor, now=at)

    _change(name, act)
    typer.echo(f"{name} is told everything after {after} again.")


@app.command("enable")
def enable(name: str) -> None:
    """Go on with a receiver that was disabled."""

    def act(session: Session, row: Subscription, actor: str, at: datetime) -> None:
        subscriptions.enable(session, row, actor=actor, now=at)

    _change(name, act)
    typer.echo(f"{name} is told again.")


@app.command("end")
def end(name: str) -> None:
    """Tell a receiver nothing any more."""

    def act(session: Session, row: Subscription, actor: str, at: datetime) -> None:
        subscriptions.end(session, row, actor=actor, now=at)

    _change(name, act)
    typer.echo(f"{name} is told nothing any more.")


def _change(
    name: str, act: Callable[[Session, Subscription, str, datetime], None]
) -> None:
    with open_storeroom(Settings.load()).database.begin() as session:
        row = subscriptions.find(session, name)
        act(session, row, getpass.getuser(), now())


def _show(name: str, secret: str, json: bool) -> None:
    if json:
        answer({"name": name, "secret": secret})
    else:
        typer.echo(secret)


def _counts(session: Session, row: Subscription) -> dict[str, int]:
    found = dict.fromkeys(("waiting", "given_up", "acknowledged"), 0)
    counts = session.execute(
        select(EventMessage.state, func.count())
        .where(EventMessage.subscription_id == row.id)
        .group_by(EventMessage.state)
    )
    return found | {state: count for state, count in counts}
