"""`kamizero hold`: what must not be destroyed although its time has come."""

from typing import Annotated

import typer
from sqlalchemy import select

from kamizero.cli.clock import now
from kamizero.cli.console import listed
from kamizero.cli.records_managers import As, acting
from kamizero.cli.storeroom import open_storeroom
from kamizero.errors import MissingError, WrongCallError
from kamizero.settings import Settings
from review import roles
from storage.retention import holds
from storage.tables import Filing, Hold, HoldKind, RecordFile

app = typer.Typer(help="Holds: what must not be destroyed.", no_args_is_help=True)


@app.command("set")
def set_hold(
    kind: Annotated[HoldKind, typer.Option(help="Why, by its kind.")],
    reason: Annotated[str, typer.Option(help="Its number, without names of people.")],
    who: As,
    file: Annotated[int | None, typer.Option(help="A record file, by number.")] = None,
    filing: Annotated[
        str | None, typer.Option(help="One filing, by its receipt number.")
    ] = None,
) -> None:
    """Hold a record file or one filing; the password is read from stdin."""
    if (file is None) == (filing is None):
        raise WrongCallError("Give either --file or --filing.")
    person = acting(who, roles=roles.HOLDERS)
    with person.database.begin() as session:
        if file is not None:
            found = session.get(RecordFile, file)
            if found is None:
                raise MissingError(f"There is no record file {file}.")
            hold = holds.hold_file(
                session, found, kind=kind, reason=reason, by=person.name, now=now()
            )
        else:
            named = session.scalars(
                select(Filing).where(Filing.receipt_number == filing)
            ).one_or_none()
            if named is None:
                raise MissingError(f"There is no filing {filing}.")
            hold = holds.hold_filing(
                session, named, kind=kind, reason=reason, by=person.name, now=now()
            )
        number = hold.id
    storeroom = person.storeroom
    holds.tell_store(storeroom.database, storeroom.store)
    typer.echo(f"Hold {number} is set.")


@app.command("lift")
def lift_hold(
    number: int,
    why: Annotated[str, typer.Option(help="Without names of people.")],
    who: As,
) -> None:
    """Lift a hold; the password is read from stdin."""
    person = acting(who, roles=roles.HOLDERS)
    with person.database.begin() as session:
        holds.lift(session, number, why=why, by=person.name, now=now())
    storeroom = person.storeroom
    holds.tell_store(storeroom.database, storeroom.store)
    typer.echo(f"Hold {number} is lifted.")


@app.command("list")
def list_holds(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """List the holds that are on."""
    with open_storeroom(Settings.load()).database.look() as session:
        lines = [_line(hold) for hold in holds.active_holds(session)]
    listed("holds", lines, as_json=as_json, none="No hold is on.")


def _line(hold: Hold) -> dict[str, object]:
    return {
        "hold": hold.id,
        "kind": hold.kind,
        "site": hold.site,
        "file": hold.record_file_id,
        "originals": len(hold.originals),
        "reason": hold.reason,
        "set_by": hold.set_by,
        "set_at": hold.set_at.isoformat(),
    }
