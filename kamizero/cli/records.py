"""`kamizero records`: the register that filings are checked against."""

from pathlib import Path
from typing import Annotated

import typer

from kamizero.cli.console import Exit, people
from kamizero.cli.wiring import open_installation
from kamizero.settings import Settings
from storage.register import RecordKind, load_csv

app = typer.Typer(
    help="Records that filings are checked against.", no_args_is_help=True
)


@app.callback()
def records() -> None:
    """Keep `load` a command of its own."""


@app.command()
def load(
    kind: Annotated[RecordKind, typer.Argument(help="offices or insured")],
    path: Annotated[Path, typer.Argument(metavar="FILE.csv")],
) -> int:
    """Load records from a CSV file (UTF-8, first line names the columns)."""
    installation = open_installation(Settings.load())
    loaded = load_csv(installation.rooms.database, installation.rooms.vault, kind, path)
    for bad in loaded.rejected:
        people.print(f"line {bad.line}: {bad.reason}", markup=False)
    typer.echo(f"{loaded.count} records loaded, {len(loaded.rejected)} kept aside.")
    return Exit.FAILED if loaded.rejected else Exit.OK
