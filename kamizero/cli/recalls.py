"""`kamizero recalls`: corrected after delivery, and who has acknowledged it."""

from typing import Annotated, Any

import typer

from delivery.recall_trail import PAGE_SIZE, as_json, recalls, trail_of
from kamizero.cli.console import answer, listed
from kamizero.cli.storeroom import open_storeroom
from kamizero.settings import Settings

app = typer.Typer(help="Recalls of delivered values.", no_args_is_help=True)


@app.command("list")
def list_recalls(
    after: Annotated[int, typer.Option(help="Those after this number.")] = 0,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """List recalls, oldest first."""
    with open_storeroom(Settings.load()).database.look() as session:
        rows = recalls(session, after=after, limit=PAGE_SIZE)
        lines = [as_json(trail_of(session, row.id)) for row in rows]
    listed("recalls", lines, _line, as_json=json, none="There is no recall.")


@app.command("show")
def show_recall(
    number: int, json: Annotated[bool, typer.Option("--json")] = False
) -> None:
    """Show one recall from the register of errors to the last acknowledgement."""
    with open_storeroom(Settings.load()).database.look() as session:
        said = as_json(trail_of(session, number))
    if json:
        answer(said)
        return
    typer.echo(_line(said))
    typer.echo(f"  {_cause(said)}")
    typer.echo(
        f"  proposed {said['proposed_at']} by {said['proposed_by']}: "
        f"{', '.join(said['fields'])}"
    )
    if said["approved_by"]:
        typer.echo(
            f"  approved {said['approved_at']} by {said['approved_by']}, "
            f"manifest {said['manifest_sha256']}"
        )
    for one in said["told"]:
        mark = "acknowledged" if one["acknowledged"] else "NOT acknowledged"
        typer.echo(f"  {one['kind']} {one['name']}: {one['state']} {one['at']}, {mark}")
    for name in said["waiting"]:
        typer.echo(f"  {name}: had nothing, gets version {said['to_version']}")


def _cause(said: dict[str, Any]) -> str:
    error, refusal = said["error"], said["refusal"]
    if refusal:
        return f"refused by {refusal['subscriber']} with {refusal['code'] or 'no code'}"
    return (
        f"error {error['id']} ({error['kind']}), found {error['found_on']}, "
        f"recorded by {error['recorded_by']}"
    )


def _line(said: dict[str, Any]) -> str:
    done = sum(one["acknowledged"] for one in said["told"])
    return (
        f"{said['id']}  {said['receipt_number']} entry {said['n']}, version "
        f"{said['from_version']} -> {said['to_version']}: {said['state']}, "
        f"{done} of {len(said['told'])} acknowledged"
    )
