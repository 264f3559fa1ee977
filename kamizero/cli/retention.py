"""`kamizero retention`: record files, their end, and destruction by two people."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import select

from kamizero.cli.clock import now
from kamizero.cli.console import Exit, answer, listed
from kamizero.cli.records_managers import As, acting
from kamizero.cli.storeroom import open_storeroom
from kamizero.errors import MissingError, WrongCallError
from kamizero.settings import Settings
from review import roles
from storage.retention import destruction, register
from storage.retention.designation import designate as say_which
from storage.retention.designation import in_words
from storage.retention.numbers import NumbersOver
from storage.retention.register import Line, Unclassified
from storage.tables import Destruction, DestructionKind, RecordFile
from web.shown.retention import REGISTER_HEAD, register_row
from web.tables import csv_text

app = typer.Typer(
    help="How long originals stay, and how they go.", no_args_is_help=True
)
_SAID = {"over": "over", "unclassified": "no file", "numbers": "My Numbers"}
Reason = Annotated[str, typer.Option(help="Why, without names of people.")]


@app.command()
def run() -> None:
    """Do one round: file what is decided, renew locks, tell the store of holds."""
    from kamizero.cli.wiring import open_installation
    from workers.keeping import keep_once

    answer(asdict(keep_once(open_installation(Settings.load()).rooms)))


@app.command()
def check(
    as_json: Annotated[bool, typer.Option("--json", help="As JSON on stdout.")] = False,
) -> int:
    """Say what outlives the right to keep it or is in no file; 1 where any does."""
    with open_storeroom(Settings.load()).database.look() as session:
        found = register.attention(session, now=now())
    lists = {
        "over": [_over(line) for line in found.over],
        "unclassified": [_unclassified(one) for one in found.unclassified],
        "numbers": [_numbers(one) for one in found.numbers],
    }
    counts = {"unfiled": found.unfiled, "files": found.files, "held": found.held}
    if as_json:
        answer({**counts, **lists})
    else:
        typer.echo("  ".join(f"{name} {count}" for name, count in counts.items()))
        for name, lines in lists.items():
            for line in lines:
                said = "  ".join(str(value) for value in line.values())
                typer.echo(f"{_SAID[name]}  {said}")
    # Images keep their numbers, covered, until the original goes: nothing to do.
    in_record = any(one.values for one in found.numbers)
    return Exit.FAILED if found.over or found.unclassified or in_record else Exit.OK


@app.command("register")
def write_register(
    out: Annotated[Path | None, typer.Option(help="A file; stdout without it.")] = None,
) -> None:
    """Write the register of record files as CSV."""
    with open_storeroom(Settings.load()).database.look() as session:
        rows = [register_row(line) for line in register.lines(session, now=now())]
    text = csv_text(REGISTER_HEAD, rows)
    if out is None:
        typer.echo(text, nl=False)
    else:
        out.write_text(text, "utf-8-sig", newline="")


@app.command("list")
def list_proposals(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """List what was proposed to be destroyed."""
    with open_storeroom(Settings.load()).database.look() as session:
        rows = session.scalars(select(Destruction).order_by(Destruction.id)).all()
        lines = [_line(row) for row in rows]
    listed("proposals", lines, as_json=as_json, none="Nothing was proposed.")


@app.command()
def propose(
    reason: Reason,
    who: As,
    file: Annotated[int | None, typer.Option(help="A record file, by number.")] = None,
    original: Annotated[
        list[str] | None, typer.Option(help="An original outside a file, by SHA-256.")
    ] = None,
    kind: Annotated[
        DestructionKind, typer.Option(help="Of originals: why they go.")
    ] = DestructionKind.MIS_SCAN,
) -> None:
    """Propose a file whose time is over, or a mis-scan or misdirected paper."""
    if (file is None) == (not original):
        raise WrongCallError("Give either --file or --original.")
    person = acting(who, roles=roles.PROPOSERS)
    with person.database.begin() as session:
        if file is not None:
            found = destruction.propose_file(
                session,
                _file(session.get(RecordFile, file), file),
                reason=reason,
                by=person.name,
                now=now(),
            )
        else:
            found = destruction.propose_originals(
                session,
                original or [],
                kind=kind,
                reason=reason,
                by=person.name,
                now=now(),
            )
        typer.echo(f"Proposal {found.id}: {len(found.originals)} originals.")


@app.command()
def approve(number: int, who: As) -> None:
    """Approve what another person proposed."""
    person = acting(who, roles=roles.DESTRUCTION_APPROVERS)
    with person.database.begin() as session:
        destruction.approve(
            session, number, by=person.name, role=person.role, now=now()
        )
    typer.echo(f"Proposal {number} is approved.")


@app.command()
def withdraw(number: int, who: As) -> None:
    """Take a proposal back, as long as nothing has gone."""
    person = acting(who, roles=roles.PROPOSERS)
    with person.database.begin() as session:
        destruction.withdraw(session, number, by=person.name, now=now())
    typer.echo(f"Proposal {number} is withdrawn.")


@app.command()
def destroy(number: int, who: As) -> None:
    """Destroy what two people agreed on, and write the certificate."""
    from kamizero.cli.wiring import pictures_of

    person = acting(who, roles=roles.PROPOSERS)
    done = destruction.destroy(
        person.database,
        person.storeroom.store,
        number,
        by=person.name,
        clock=now,
        forget=pictures_of(person.storeroom).forget,
    )
    typer.echo(
        f"{len(done.originals)} originals are destroyed; certificate "
        f"{done.certificate_sha256}."
    )


@app.command()
def designate(
    file: int,
    medium: Annotated[str, typer.Option(help="paper, image or electronic.")],
    ground: Annotated[str, typer.Option(help="The decision, by number and date.")],
    who: As,
) -> None:
    """Say for a file which is the legal original from now on."""
    person = acting(who, roles=roles.PROPOSERS)
    with person.database.begin() as session:
        found = _file(session.get(RecordFile, file), file)
        done = say_which(
            session,
            found,
            medium=medium,
            ground=ground,
            by=person.name,
            now=now(),
        )
        kept_back = [in_words(one, found) for one in done.below]
    typer.echo(f"{done.originals} originals: {medium}.")
    for line in kept_back:
        typer.echo(f"Not good enough: {line}")


def _file(found: RecordFile | None, number: int) -> RecordFile:
    if found is None:
        raise MissingError(f"There is no record file {number}.")
    return found


def _line(row: Destruction) -> dict[str, object]:
    return {
        "proposal": row.id,
        "kind": row.kind,
        "site": row.site,
        "file": row.record_file_id,
        "state": row.state,
        "originals": len(row.originals),
        "proposed_by": row.proposed_by,
        "approved_by": row.approved_by,
        "certificate": row.certificate_sha256,
    }


def _over(line: Line) -> dict[str, object]:
    return {
        **_named(line.file),
        "ends_on": line.file.ends_on.isoformat(),
        "originals": line.originals,
        "measure": line.file.measure,
    }


def _unclassified(one: Unclassified) -> dict[str, object]:
    received_on = one.received_on.isoformat()
    return {"original": one.sha256, "job": one.job, "received_on": received_on}


def _numbers(one: NumbersOver) -> dict[str, object]:
    return {
        **_named(one.file),
        "my_number_ends_on": str(one.file.my_number_ends_on),
        "values": one.values,
        "images": one.images,
    }


def _named(file: RecordFile) -> dict[str, object]:
    return {"file": file.id, "name": file.name, "site": file.site}
