"""`kamizero calendar`: the days an office works otherwise than the calendar says."""

import getpass
from datetime import datetime
from typing import Annotated

import typer

from kamizero.cli.clock import now
from kamizero.cli.console import answer
from kamizero.cli.storeroom import open_storeroom
from kamizero.errors import MissingError
from kamizero.settings import Settings
from storage import office_days
from storage.office_days import EVERYWHERE
from storage.tables import Site

app = typer.Typer(help="The office's own closed and open days.", no_args_is_help=True)

Day = Annotated[
    datetime, typer.Argument(formats=["%Y-%m-%d"], metavar="DAY", help="YYYY-MM-DD.")
]
At = Annotated[str, typer.Option("--site", help="One site; all where none is given.")]
Note = Annotated[str, typer.Option(help="Why, for people: 創立記念日.")]


@app.command()
def close(day: Day, note: Note = "", site: At = EVERYWHERE) -> None:
    """Say that the office does not work on a day."""
    _set(day, opened=False, note=note, site=site)


@app.command("open")
def open_day(day: Day, note: Note = "", site: At = EVERYWHERE) -> None:
    """Say that the office works on a day that is closed otherwise."""
    _set(day, opened=True, note=note, site=site)


@app.command()
def forget(day: Day, site: At = EVERYWHERE) -> None:
    """Leave a day to weekends, holidays and the turn of the year again."""
    with open_storeroom(Settings.load()).database.begin() as session:
        if not office_days.forget_day(
            session, day.date(), actor=getpass.getuser(), now=now(), site=site
        ):
            raise MissingError(f"Nothing was said of {day.date()}.")


@app.command("list")
def list_days(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """List the office's own days."""
    with open_storeroom(Settings.load()).database.look() as session:
        rows = office_days.own_days(session)
    for row in rows:
        line = {
            "day": row.day.isoformat(),
            "site": row.site,
            "works": row.opened,
            "note": row.note,
        }
        if as_json:
            answer(line)
        else:
            typer.echo("  ".join(str(value) for value in line.values()))


def _set(day: datetime, *, opened: bool, note: str, site: str) -> None:
    with open_storeroom(Settings.load()).database.begin() as session:
        if site != EVERYWHERE and session.get(Site, site) is None:
            raise MissingError(f"There is no site {site}; see `kamizero site list`.")
        office_days.set_day(
            session,
            day.date(),
            opened=opened,
            note=note,
            actor=getpass.getuser(),
            now=now(),
            site=site,
        )
