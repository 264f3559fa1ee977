"""Reads a filing again, to show whether its image still gives what was read then.

Nothing is written. What differs is named by field and by what differs, never by what
it says; models and rules of then and now stand beside it and explain it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.errors import WrongCallError
from kamizero.model import Reading
from storage.tables import Field, FieldVersion, Filing
from storage.values import body_of
from storage.vault import Vault
from validation.version import rules_version
from workers.looking import read_pages
from workers.rooms import Rooms


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that is read otherwise today.

    Attributes:
        differs: of `value`, `state` and `accepted`, those that differ.
        then: the models that read it then, `now` those of today.
    """

    field: str
    differs: tuple[str, ...]
    then: str
    now: str


@dataclass(frozen=True, slots=True)
class Rereading:
    """A filing that was read again.

    Attributes:
        compared: how many fields were; an erased value cannot be.
        erased: how many there were of those.
        rules_then: what the filing was checked by; None where that was not written
            down yet.
    """

    receipt_number: str
    compared: int
    erased: int
    differences: tuple[Difference, ...]
    rules_then: str | None
    rules_now: str


def reread(rooms: Rooms, receipt_number: str) -> Rereading:
    """Read a filing as it would have been read on its day, and compare.

    Raises:
        WrongCallError: there is no such filing, or it was not read yet.
        RegistrationError, RefusedError: its pages cannot be read any more.
    """
    with rooms.database.look() as session:
        filing = _filing(session, receipt_number)
        before = _first_readings(session, filing)
        # What is plausible depends on the day: it must be that of the reading.
        day = min(version.at for _, version in before)
    again = read_pages(replace(rooms, clock=lambda: day), filing_id=filing.id)
    now = {reading.name: reading for reading in again.readings}
    kept = [(field, one) for field, one in before if one.value is not None]
    return Rereading(
        receipt_number=receipt_number,
        compared=len(kept),
        erased=len(before) - len(kept),
        differences=tuple(_differences(kept, now, rooms.vault)),
        rules_then=filing.rules,
        rules_now=rules_version(),
    )


def _filing(session: Session, receipt_number: str) -> Filing:
    found = session.scalars(
        select(Filing).where(Filing.receipt_number == receipt_number)
    ).one_or_none()
    if found is None:
        raise WrongCallError(f"No filing has the receipt number {receipt_number}.")
    return found


def _first_readings(
    session: Session, filing: Filing
) -> Sequence[tuple[Field, FieldVersion]]:
    rows = session.execute(
        select(Field, FieldVersion)
        .join(FieldVersion, FieldVersion.field_id == Field.id)
        .where(Field.filing_id == filing.id, FieldVersion.seq == 1)
        .order_by(Field.position, Field.id)
    ).all()
    if not rows:
        raise WrongCallError(f"Nothing was read on {filing.receipt_number} yet.")
    for _, version in rows:
        # Loaded while the session is open, as all is compared after it.
        _ = version.value
    return [(field, version) for field, version in rows]


def _differences(
    kept: Sequence[tuple[Field, FieldVersion]],
    now: Mapping[str, Reading],
    vault: Vault,
) -> Iterator[Difference]:
    for field, version in kept:
        reading = now.get(field.name)
        then = {
            "value": body_of(version, vault).value,
            "state": str(version.state),
            "accepted": version.accepted,
        }
        today: dict[str, Any] = (
            {}
            if reading is None
            else {
                "value": reading.value,
                "state": str(reading.state),
                "accepted": reading.accepted,
            }
        )
        differs = tuple(name for name, said in then.items() if today.get(name) != said)
        if differs:
            engine = "" if reading is None else reading.engine
            yield Difference(field.name, differs, version.author, engine)
