"""`kamizero verify`: proves that nothing kept was changed, or names what was."""

from typing import Annotated

import typer
from rich.progress import Progress

from kamizero.cli.console import Exit, answer, people
from kamizero.cli.wiring import open_installation
from kamizero.settings import Settings
from storage.verification import verify as verify_all


def verify(
    json: Annotated[bool, typer.Option("--json", help="The report as JSON.")] = False,
) -> int:
    """Re-check originals, manifests, signatures and the chain of events."""
    rooms = open_installation(Settings.load(), create=False).rooms
    with Progress(console=people, transient=True) as bar:
        task = bar.add_task("verifying", total=None)
        report = verify_all(
            rooms.database,
            rooms.store,
            rooms.vault,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    if json:
        answer(report.as_json())
    else:
        width = max(map(len, report.checked))
        for kind, count in report.checked.items():
            typer.echo(f"{kind:{width}} {count:>8} checked")
        for difference in report.differences:
            typer.echo(
                f"DIFFERENT {difference.kind} {difference.id}: expected "
                f"{difference.expected}, found {difference.found} {difference.path}"
            )
        if not report.differences:
            typer.echo("Nothing differs.")
    return Exit.FAILED if report.differences else Exit.OK
