"""`kamizero device`: accounts of scanners and programs that send papers."""

import getpass
from typing import Annotated

import typer

from kamizero.cli.clock import now
from kamizero.cli.console import answer
from kamizero.cli.passwords import OnStdin, new_password
from kamizero.cli.storeroom import open_storeroom
from kamizero.errors import WrongCallError
from kamizero.settings import Settings
from review.chart_readings import read_chart
from storage import devices

app = typer.Typer(help="Devices that send papers.", no_args_is_help=True)

MEGABYTE = 1_000_000


@app.command("add")
def add_device(
    name: str,
    site: Annotated[
        str | None, typer.Option(help="Site its papers are received at.")
    ] = None,
    daily_megabytes: Annotated[
        int | None, typer.Option(min=1, help="Most it may send within 24 hours.")
    ] = None,
    password_stdin: OnStdin = False,
) -> None:
    """Add a device that logs in with a name and a password."""
    password = new_password(is_on_stdin=password_stdin)
    settings = Settings.load()
    with open_storeroom(settings).database.begin() as session:
        device = devices.add_device(
            session,
            name=name,
            site=site or settings.site,
            password=password,
            daily_bytes=daily_megabytes and daily_megabytes * MEGABYTE,
            now=now(),
        )
        typer.echo(f"{device.name} can now send to site {device.site}.")


@app.command("list")
def list_devices(json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """List the devices that may send."""
    with open_storeroom(Settings.load()).database.look() as session:
        found = devices.all_devices(session)
        lines = [
            {"name": one.name, "site": one.site, "daily_bytes": one.daily_bytes}
            for one in found
        ]
    if json:
        answer({"devices": lines})
        return
    for one in found:
        typer.echo(_described(one.name, one.site, one.daily_bytes))


@app.command("change")
def change_device(
    name: str,
    site: Annotated[
        str | None, typer.Option(help="Site its papers are received at from now on.")
    ] = None,
    daily_megabytes: Annotated[
        int | None, typer.Option(min=1, help="Most it may send within 24 hours.")
    ] = None,
    unlimited: Annotated[
        bool, typer.Option("--unlimited", help="Take its daily quota away.")
    ] = False,
) -> None:
    """Give a device another site or quota, from its next file on."""
    if site is None and daily_megabytes is None and not unlimited:
        raise WrongCallError("Say what shall change: --site, or a quota.")
    with open_storeroom(Settings.load()).database.begin() as session:
        device = devices.change_device(
            session,
            name=name,
            site=site,
            daily_bytes=daily_megabytes and daily_megabytes * MEGABYTE,
            unlimited=unlimited,
            now=now(),
        )
        line = _described(device.name, device.site, device.daily_bytes)
    typer.echo(line)


@app.command()
def chart(
    original: Annotated[str, typer.Argument(help="SHA-256 of the scan of the chart.")],
    points: Annotated[
        int, typer.Option(min=1, max=72, help="Smallest print that is legible.")
    ],
) -> None:
    """Write down what is legible on a scan of the test chart that came in."""
    with open_storeroom(Settings.load()).database.begin() as session:
        read = read_chart(
            session, sha256=original, points=points, by=getpass.getuser(), now=now()
        )
        line = f"{read.scanner}  {read.site}  {read.day}  {read.points} points"
    typer.echo(line)


@app.command("remove")
def remove_device(name: str) -> None:
    """Close a device's account; what it sent stays."""
    with open_storeroom(Settings.load()).database.begin() as session:
        devices.remove_device(session, name=name, now=now())
    typer.echo(f"{name} can send no more.")


def _described(name: str, site: str, daily_bytes: int | None) -> str:
    quota = f"{daily_bytes:,} bytes a day" if daily_bytes else "no quota"
    return f"{name}  {site}  {quota}"
