"""`kamizero routes`: which way approvals take, by form, amount and day."""

import getpass
from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer

from forms.library import Library
from kamizero.cli.clock import now, today
from kamizero.cli.console import answer
from kamizero.cli.storeroom import open_storeroom
from kamizero.errors import WrongCallError
from kamizero.settings import Settings
from review.route_book import add_routes, read_book
from review.routes import in_force
from storage.tables import ApprovalRoute, RouteStage

app = typer.Typer(
    help="The routes that approvals take (決裁経路).", no_args_is_help=True
)

# Since then the route counts that every installation comes with.
_ALWAYS = date(1970, 1, 1)
_HEAD = ("code", "form", "amount", "in force", "stages")


@app.command()
def load(path: Annotated[Path, typer.Argument(metavar="FILE.yaml")]) -> None:
    """Add routes from a file, each as a version from its day on."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WrongCallError(f"{path} cannot be read: {error}.") from error
    book = read_book(text)
    storeroom = open_storeroom(Settings.load())
    with storeroom.database.begin() as session:
        actor = getpass.getuser()
        added = add_routes(session, Library.shipped(), book, actor=actor, now=now())
        typer.echo(f"{len(added)} routes added.")


@app.command("list")
def list_routes(
    day: Annotated[
        datetime | None,
        typer.Option("--on", formats=["%Y-%m-%d"], help="Day; today by default."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """List the routes in force on a day."""
    on = day.date() if day else today()
    with open_storeroom(Settings.load()).database.look() as session:
        found = in_force(session, day=on)
        lines = [_line(route) for route in found]
        rows = [_HEAD, *(_row(route) for route in found)]
    if as_json:
        answer({"routes": lines})
    else:
        _write(rows)


def _line(route: ApprovalRoute) -> dict[str, object]:
    return {
        "code": route.code,
        "form": route.form,
        "amount": route.amount_field,
        "over": route.over,
        "in_force_from": route.in_force_from.isoformat(),
        "delegated_by": route.delegated_by,
        "stages": [
            f"{stage.position}:{stage.kind}:{stage.unit or stage.role}"
            for stage in route.stages
        ],
    }


def _row(route: ApprovalRoute) -> tuple[str, ...]:
    """The route in words; the last column alone holds wide characters."""
    amount = route.amount_field or "any amount"
    since = route.in_force_from
    delegated = f"; delegated by {route.delegated_by}" if route.delegated_by else ""
    return (
        route.code,
        route.form or "every form",
        f"{amount} from {route.over:,}" if route.over else amount,
        "always" if since == _ALWAYS else f"since {since}",
        " > ".join(_steps(route)) + delegated,
    )


def _steps(route: ApprovalRoute) -> list[str]:
    """Its stages in their order, beside each other those of one position."""
    return [
        " + ".join(_stage(stage) for stage in stages)
        for _, stages in groupby(route.stages, key=lambda stage: stage.position)
    ]


def _stage(stage: RouteStage) -> str:
    who = ", ".join(stage.persons) or f"every {stage.role}"
    return (
        f"{stage.kind} {stage.unit} ({who})" if stage.unit else f"{stage.kind} ({who})"
    )


def _write(rows: Sequence[Sequence[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)][:-1]
    for *cells, last in rows:
        padded = [cell.ljust(width) for cell, width in zip(cells, widths, strict=True)]
        typer.echo("  ".join([*padded, last]))
