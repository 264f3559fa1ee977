"""`kamizero ledger`: whether everything that came in is somewhere, sheet by sheet."""

from datetime import datetime
from typing import Annotated

import typer

from delivery.outbox import API
from kamizero.cli.console import Exit, answer
from kamizero.cli.storeroom import open_storeroom
from kamizero.errors import WrongCallError
from kamizero.settings import Settings
from storage.ledger.account import draw_up
from storage.ledger.report import Difference, Ledger, Sheet
from storage.ledger.span import Span

_DAY = ["%Y-%m-%d"]


def ledger(
    first: Annotated[
        datetime | None,
        typer.Option("--from", formats=_DAY, help="First day jobs came in."),
    ] = None,
    last: Annotated[
        datetime | None, typer.Option("--to", formats=_DAY, help="Last such day.")
    ] = None,
    site: Annotated[str | None, typer.Option(help="One site alone.")] = None,
    json: Annotated[bool, typer.Option("--json", help="As JSON on stdout.")] = False,
) -> int:
    """Hold what was declared, found, read and delivered against each other.

    Exit code 1 where anything differs; each difference is named down to the sheet.
    """
    if first is not None and last is not None and last < first:
        raise WrongCallError("--to is before --from.")
    span = Span(first.date() if first else None, last.date() if last else None)
    storeroom = open_storeroom(Settings.load(), create=False)
    database = (
        storeroom.database
        if site is None
        else storeroom.database.within(frozenset({site}))
    )
    with database.look() as session:
        found = draw_up(session, subscribers=(API,), span=span)
    if json:
        answer(found.as_json())
    else:
        _write(found)
    return Exit.OK if found.balances else Exit.FAILED


def _write(found: Ledger) -> None:
    for law in found.laws:
        parts = " + ".join(f"{name} {count}" for name, count in law.parts.items())
        sign = "=" if law.holds else "≠"
        typer.echo(f"{law.name:10} {law.left:>9} {sign} {law.right:>9}  {parts}")
    typer.echo(
        f"{'bundles':10} {found.bundles:>9}, {found.moving} in work, "
        f"{found.explained} explained"
    )
    for one in found.differences:
        typer.echo(_line(one))
    if found.balances:
        typer.echo("Everything balances.")


def _line(one: Difference) -> str:
    words = (
        f"DIFFERENT {one.kind}: {one.subject_kind} {one.subject_id}, expected "
        f"{one.expected or 'none'}, found {one.found or 'none'}"
    )
    return "".join([words, *(f"\n  {_sheet(sheet)}" for sheet in one.sheets)])


def _sheet(sheet: Sheet) -> str:
    if sheet.page is None:
        return f"sheet {sheet.place}: not there"
    place = f"sheet {sheet.place}: " if sheet.place else ""
    return f"{place}job {sheet.job}, file {sheet.file}, page {sheet.page}, {sheet.kind}"
