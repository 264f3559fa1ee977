"""`kamizero ingest`: takes a job in through the same intake as every door."""

import getpass
import time
from contextlib import ExitStack
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import Progress

from ingest.intake import Delivery, Incoming, demand_come
from kamizero.cli import slots
from kamizero.cli.clock import today
from kamizero.cli.console import Exit, answer, people
from kamizero.cli.files import files_below
from kamizero.cli.job_lines import job_line
from kamizero.cli.progress import job_progress, refused
from kamizero.cli.wiring import Installation, open_installation
from kamizero.errors import WrongCallError
from kamizero.settings import Settings
from storage import audit

if TYPE_CHECKING:
    from workers.loop import Loop

POLL_SECONDS = 0.3


def ingest(
    paths: Annotated[
        # Whether they can be read is told file by file.
        list[Path], typer.Argument(readable=False, help="Files, or folders of them.")
    ],
    site: Annotated[str | None, typer.Option(help="Code of the site.")] = None,
    sheets: Annotated[
        int | None, typer.Option(min=1, help="Sheets the sender counted.")
    ] = None,
    sides: Annotated[int, typer.Option(min=1, max=2, help="Scanned sides.")] = 1,
    received: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Date received; today by default."),
    ] = None,
    wait: Annotated[
        bool, typer.Option("--wait", help="Return when everything is read.")
    ] = False,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> int:
    """Take files in as one job."""
    files = list(files_below(paths))
    if not files:
        raise WrongCallError("There is no file to take in.")
    installation = open_installation(Settings.load())
    delivery = Delivery(
        door="command line",
        operator=getpass.getuser(),
        site=site or installation.settings.site,
        received_on=_date(received),
        sheets=sheets,
        sides=sides,
    )
    job_id = take_in(installation, files, delivery)
    if wait:
        wait_for(installation, job_id)
    with installation.rooms.database.look() as session:
        line = job_line(session, installation.rooms.store, job_id)
        answer(line) if json else _show(line)
        return Exit.REFUSED if wait and refused(session, job_id) else Exit.OK


def take_in(
    installation: Installation, files: list[tuple[str, Path]], delivery: Delivery
) -> int:
    """Take files in with a progress bar; return the job."""
    with Progress(console=people, transient=True) as bar:
        task = bar.add_task("taking in", total=len(files))
        return installation.intake.receive(
            [Incoming(source, partial(_bytes, path)) for source, path in files],
            delivery,
            progress=lambda _: bar.advance(task),
        )


def wait_for(installation: Installation, job_id: int) -> None:
    """Wait until a job is through; work on it here where nobody else does."""
    rooms = installation.rooms
    loop = None
    with ExitStack() as held, Progress(console=people, transient=True) as bar:
        task = bar.add_task("reading", total=None)
        while not _finished(installation, job_id, bar, task):
            # Asked again each time: whoever works now may stop before our job is done.
            loop = loop or _loop(installation, held)
            if loop is None:
                time.sleep(POLL_SECONDS)
            elif not loop.work_once():
                audit.seal(rooms.database, rooms.store, now=rooms.clock())
                time.sleep(0.05)


def _loop(installation: Installation, held: ExitStack) -> "Loop | None":
    """A worker in this process, where the first slot is free."""
    folder, rooms = installation.settings.data_dir, installation.rooms
    slot = slots.take(folder, 0)
    if slot is None:
        return None
    held.enter_context(slot)
    slots.give_back_leases(rooms.database, folder, 0)
    # With the steps it brings what reads pages: only for who reads them here.
    from workers.loop import Loop

    return Loop(rooms, worker=slots.name_of(folder, 0))


def _finished(
    installation: Installation, job_id: int, bar: Progress, task: Any
) -> bool:
    with installation.rooms.database.look() as session:
        found = job_progress(session, job_id)
    bar.update(task, completed=found.done, total=found.total)
    return found.finished


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise WrongCallError(
            f"{path} cannot be read ({error.strerror}). Nothing was taken in: look "
            "whether it is there and whether this user may read it, then try again."
        ) from error


def _date(received: datetime | None) -> date:
    day = received.date() if received else today()
    demand_come(day, today=today())
    return day


def _show(line: dict[str, Any]) -> None:
    typer.echo(
        f"Job {line['job']}: {len(line['originals'])} files kept, "
        f"{len(line['filings'])} filings, {len(line['refused'])} refused."
    )
    for file in line["refused"]:
        typer.echo(f"  {file['source']}: {file['error']['message']}")
