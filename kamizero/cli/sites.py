"""`kamizero site`: where papers are received."""

import getpass
from typing import Annotated

import typer

from kamizero.cli.clock import now
from kamizero.cli.console import listed
from kamizero.cli.storeroom import open_storeroom
from kamizero.settings import Settings
from storage import sites

app = typer.Typer(help="Sites where papers are received.", no_args_is_help=True)


@app.command("add")
def add_site(
    code: str,
    name: Annotated[
        str | None, typer.Option(help="What people call it; its code by default.")
    ] = None,
) -> None:
    """Make a site known, so that papers can be received there."""
    with open_storeroom(Settings.load()).database.begin() as session:
        sites.add_site(
            session, code=code, name=name or code, actor=getpass.getuser(), now=now()
        )
    typer.echo(f"Papers can now be received at {code}.")


@app.command("list")
def list_sites(json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """List the known sites."""
    with open_storeroom(Settings.load()).database.look() as session:
        lines = [
            {"code": one.code, "name": one.name} for one in sites.all_sites(session)
        ]
    listed("sites", lines, as_json=json, none="There is no site.")
