"""`kamizero verify`: proves that nothing kept was changed, or names what was."""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from kamizero.cli.console import Exit, answer, people
from kamizero.cli.evidence import write_bundles
from kamizero.cli.proving import outside_of
from kamizero.cli.storeroom import open_storeroom
from kamizero.settings import Settings
from storage.verification import verify as verify_all


def verify(
    json: Annotated[bool, typer.Option("--json", help="The report as JSON.")] = False,
    root: Annotated[
        Path | None,
        typer.Option(help="Root certificate (PEM) to hold time stamps against."),
    ] = None,
    bundle: Annotated[
        Path | None,
        typer.Option(help="Also write the evidence of approved filings there."),
    ] = None,
    filing: Annotated[
        list[str] | None,
        typer.Option(help="Receipt number of a filing for the bundle; all if none."),
    ] = None,
    anchor: Annotated[
        Path | None, typer.Option(help="Folder with heads that were put outside.")
    ] = None,
) -> int:
    """Re-check originals, manifests, signatures, time stamps and the chain of events.

    With --bundle each filing's evidence goes into a folder named by its receipt
    number, which the script in it checks without kamizero.

    Root and anchor are those of the settings where none are given.
    """
    settings = Settings.load()
    outside = outside_of(settings, root=root, anchor=anchor)
    storeroom = open_storeroom(settings, create=False)
    with Progress(console=people, transient=True) as bar:
        task = bar.add_task("verifying", total=None)
        report = verify_all(
            storeroom.database,
            storeroom.store,
            storeroom.vault,
            outside=outside,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    if bundle is not None:
        count = write_bundles(storeroom, outside, bundle, filing or [])
        people.print(f"{count} filings written to {bundle}")
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
