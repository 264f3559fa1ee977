"""`kamizero transfer`: files that an archive takes over, by two people."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import select

from kamizero.cli.clock import now
from kamizero.cli.console import listed
from kamizero.cli.proving import outside_of
from kamizero.cli.records_managers import As, acting
from kamizero.cli.storeroom import open_storeroom
from kamizero.errors import MissingError
from kamizero.settings import Settings
from review import roles
from storage.evidence.bundle import BundleWriter
from storage.evidence.package import write_package
from storage.retention import register, transfer
from storage.tables import RecordFile, Transfer
from web.shown.retention import REGISTER_HEAD, register_row
from web.tables import csv_text

app = typer.Typer(help="Files that an archive takes over (移管).", no_args_is_help=True)
Number = Annotated[int, typer.Argument(metavar="N", help="Number of the transfer.")]


@app.command("list")
def list_transfers(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """List what is or was transferred."""
    with open_storeroom(Settings.load()).database.look() as session:
        lines = [
            {
                "transfer": one.id,
                "file": one.record_file_id,
                "archive": one.archive,
                "state": one.state,
                "originals": len(one.originals),
                "package": one.package_sha256,
                "receipt": one.receipt,
            }
            for one in session.scalars(select(Transfer).order_by(Transfer.id))
        ]
    listed("transfers", lines, as_json=as_json, none="Nothing was transferred.")


@app.command()
def propose(
    file: Annotated[int, typer.Option(help="A record file, by number.")],
    to: Annotated[str, typer.Option(help="The archive that takes it over.")],
    reason: Annotated[str, typer.Option(help="Why, without names of people.")],
    who: As,
) -> None:
    """Propose that a file whose time is over be transferred."""
    person = acting(who, roles=roles.PROPOSERS)
    with person.database.begin() as session:
        row = session.get(RecordFile, file)
        if row is None:
            raise MissingError(f"There is no record file {file}.")
        found = transfer.propose(
            session, row, archive=to, reason=reason, by=person.name, now=now()
        )
        typer.echo(f"Transfer {found.id}: {len(found.originals)} originals.")


@app.command()
def approve(number: Number, who: As) -> None:
    """Approve what another person proposed."""
    person = acting(who, roles=roles.DESTRUCTION_APPROVERS)
    with person.database.begin() as session:
        transfer.approve(session, number, by=person.name, role=person.role, now=now())
    typer.echo(f"Transfer {number} is approved.")


@app.command()
def withdraw(number: Number, who: As) -> None:
    """Take a transfer back that the archive has not received."""
    person = acting(who, roles=roles.PROPOSERS)
    with person.database.begin() as session:
        transfer.withdraw(session, number, by=person.name, now=now())
    typer.echo(f"Transfer {number} is withdrawn.")


@app.command()
def pack(
    number: Number,
    out: Annotated[Path, typer.Option(help="A new folder for the package.")],
    who: As,
) -> None:
    """Write the package: originals, evidence, register, and a list by hash.

    It holds values in clear: keep the folder as the originals are kept.
    """
    person = acting(who, roles=roles.PROPOSERS)
    at, storeroom = now(), person.storeroom
    with person.database.look() as session:
        file = transfer.found_transfer(session, number).record_file
        line = register.line_of(session, file, now=at)
    writer = BundleWriter(
        person.database,
        storeroom.store,
        storeroom.vault,
        outside_of(storeroom.settings),
        actor=person.name,
        now=at,
    )
    package = write_package(
        person.database,
        storeroom.store,
        writer,
        number,
        out,
        register=csv_text(REGISTER_HEAD, [register_row(line)]).encode("utf-8-sig"),
    )
    with person.database.begin() as session:
        transfer.packed(session, number, package_sha256=package, by=person.name, now=at)
    typer.echo(f"The package is in {out}; SHA-256 of its list {package}.")


@app.command()
def receive(
    number: Number,
    receipt: Annotated[str, typer.Option(help="Number of the archive's receipt.")],
    package: Annotated[str, typer.Option(help="SHA-256 as the archive computed it.")],
    day: Annotated[
        datetime,
        typer.Option("--on", formats=["%Y-%m-%d"], help="The day on the receipt."),
    ],
    who: As,
) -> None:
    """Enter the archive's receipt; only then may the file be destroyed here."""
    person = acting(who, roles=roles.PROPOSERS)
    with person.database.begin() as session:
        transfer.receive(
            session,
            number,
            receipt=receipt,
            package_sha256=package,
            received_on=day.date(),
            by=person.name,
            now=now(),
        )
    typer.echo(f"Transfer {number} is received.")
