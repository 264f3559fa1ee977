"""`kamizero reread`: whether images still give what was read from them."""

from dataclasses import asdict
from typing import Annotated

import typer

from kamizero.cli.console import Exit, answer
from kamizero.cli.wiring import open_installation
from kamizero.settings import Settings
from workers.rereading import Rereading
from workers.rereading import reread as read_again


def reread(
    receipts: Annotated[list[str], typer.Argument(help="Receipt numbers of filings.")],
    json: Annotated[
        bool, typer.Option("--json", help="One JSON object a line on stdout.")
    ] = False,
) -> int:
    """Read filings again and name the fields that are read otherwise; 1 where any is.

    No value is shown, and nothing is written.
    """
    rooms = open_installation(Settings.load(), create=False).rooms
    code = Exit.OK
    for receipt in receipts:
        found = read_again(rooms, receipt)
        if found.differences:
            code = Exit.FAILED
        if json:
            answer(asdict(found))
        else:
            _say(found)
    return code


def _say(found: Rereading) -> None:
    typer.echo(
        f"{found.receipt_number}  {found.compared} fields compared, {found.erased} "
        f"erased, {len(found.differences)} differ"
    )
    typer.echo(f"  rules then {found.rules_then or 'unknown'}, now {found.rules_now}")
    for one in found.differences:
        differs = ", ".join(one.differs)
        typer.echo(f"  {one.field}  {differs}  then {one.then}, now {one.now or '-'}")
