"""`kamizero store`: the object store of the data folder."""

import typer

from kamizero.cli.wiring import open_installation
from kamizero.settings import Settings
from storage.directory import DirectoryStore

app = typer.Typer(help="The object store.", no_args_is_help=True)


@app.command()
def grade() -> None:
    """Say what the store defends against."""
    typer.echo(open_installation(Settings.load()).rooms.store.grade)


@app.command()
def unlock() -> None:
    """Take the immutable flag off every file, so that the folder can be moved."""
    settings = Settings.load()
    count = DirectoryStore(settings.data_dir, immutable=True).unlock()
    typer.echo(f"{count} files unlocked.")
