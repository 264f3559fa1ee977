"""`up --demo`: the sample scans taken in, and two people who may look at them."""

import json
import secrets
import threading
from pathlib import Path

from rich.progress import Progress
from rich.table import Table
from sqlalchemy import select
from sqlalchemy.orm import Session

from ingest.intake import Delivery, job_filings
from kamizero.cli.clock import now, today
from kamizero.cli.console import people
from kamizero.cli.files import files_below
from kamizero.cli.ingest import take_in
from kamizero.cli.progress import job_progress, refused
from kamizero.cli.wiring import Installation
from kamizero.errors import SetupError
from kamizero.model import Role
from storage.people import add_person
from storage.register import RecordKind, load_csv
from storage.tables import Field, FieldVersion, Filing, FindingRow, Job

SAMPLES = Path(__file__).parents[2] / "samples"
DOOR = "demo"
LOGINS = (("hanako", Role.REVIEWER), ("ichiro", Role.APPROVER))


def run(installation: Installation, address: str, stop: threading.Event) -> None:
    """Take the samples in once, wait until they are read, print what came of them.

    Raises:
        SetupError: there are no samples, because this is no checkout.
    """
    if not SAMPLES.is_dir():
        raise SetupError("The samples are not here: --demo runs from a checkout.")
    logins = _logins(installation)
    people.print(f"kamizero serves {address}  [dim](Ctrl+C stops it)[/dim]")
    job_id = _job(installation)
    _wait(installation, job_id, stop)
    if stop.is_set():
        return
    with installation.rooms.database.look() as session:
        people.print(_table(session, job_id))
    people.print(f"Open {address} and log in:")
    for name, password in logins.items():
        people.print(f"  {name:8} {password}", highlight=False)


def _job(installation: Installation) -> int:
    """The demo's job; the samples are taken in only where it is not there yet."""
    database = installation.rooms.database
    with database.look() as session:
        job_id = session.scalar(select(Job.id).where(Job.door == DOOR))
    if job_id is not None:
        return job_id
    for kind in RecordKind:
        path = SAMPLES / "records" / f"{kind}.csv"
        load_csv(database, installation.rooms.vault, kind, path)
    files = list(files_below([SAMPLES / "scans"]))
    delivery = Delivery(
        door=DOOR,
        operator="demo",
        site=installation.settings.site,
        received_on=today(),
    )
    return take_in(installation, files, delivery)


def _logins(installation: Installation) -> dict[str, str]:
    """Name -> password; made once and kept in the data folder for the next start."""
    path = installation.settings.data_dir / "demo-logins.json"
    if path.exists():
        return dict(json.loads(path.read_text("utf-8")))
    logins = {name: secrets.token_urlsafe(9) for name, _ in LOGINS}
    with installation.rooms.database.begin() as session:
        for name, role in LOGINS:
            add_person(session, name=name, role=role, password=logins[name], now=now())
    path.touch(mode=0o600)
    path.write_text(json.dumps(logins), "utf-8")
    return logins


def _wait(installation: Installation, job_id: int, stop: threading.Event) -> None:
    with Progress(console=people, transient=True) as bar:
        task = bar.add_task("reading", total=None)
        while not stop.wait(0.5):
            with installation.rooms.database.look() as session:
                found = job_progress(session, job_id)
            bar.update(task, completed=found.done, total=found.total)
            if found.done == found.total:
                return


def _table(session: Session, job_id: int) -> Table:
    table = Table(title="What came of the sample scans")
    for column in ("paper", "form", "entries", "fields", "accepted", "findings", "now"):
        table.add_column(column, justify="left" if column == "paper" else "right")
    for filing in job_filings(session, job_id):
        table.add_row(*_row(session, filing))
    for file in refused(session, job_id):
        table.add_row(_short(file.source), "-", "", "", "", "", f"{file.error_code}")
    return table


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


def _short(source: str) -> str:
    path = Path(source)
    return str(path.relative_to(SAMPLES / "scans") if SAMPLES in path.parents else path)
