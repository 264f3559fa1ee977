"""`kamizero answers`: what hosts wrote of the entries that they were given."""

from pathlib import Path
from typing import Annotated, Any

import typer

from delivery.answers.applying import apply_next
from delivery.answers.standing import as_json, heard
from delivery.answers.taking import take
from delivery.answers.tray import Found
from delivery.exports.destinations import find_destination, terms_of
from delivery.refused import open_refusals
from kamizero.cli.clock import now
from kamizero.cli.console import listed
from kamizero.cli.storeroom import open_storeroom
from kamizero.errors import WrongCallError
from kamizero.settings import Settings

app = typer.Typer(help="What hosts answer.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json")]


@app.command("list")
def list_answers(json: Json = False) -> None:
    """List the last lists that were read, and what became of their lines."""
    with open_storeroom(Settings.load()).database.look() as session:
        lines = [as_json(one) for one in heard(session, limit=50)]
    listed("lists", lines, _line_of_list, as_json=json, none="No list was read.")


def _line_of_list(said: dict[str, Any]) -> str:
    counts = ", ".join(f"{n} {state}" for state, n in said["counts"].items() if n)
    broken = (
        f"broken ({said['broken']}) at line {said['broken_line']}, column "
        f"{said['broken_column'] or '-'}"
    )
    return (
        f"{said['id']}  {said['destination']}  {said['read_at']}  "
        f"{broken if said['broken'] else counts or 'no line'}"
    )


@app.command("refused")
def list_refused(json: Json = False) -> None:
    """List what hosts refuse and nobody has settled."""
    with open_storeroom(Settings.load()).database.look() as session:
        lines = [
            {
                "id": one.id,
                "subscriber": one.delivery.subscriber,
                "receipt_number": one.delivery.entry.filing.receipt_number,
                "n": one.delivery.entry.n,
                "code": one.code,
                "fields": one.fields,
                "at": one.at.isoformat(),
            }
            for one in open_refusals(session, limit=1000)
        ]
    listed(
        "refusals",
        lines,
        _line_of_refusal,
        as_json=json,
        none="No host refuses anything.",
    )


def _line_of_refusal(said: dict[str, Any]) -> str:
    return (
        f"{said['id']}  {said['receipt_number']} entry {said['n']}: "
        f"{said['subscriber']} says {said['code'] or 'no code'}"
    )


@app.command("read")
def read(
    name: str, file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)]
) -> None:
    """Read one list now, wherever it lies; it stays there."""
    storeroom = open_storeroom(Settings.load())
    with storeroom.database.begin() as session:
        destination = find_destination(session, name)
        layout = terms_of(destination).answers
        if layout is None:
            raise WrongCallError(f"The destination {name} reads no answers.")
        one = Found(file.name, file.stat().st_mtime_ns, file.read_bytes())
        made = take(session, destination, layout, one, now=now())
        said = f"broken ({made.broken})" if made.broken else f"{made.lines} lines"
    noted = 1
    while noted:
        with storeroom.database.begin() as session:
            noted = apply_next(session, find_destination(session, name), now=now())
    typer.echo(f"{file}: {said}. See `kamizero answers list`.")
