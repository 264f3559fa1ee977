"""`up --demo`: the sample scans taken in, and two people who may look at them."""

import json
import secrets
import threading
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from rich.progress import Progress
from rich.table import Table
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from ingest.intake import Delivery, Incoming
from kamizero.cli.clock import now, today
from kamizero.cli.console import people
from kamizero.cli.files import files_below
from kamizero.cli.progress import job_progress
from kamizero.cli.wiring import Installation
from kamizero.errors import SetupError
from kamizero.model import Role
from kamizero.records import RecordKind
from storage.people import add_person
from storage.records.loading import load_csv
from storage.tables import (
    Arrival,
    ArrivalState,
    Field,
    FieldVersion,
    Filing,
    FindingRow,
    Job,
    Person,
)

SAMPLES = Path(__file__).parents[2] / "samples"
SCANS = SAMPLES / "scans"
DOOR = "demo"
LOGINS = (("hanako", Role.REVIEWER), ("ichiro", Role.APPROVER))


def demand_samples() -> None:
    """Raises SetupError where there are none, because this is no checkout."""
    if not SAMPLES.is_dir():
        raise SetupError("The samples are not here: --demo runs from a checkout.")


def run(installation: Installation, address: str, stop: threading.Event) -> None:
    """Take the samples in once, wait until they are read, print what came of them."""
    logins = _logins(installation)
    people.print(f"kamizero serves {address}  [dim](Ctrl+C stops it)[/dim]")
    _take_in_samples(installation, stop)
    _wait(installation, stop)
    if stop.is_set():
        return
    with installation.rooms.database.look() as session:
        people.print(_table(session))
    people.print(f"Open {address} and log in:")
    for name, password in logins.items():
        people.print(f"  {name:8} {password}", highlight=False)


def _take_in_samples(installation: Installation, stop: threading.Event) -> None:
    """Take in what is not there yet, each paper on the day after it was written."""
    database = installation.rooms.database
    with database.look() as session:
        known = set(session.scalars(_sources()))
    if not known:
        for kind in RecordKind:
            path = SAMPLES / "records" / f"{kind}.csv"
            if path.exists():
                load_csv(database, installation.rooms.vault, kind, path)
    written = json.loads((SAMPLES / "values.json").read_text("utf-8"))
    files = [(_source(path), path) for _, path in files_below([SCANS])]
    files = [file for file in files if file[0] not in known]
    with Progress(console=people, transient=True) as bar:
        for source, path in bar.track(files, description="taking in"):
            if stop.is_set():
                return
            installation.intake.receive(
                [Incoming(source, path.read_bytes)],
                Delivery(
                    door=DOOR,
                    operator="demo",
                    site=installation.settings.site,
                    received_on=_received_on(written[str(path.relative_to(SCANS))]),
                ),
            )


def _sources() -> Select[str]:
    return select(Arrival.source).join(Job).where(Job.door == DOOR)


def _received_on(truth: Any) -> date:
    """The day after the last filing of the file was written; else today."""
    filings = truth if isinstance(truth, list) else []
    days = [filing["fields"]["submitted_on"] for filing in filings]
    if not days:
        return today()
    return date.fromisoformat(max(days)) + timedelta(days=1)


def _logins(installation: Installation) -> dict[str, str]:
    """Name -> password; made once and kept in the data folder for the next start."""
    path = installation.settings.data_dir / "demo-logins.json"
    # The file first: passwords of people who are there already are in no other place.
    if not path.exists():
        draft = path.with_suffix(".new")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps({n: secrets.token_urlsafe(9) for n, _ in LOGINS}))
        draft.replace(path)
    logins = dict(json.loads(path.read_text("utf-8")))
    with installation.rooms.database.begin() as session:
        known = set(session.scalars(select(Person.name)))
        for name, role in LOGINS:
            if name not in known:
                add_person(
                    session, name=name, role=role, password=logins[name], now=now()
                )
    return logins


def _wait(installation: Installation, stop: threading.Event) -> None:
    with Progress(console=people, transient=True) as bar:
        task = bar.add_task("reading", total=None)
        while not stop.wait(0.5):
            with installation.rooms.database.look() as session:
                found = [job_progress(session, job) for job in _jobs(session)]
            done, total = sum(f.done for f in found), sum(f.total for f in found)
            bar.update(task, completed=done, total=total)
            if done == total:
                return


def _jobs(session: Session) -> list[int]:
    return list(session.scalars(select(Job.id).where(Job.door == DOOR)))


def _table(session: Session) -> Table:
    table = Table(title="What came of the sample scans")
    for column in ("paper", "form", "entries", "fields", "accepted", "findings", "now"):
        table.add_column(column, justify="left" if column == "paper" else "right")
    arrivals = select(Arrival).join(Job).where(Job.door == DOOR).order_by(Arrival.id)
    for arrival in session.scalars(arrivals):
        _add_rows(table, session, arrival)
    return table


def _add_rows(table: Table, session: Session, arrival: Arrival) -> None:
    name = _short(arrival.source)
    if arrival.state == ArrivalState.REFUSED:
        table.add_row(name, "", "", "", "", "", f"refused: {arrival.error_code}")
        return
    if arrival.state == ArrivalState.DUPLICATE:
        table.add_row(name, "", "", "", "", "", "came before: same bytes")
        return
    filings = select(Filing).where(Filing.arrival_id == arrival.id).order_by(Filing.id)
    rows = [_row(session, filing) for filing in session.scalars(filings)]
    for row in rows or [[name, "", "", "", "", "", "unknown paper"]]:
        table.add_row(*row)


def _row(session: Session, filing: Filing) -> list[str]:
    versions = session.scalars(
        select(FieldVersion)
        .join(Field, Field.as_written_id == FieldVersion.id)
        .where(Field.filing_id == filing.id, FieldVersion.state != "blank")
    ).all()
    findings = session.scalars(
        select(FindingRow.id).where(FindingRow.filing_id == filing.id)
    ).all()
    states = sorted({entry.state for entry in filing.entries}) or [filing.step]
    return [
        _short(filing.arrival.source),
        filing.form,
        str(len(filing.entries)),
        str(len(versions)),
        str(sum(version.accepted for version in versions)),
        str(len(findings)),
        ", ".join(states),
    ]


def _source(path: Path) -> str:
    """The name of a sample, which stays when the checkout is moved."""
    return str(path.relative_to(SAMPLES.parent))


def _short(source: str) -> str:
    return str((SAMPLES.parent / source).relative_to(SCANS))
