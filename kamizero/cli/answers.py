"""`kamizero answers`: what hosts wrote of the entries that they were given."""

from pathlib import Path
from typing import Annotated

import typer

from delivery.answers.applying import apply_next
from delivery.answers.standing import as_json, heard
from delivery.answers.taking import take
from delivery.answers.tray import Found
from delivery.exports.destinations import find_destination, terms_of
from delivery.refused import open_refusals
from kamizero.cli.clock import now
from kamizero.cli.console import answer
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
    if json:
        answer({"lists": lines})
        return
    for line in lines:
        counts = ", ".join(f"{n} {state}" for state, n in line["counts"].items() if n)
        broken = (
            f"broken ({line['broken']}) at line {line['broken_line']}, column "
            f"{line['broken_column'] or '-'}"
        )
        typer.echo(
            f"{line['id']}  {line['destination']}  {line['read_at']}  "
            f"{broken if line['broken'] else counts or 'no line'}"
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
    if json:
        answer({"refusals": lines})
        return
    for line in lines:
        typer.echo(
            f"{line['id']}  {line['receipt_number']} entry {line['n']}: "
            f"{line['subscriber']} says {line['code'] or 'no code'}"
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
