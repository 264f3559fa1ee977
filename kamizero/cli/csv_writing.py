"""What `kamizero csv write` asks of the installation: approved entries as bytes."""

import getpass
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from sqlalchemy.orm import Session

from delivery.table import Changed, TableHead, WrittenTable, approved_entries, table_of
from forms.csv.layouts import office_layout
from forms.csv.writer import write_table
from kamizero.cli.clock import now
from kamizero.cli.record_systems import elsewhere_of
from kamizero.cli.storeroom import open_storeroom
from kamizero.errors import WrongCallError
from kamizero.settings import Settings
from storage import audit
from storage.records.register import Register

_ATTORNEY = re.compile(r"(\d{8}):(.+)")


@dataclass(frozen=True, slots=True)
class Written:
    """The bytes of a table, how many entries it says, and what it says otherwise."""

    data: bytes
    entries: int
    changed: tuple[Changed, ...]


def write_approved(
    filings: Sequence[int],
    *,
    prefecture: str,
    serial: int,
    made_on: date,
    attorney: str,
    blank_names: bool,
) -> Written:
    """The table of the approved entries; that it was made leaves an event.

    Raises:
        WrongCallError: the head cannot be so, or nothing is approved.
        UnwritableError: what was decided cannot stand in a table.
    """
    head = TableHead(
        prefecture=_prefecture(prefecture),
        serial=serial,
        made_on=made_on,
        attorney=_attorney(attorney),
        blank_names=blank_names,
    )
    settings = Settings.load()
    storeroom = open_storeroom(settings)
    register = Register(storeroom.database, storeroom.vault)
    records = elsewhere_of(settings, register) or register
    with storeroom.database.begin() as session:
        entries = approved_entries(session, filings)
        known = records.within(session)
        written = table_of(storeroom.vault, entries, head, known)
        data = write_table(written.table)
        _record(session, written, data)
        return Written(data, len(entries), written.changed)


def _record(session: Session, written: WrittenTable, data: bytes) -> None:
    digest = sha256(data).hexdigest()
    for filing in sorted({entry.filing_id for entry in written.entries}):
        audit.record(
            session,
            actor=getpass.getuser(),
            act="filing.written_to_table",
            subject_kind="filing",
            subject_id=filing,
            now=now(),
            body={
                "entries": [
                    one.id for one in written.entries if one.filing_id == filing
                ],
                "sha256": digest,
            },
        )


def _prefecture(code: str) -> str:
    if code not in office_layout().item(1).codes:
        raise WrongCallError(
            f"{code} is no code of a prefecture; it is not that of JIS (Tokyo is 21)."
        )
    return code


def _attorney(text: str) -> tuple[str, str] | None:
    if not text:
        return None
    match = _ATTORNEY.fullmatch(text)
    if match is None:
        raise WrongCallError("Write the attorney as eight digits, a colon, the name.")
    return match[1], match[2]
