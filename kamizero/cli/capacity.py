"""`kamizero capacity`: how many workers and people a busy day needs."""

from datetime import timedelta
from typing import Annotated

import typer

from kamizero.cli.clock import now, today
from kamizero.cli.console import Exit, answer
from kamizero.cli.storeroom import open_storeroom
from kamizero.errors import MissingError
from kamizero.settings import Settings
from workers.capacity import Need, Pace, need_of, pace_of


def capacity(
    pages: Annotated[int, typer.Option(min=1, help="Pages of the busiest day.")],
    hours: Annotated[
        float, typer.Option(min=0.1, max=24, help="Within how many hours of it.")
    ] = 8.0,
    days: Annotated[
        int, typer.Option(min=1, max=366, help="Measured over how many last days.")
    ] = 30,
    json: Annotated[bool, typer.Option("--json", help="As JSON on stdout.")] = False,
) -> int:
    """Reckon from what pages took here how many workers and people a day needs."""
    database = open_storeroom(Settings.load(), create=False).database
    since = timedelta(days=days)
    with database.look() as session:
        pace = pace_of(session, since=now() - since, first=today() - since)
    if not pace.pages:
        raise MissingError(
            f"No page was read in the last {days} days, so nothing was measured. Take "
            "some in first, or ask over more days with --days."
        )
    need = need_of(pace, pages=pages, hours=hours)
    if json:
        answer(_told(pace, need))
    else:
        _write(pace, need, pages, hours)
    return Exit.OK


def _told(pace: Pace, need: Need) -> dict[str, object]:
    return {
        "measured_pages": pace.pages,
        "machine_seconds_per_page": round(pace.machine_per_page, 3),
        "people_seconds_per_page": round(pace.people_per_page, 3),
        "workers": need.workers,
        "people": need.people,
    }


def _write(pace: Pace, need: Need, pages: int, hours: float) -> None:
    typer.echo(f"{pace.pages:,} pages took here")
    parts = ", ".join(
        f"{kind} {took / pace.pages:.2f}" for kind, took in sorted(pace.steps.items())
    )
    typer.echo(f"  machine  {pace.machine_per_page:6.2f} s a page ({parts})")
    typer.echo(f"  people   {pace.people_per_page:6.2f} s a page")
    typer.echo(f"{pages:,} pages within {hours:g} hours, 80 % of the time busy, need")
    typer.echo(f"  workers  {need.workers:6} (KAMIZERO_WORKERS, one a core)")
    typer.echo(f"  people   {need.people:6}")
