"""`kamizero ledger`: whether everything that came in is somewhere, sheet by sheet."""

import getpass
from datetime import datetime
from typing import Annotated

import typer

from delivery.outbox import API
from kamizero.cli.clock import now
from kamizero.cli.console import Exit, answer
from kamizero.cli.storeroom import open_storeroom
from kamizero.errors import WrongCallError
from kamizero.settings import Settings
from kamizero.tokyo import TOKYO
from storage.ledger.books import Books, open_books
from storage.ledger.days import SiteDay
from storage.ledger.holding import accept, hold
from storage.ledger.report import Difference, Sheet
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
    anew: Annotated[
        bool, typer.Option("--anew", help="Hold closed days against their rows first.")
    ] = False,
    accept_for: Annotated[
        str | None,
        typer.Option(
            "--accept",
            metavar="WHY",
            help="Take what is there on the one day of --from and --site for right, "
            "whatever was closed; say why, without names of people.",
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="As JSON on stdout.")] = False,
) -> int:
    """Hold what was declared, found, read and delivered against each other.

    Exit code 1 where anything differs; each difference is named down to the sheet.
    """
    if first is not None and last is not None and last < first:
        raise WrongCallError("--to is before --from.")
    span = Span(first.date() if first else None, last.date() if last else None, site)
    database = open_storeroom(Settings.load(), create=False).database
    if accept_for is not None:
        one = _one_day(span)
        accept(database, one, by=getpass.getuser(), why=accept_for, now=now())
    if anew:
        hold(database, subscribers=(API,), now=now(), span=span)
    with database.look() as session:
        books = open_books(session, subscribers=(API,), span=span)
    if json:
        answer(books.as_json())
    else:
        _write(books)
    return Exit.OK if books.ledger.balances else Exit.FAILED


def _one_day(span: Span) -> SiteDay:
    if span.first is None or span.site is None or span.last not in (None, span.first):
        raise WrongCallError("--accept is about one day: give --from and --site.")
    return SiteDay(span.site, span.first)


def _write(books: Books) -> None:
    found = books.ledger
    for law in found.laws:
        parts = " + ".join(f"{name} {count}" for name, count in law.parts.items())
        sign = "=" if law.holds else "≠"
        typer.echo(f"{law.name:10} {law.left:>9} {sign} {law.right:>9}  {parts}")
    typer.echo(
        f"{'bundles':10} {found.bundles:>9}, {found.moving} in work, "
        f"{found.explained} explained"
    )
    typer.echo(_closed(books))
    for one in found.differences:
        typer.echo(_line(one))
    if found.balances:
        typer.echo("Everything balances.")


def _closed(books: Books) -> str:
    words = f"{'closed':10} {books.days:>9} days, {books.open_days} open"
    if books.until is not None:
        words += f"; all until {books.until}"
    if books.held_since is not None:
        words += (
            f"; each held against its rows since "
            f"{books.held_since.astimezone(TOKYO):%Y-%m-%d %H:%M}"
        )
    return words


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
