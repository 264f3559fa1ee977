"""What a robot is handed: leased entries as JSON, or as a table for WinActor."""

import csv
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from io import StringIO

from fastapi import Response
from pydantic import BaseModel
from sqlalchemy.orm import Session

from delivery.outbox import signed_version
from delivery.robots.leasing import held_rows
from delivery.robots.record import erased_of, flat_record
from delivery.robots.registrations import latest
from delivery.robots.work import LOOK_UP
from forms.csv.characters import encoded
from storage.tables import Delivery, Registration, RobotQueue
from storage.vault import Vault

# Stands for a character that CP932 has not; robots must look for it.
GETA = "〓"
_HEAD = ("id", "fence", "lease_until", "attempt", "receipt_number", "filing", "n",
         "version", "form", "revision", "site", "received_on")  # fmt: skip


class Corrected(BaseModel):
    """What the host has already, which an item of the corrections puts right."""

    item: int
    version: int
    host_number: str | None


class LeasedItem(BaseModel):
    """One entry in a robot's hands; `fields` are its decided values by flat name.

    `fence` comes back with every act. Numbers are masked.
    """

    id: int
    fence: int
    lease_until: datetime
    attempt: int
    receipt_number: str
    filing: int
    n: int
    version: int
    manifest_sha256: str
    form: str
    revision: str
    site: str
    received_on: date
    fields: dict[str, str]
    corrects: Corrected | None = None


class LeasedList(BaseModel):
    """What was leased; `opens_at` says when to come again where it is nothing."""

    items: list[LeasedItem]
    opens_at: datetime | None


def leased_items(
    session: Session,
    vault: Vault,
    queue: RobotQueue,
    held: Sequence[Sequence[int]],
    *,
    step: str,
) -> list[LeasedItem]:
    """The items with their values; one that is lost or destroyed since is left out.

    What is to be looked up in the host can be looked up by its receipt number still.
    """
    fences = {item: fence for item, fence in held}
    found = []
    rows = held_rows(session, queue, list(fences), step=step)
    known = latest(
        session, [row.corrects_id for _, row in rows if row.corrects_id is not None]
    )
    gone = erased_of(session, [row.entry for _, row in rows])
    for claim, row in rows:
        is_gone = row.entry_id in gone and step != LOOK_UP
        if claim.fence != fences[row.id] or is_gone:
            continue
        entry, signed = row.entry, signed_version(row)
        found.append(
            LeasedItem(
                id=row.id,
                fence=claim.fence,
                lease_until=claim.lease_until,
                attempt=claim.attempts,
                receipt_number=entry.filing.receipt_number,
                filing=entry.filing_id,
                n=entry.n,
                version=signed.version,
                manifest_sha256=signed.manifest_sha256,
                form=entry.filing.form,
                revision=entry.filing.revision,
                site=entry.filing.site,
                received_on=entry.filing.received_on,
                fields={}
                if row.entry_id in gone
                else flat_record(session, vault, entry),
                corrects=_corrected(row, known),
            )
        )
    return found


def _corrected(row: Delivery, known: Mapping[int, Registration]) -> Corrected | None:
    before = row.corrects
    if before is None:
        return None
    last = known.get(before.id)
    return Corrected(
        item=before.id,
        version=before.entry.version,
        host_number=last.host_number if last else None,
    )


def leased_csv(name: str, leased: LeasedList) -> Response:
    """A table in CP932, CRLF, its columns fixed by the form; no line but the head
    where there is nothing to do.

    Values are as they are, with no sign before what looks like a formula: a robot
    reads this, and a changed value would be registered.
    """
    columns = list(dict.fromkeys(one for item in leased.items for one in item.fields))
    buffer = StringIO()
    writer = csv.writer(buffer)
    # Only a list of corrections names what the host has already.
    is_of_corrections = any(item.corrects for item in leased.items)
    more = ["host_number"] if is_of_corrections else []
    writer.writerow([*_HEAD, "missing_characters", *more, *columns])
    for item in leased.items:
        lost = [name for name, value in item.fields.items() if _cp932(value)[1]]
        writer.writerow(
            [
                *(_cell(getattr(item, name)) for name in _HEAD),
                " ".join(lost),
                *(_known_number(item) for _ in more),
                *(_cp932(item.fields.get(name, ""))[0] for name in columns),
            ]
        )
    return Response(
        content=encoded(buffer.getvalue()),
        media_type="text/csv; charset=shift_jis",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def _known_number(item: LeasedItem) -> str:
    return (item.corrects.host_number if item.corrects else None) or ""


def _cp932(text: str) -> tuple[str, bool]:
    """The text as CP932 can hold it, and whether a character was lost."""
    kept = "".join(char if _has(char) else GETA for char in text)
    return kept, kept != text


def _has(char: str) -> bool:
    try:
        encoded(char)
    except UnicodeEncodeError:
        return False
    return True


def _cell(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value
