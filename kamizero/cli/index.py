"""`kamizero index`: what filings are looked for in."""

import typer

from forms.library import Library
from kamizero.cli.counter import counting
from kamizero.cli.storeroom import open_storeroom
from kamizero.settings import Settings
from storage import index_renewal, reindexing

app = typer.Typer(help="The index of what stands on filings.", no_args_is_help=True)


@app.command()
def rebuild() -> None:
    """Write the index anew from the values; may run beside `up`, and again."""
    storeroom = open_storeroom(Settings.load(), create=False)
    with counting("fields") as progress:
        count = reindexing.reindex(
            storeroom.database, storeroom.vault, Library.shipped(), progress=progress
        )
    typer.echo(f"{count} fields are in the index.")


@app.command()
def renew() -> None:
    """Go on with an exchange of the index key that was stopped."""
    storeroom = open_storeroom(Settings.load(), create=False)
    with counting("found anew") as progress:
        count = index_renewal.renew(
            storeroom.database, storeroom.vault, Library.shipped(), progress=progress
        )
    typer.echo(f"{count} fields and records are found by the key of now.")
