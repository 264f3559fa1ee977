"""`kamizero exports`: files of approved entries for receivers that fetch files."""

import getpass
from pathlib import Path
from typing import Annotated, Any

import typer

from delivery.backlog import put_backlogs
from delivery.buckets import open_bucket
from delivery.exports import destinations, terms
from delivery.exports.expiry import settle_expired
from delivery.exports.layout import Laid
from delivery.exports.making import ask_placing, contents, plan, unplaced
from delivery.exports.recipients import seal
from delivery.exports.standing import find_file, standing_of
from forms.library import Library
from kamizero.cli.clock import TOKYO, now
from kamizero.cli.console import listed
from kamizero.cli.storeroom import open_storeroom
from kamizero.errors import MissingError
from kamizero.settings import Settings
from storage import audit
from storage.tables import ExpiryEnd

app = typer.Typer(help="Files of approved entries.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json")]


@app.command("add")
def add(
    name: str,
    file: Path,
    backlog: Annotated[
        bool, typer.Option("--backlog", help="Also what is approved already.")
    ] = False,
) -> None:
    """Make a destination of a YAML file; see docs/exports.md."""
    said = terms.load(file)
    settings = Settings.load()
    for bucket in (said.bucket, said.answers.bucket if said.answers else None):
        if bucket is not None:
            # A mistake in it is better found now than by the first file.
            open_bucket(bucket, settings.export_keys_dir).listed(bucket.prefix)
    database = open_storeroom(settings).database
    with database.begin() as session:
        made = destinations.add_destination(
            session,
            Library.shipped(),
            name,
            said,
            actor=getpass.getuser(),
            now=now(),
            backlog=backlog,
        )
        first = made.next_at
    put_backlogs(database, now=now())
    if first is None:
        typer.echo(f"{name} gets no file yet: by its calendar its office never opens.")
    else:
        when = f"{first.astimezone(TOKYO):%Y-%m-%d %H:%M}"
        typer.echo(f"{name} gets its first file at {when} or later.")


@app.command("list")
def list_destinations(json: Json = False) -> None:
    """List the destinations, and how their entries stand."""
    with open_storeroom(Settings.load()).database.look() as session:
        lines = [
            {
                "name": one.destination.name,
                "form": one.destination.form,
                "site": one.destination.of_site,
                "folder": one.terms.folder,
                "bucket": one.terms.bucket.where if one.terms.bucket else None,
                "is_closed": one.destination.closed_at is not None,
                "last_number": one.files[0].number if one.files else 0,
                "blocked": one.blocked,
                **{state.value: count for state, count in one.counts.items()},
            }
            for one in (
                standing_of(session, destination)
                for destination in destinations.all_destinations(session)
            )
        ]
    listed("destinations", lines, _line, as_json=json, none="There is no destination.")


def _line(said: dict[str, Any]) -> str:
    return (
        f"{said['name']}  {said['pending']} wait, {said['blocked']} of them for a "
        f"person, {said['taken']} in {said['last_number']} files"
    )


@app.command("run")
def run(name: str) -> None:
    """Plan the next file now, and try again one that did not reach its folder."""
    storeroom = open_storeroom(Settings.load())
    with storeroom.database.begin() as session:
        destination = destinations.find_destination(session, name)
        made = unplaced(session, destination)
        if made is not None:
            site = made.items[0].delivery.entry.filing.site
            ask_placing(session, made, site=site, now=now())
        else:
            made = plan(session, storeroom.vault, destination, now=now())
        said = f"{made.name}, {made.rows} entries" if made else "nothing to write"
    typer.echo(f"{name}: {said}.")


@app.command("again")
def again(name: str, number: int, out: Path) -> None:
    """Write a file once more where its receiver lost it, encrypted as it was."""
    storeroom = open_storeroom(Settings.load())
    with storeroom.database.begin() as session:
        destination = destinations.find_destination(session, name)
        file = find_file(session, destination, number)
        if file is None:
            raise MissingError(f"{name} has no file {number}.")
        made = contents(session, storeroom.vault, file)
        sealed = made.terms.recipients
        data = seal(made.data, sealed) if sealed else made.data
        audit.record(
            session,
            actor=getpass.getuser(),
            act="export_file.written_again",
            subject_kind="export_file",
            subject_id=file.id,
            now=now(),
            body={
                "number": number,
                # That of what leaves: a hash of what it holds tells of numbers.
                "sha256": Laid.of(data).sha256,
            },
        )
    # After the commit: what leaves the house has its event.
    out.write_bytes(data)
    typer.echo(f"{out}: {file.rows} entries.")


@app.command("reissue")
def reissue(name: str, number: int) -> None:
    """Let the entries of a file that nobody fetched go out in a new one."""
    with open_storeroom(Settings.load()).database.begin() as session:
        destination = destinations.find_destination(session, name)
        file = find_file(session, destination, number)
        if file is None:
            raise MissingError(f"{name} has no file {number}.")
        count = settle_expired(
            session, file, ExpiryEnd.REISSUE, actor=getpass.getuser(), now=now()
        )
    typer.echo(f"{name}: {count} entries go out in the next file.")


@app.command("close")
def close(name: str) -> None:
    """Make no more files for a destination."""
    with open_storeroom(Settings.load()).database.begin() as session:
        destination = destinations.find_destination(session, name)
        destinations.close_destination(
            session, destination, actor=getpass.getuser(), now=now()
        )
    typer.echo(f"{name} gets no more files.")
