"""`kamizero index`: what filings are looked for in."""

import typer
from rich.progress import Progress

from kamizero.cli.console import people
from kamizero.cli.wiring import open_installation
from kamizero.settings import Settings
from storage import reindexing

app = typer.Typer(help="The index of what stands on filings.", no_args_is_help=True)


@app.callback()
def index() -> None:
    """Keep `rebuild` a command of its own."""


@app.command()
def rebuild() -> None:
    """Write the index anew from the values; may run beside `up`, and again."""
    rooms = open_installation(Settings.load(), create=False).rooms
    with Progress(console=people, transient=True) as bar:
        task = bar.add_task("fields", total=None)
        count = reindexing.reindex(
            rooms.database,
            rooms.vault,
            rooms.library,
            progress=lambda done: bar.update(task, completed=done),
        )
    typer.echo(f"{count} fields are in the index.")
