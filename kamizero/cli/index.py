"""`kamizero index`: what filings are looked for in."""

import typer

from kamizero.cli.counter import counting
from kamizero.cli.wiring import open_installation
from kamizero.settings import Settings
from storage import index_renewal, reindexing

app = typer.Typer(help="The index of what stands on filings.", no_args_is_help=True)


@app.command()
def rebuild() -> None:
    """Write the index anew from the values; may run beside `up`, and again."""
    rooms = open_installation(Settings.load(), create=False).rooms
    with counting("fields") as progress:
        count = reindexing.reindex(
            rooms.database, rooms.vault, rooms.library, progress=progress
        )
    typer.echo(f"{count} fields are in the index.")


@app.command()
def renew() -> None:
    """Go on with an exchange of the index key that was stopped."""
    rooms = open_installation(Settings.load(), create=False).rooms
    with counting("found anew") as progress:
        count = index_renewal.renew(
            rooms.database, rooms.vault, rooms.library, progress=progress
        )
    typer.echo(f"{count} fields and records are found by the key of now.")
