"""`kamizero routes`: which way approvals take, by form, amount and day."""

import getpass
from datetime import datetime
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
from storage.tables import ApprovalRoute

app = typer.Typer(
    help="The routes that approvals take (決裁経路).", no_args_is_help=True
)


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
        lines = [_line(route) for route in in_force(session, day=on)]
    if as_json:
        answer({"routes": lines})
        return
    for line in lines:
        typer.echo("  ".join(str(value) for value in line.values()))


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
