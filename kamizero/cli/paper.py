"""`kamizero paper`: what came by hand or post, and where the paper of a bundle is."""

import getpass
from datetime import datetime
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from kamizero.cli.clock import now, today
from kamizero.cli.console import Exit, answer
from kamizero.cli.storeroom import open_storeroom
from kamizero.errors import MissingError
from kamizero.model import Role
from kamizero.settings import Settings
from review.sorting import custody, received
from review.sorting.received import Envelope
from review.sorting.record import Clerk
from storage.tables import Bundle, ReceivedPaper, Submitter, Way

app = typer.Typer(
    help="Paper from window and post, and where it is kept.", no_args_is_help=True
)

PaperId = Annotated[int, typer.Argument(metavar="ID", help="Number in the register.")]
BundleId = Annotated[int, typer.Argument(metavar="BUNDLE", help="Id of the bundle.")]


@app.command()
def register(
    way: Annotated[Way, typer.Option(help="How it came.")],
    sheets: Annotated[int | None, typer.Option(min=1, help="Sheets counted.")] = None,
    day: Annotated[
        datetime | None,
        typer.Option(
            "--received",
            formats=["%Y-%m-%d"],
            help="Date received; today by default.",
        ),
    ] = None,
    submitter: Annotated[Submitter | None, typer.Option(help="Who filed.")] = None,
    mark: Annotated[str, typer.Option(help="Counter or tracking number.")] = "",
    site: Annotated[str | None, typer.Option(help="Code of the site.")] = None,
) -> None:
    """Write down that paper came, before it is scanned."""
    storeroom = open_storeroom(Settings.load())
    envelope = Envelope(
        way, day.date() if day else today(), sheets, submitter=submitter, mark=mark
    )
    with storeroom.database.begin() as session:
        where = site or storeroom.settings.site
        row = received.register(session, _clerk(), site=where, envelope=envelope)
        typer.echo(row.id)


@app.command()
def scanned(paper: PaperId, bundle: BundleId) -> None:
    """Say as which bundle it was scanned."""
    with open_storeroom(Settings.load()).database.begin() as session:
        row = _paper(session, paper)
        received.scanned_as(session, _clerk(), row, _bundle(session, bundle))


@app.command()
def close(
    paper: PaperId, why: Annotated[str, typer.Option(help="What became of it.")]
) -> None:
    """Say why it is not scanned: handed back, sent on, written down by mistake."""
    with open_storeroom(Settings.load()).database.begin() as session:
        received.close(session, _clerk(), _paper(session, paper), why)


@app.command()
def again(paper: PaperId) -> None:
    """Take back what was said to have become of it."""
    with open_storeroom(Settings.load()).database.begin() as session:
        received.look_for_again(session, _clerk(), _paper(session, paper))


@app.command()
def lost(as_json: Annotated[bool, typer.Option("--json")] = False) -> int:
    """List what was not scanned by the end of the next business day; exit 1 if any."""
    with open_storeroom(Settings.load()).database.look() as session:
        rows = received.possibly_lost(session, today=today())
    for row in rows:
        line = {
            "id": row.id,
            "site": row.site,
            "way": row.way,
            "received_on": row.received_on.isoformat(),
            "sheets": row.sheets,
            "mark": row.mark,
        }
        if as_json:
            answer(line)
        else:
            typer.echo("  ".join(str(value) for value in line.values()))
    return Exit.FAILED if rows else Exit.OK


@app.command()
def put(
    bundle: BundleId,
    box: Annotated[str, typer.Option(help="Number on the box.")],
    place: Annotated[str, typer.Option(help="Where a new box stands.")] = "",
) -> None:
    """Say in which box the paper of a bundle lies."""
    with open_storeroom(Settings.load()).database.begin() as session:
        custody.put(session, _clerk(), _bundle(session, bundle), box=box, place=place)


@app.command()
def lend(
    bundle: BundleId, to: Annotated[str, typer.Option(help="Who takes it.")]
) -> None:
    """Give the paper of a bundle out."""
    with open_storeroom(Settings.load()).database.begin() as session:
        custody.lend(session, _clerk(), _bundle(session, bundle), to=to)


@app.command()
def back(bundle: BundleId) -> None:
    """Take the paper of a bundle back into its box."""
    with open_storeroom(Settings.load()).database.begin() as session:
        custody.take_back(session, _clerk(), _bundle(session, bundle))


def _clerk() -> Clerk:
    # Whoever may run commands here is the office; the log names the account.
    return Clerk(getpass.getuser(), Role.SCANNER, now())


def _paper(session: Session, paper_id: int) -> ReceivedPaper:
    found = session.get(ReceivedPaper, paper_id)
    if found is None:
        raise MissingError(f"There is no paper {paper_id} in the register.")
    return found


def _bundle(session: Session, bundle_id: int) -> Bundle:
    found = session.get(Bundle, bundle_id)
    if found is None:
        raise MissingError(f"There is no bundle {bundle_id}.")
    return found
