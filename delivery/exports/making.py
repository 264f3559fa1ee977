"""One file from its plan to its place, so that each entry goes out exactly once.

First the number, the entries and the hash are fixed in one transaction (`plan`). Then
the bytes are made of those rows (`contents`) and laid into the folder with no
transaction open. Last, one transaction notes that they are there (`confirm`). Killed
anywhere between, the file is made again, byte for byte, under the same number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import func, select, true
from sqlalchemy.orm import Session, joinedload

from delivery.exports.blocks import block, blocked_rows, substituted_rows
from delivery.exports.destinations import next_time, terms_of
from delivery.exports.layout import (
    Laid,
    Line,
    Unwritable,
    done_bytes,
)
from delivery.exports.sealing import shown_hash
from delivery.exports.terms import CORRECTS, KEY, Terms
from delivery.exports.writing import Writing, writing_of
from delivery.robots.record import fields_of
from delivery.robots.way import Act, By, go
from forms.flat_names import flat_name
from kamizero.errors import TamperedError, UnwritableError
from kamizero.tokyo import business_date
from storage import audit, work
from storage.clocks import end_clock
from storage.tables import (
    ClockEnd,
    Delivery,
    DeliveryState,
    Entry,
    ExportDestination,
    ExportFile,
    ExportItem,
    ExportState,
    FieldVersion,
)
from storage.values import decided_version
from storage.vault import Vault

EXPORT = "export"
# One file is made in one transaction; what is left makes the next.
MOST_ROWS = 2_000
_ACTOR = "kamizero"


@dataclass(frozen=True, slots=True)
class Contents:
    """What a file says, before it is encrypted to whoever it is for."""

    terms: Terms
    name: str
    number: int
    data: bytes
    lines: Sequence[Line]

    def done(self, laid: Laid) -> bytes:
        """What says that the file is whole."""
        return done_bytes(self.name, self.number, laid, self.lines)


def plan(
    session: Session, vault: Vault, destination: ExportDestination, *, now: datetime
) -> ExportFile | None:
    """Fix the next file, and ask for its placing; None where there is none to make.

    Nothing is planned before the last one lies in its place.
    """
    session.refresh(destination, with_for_update=True)
    if destination.closed_at is not None or unplaced(session, destination):
        return None
    terms = terms_of(destination)
    waiting = _waiting(session, destination)
    if len(waiting) < MOST_ROWS:
        destination.next_at = next_time(session, terms, after=now)
    number = _next_number(session, destination)
    writing = writing_of(terms, number=number, made_on=business_date(now))
    items, lines = _written(session, vault, writing, waiting, number, now=now)
    if not items:
        return None
    data, count = _fitting(writing, lines)
    if not count:
        _block_first(session, writing, waiting, items, now=now)
        destination.next_at = now
        return None
    if count < len(items):
        items = items[:count]
        destination.next_at = now
    file = ExportFile(
        destination_id=destination.id,
        number=number,
        name=terms.named(number),
        rows=len(items),
        size=len(data),
        sha256=sha256(data).hexdigest(),
        state=ExportState.PLANNED,
        made_on=business_date(now),
        planned_at=now,
    )
    session.add(file)
    session.flush()
    for item in items:
        item.file_id = file.id
    session.add_all(items)
    ask_placing(session, file, site=waiting[0].entry.filing.site, now=now)
    _record(session, "export_file.planned", file, now=now)
    return file


def unplaced(session: Session, destination: ExportDestination) -> ExportFile | None:
    """The file that is on its way to its place."""
    return session.scalars(
        select(ExportFile).where(
            ExportFile.destination_id == destination.id,
            ExportFile.state == ExportState.PLANNED,
        )
    ).one_or_none()


def ask_placing(
    session: Session, file: ExportFile, *, site: str, now: datetime
) -> None:
    work.put(session, kind=EXPORT, subject=file.id, site=site, now=now)


def contents(session: Session, vault: Vault, file: ExportFile) -> Contents:
    """The bytes of a file, from the versions that were decided when it was planned.

    Raises:
        TamperedError: they are not those that were planned.
        MissingError: a value was erased since.
    """
    terms = terms_of(file.destination)
    writing = writing_of(terms, number=file.number, made_on=file.made_on)
    lines = []
    for item in file.items:
        entry = item.delivery.entry
        values = {
            **_about(item.delivery, entry, file.number, item.line),
            **_kept(vault, writing, _found(session, item.versions), item.versions),
        }
        line = writing.line(values, substitute=True)
        if isinstance(line, Unwritable):
            raise TypeError("with substitutes everything can be written")
        lines.append(line)
    data = writing.data(lines)
    found = sha256(data).hexdigest()
    if found != file.sha256:
        raise TamperedError(
            f"File {file.number} of {file.destination.name} does not come out as it "
            "was planned. Run `kamizero verify`.",
            found=found,
        )
    return Contents(terms, file.name, file.number, data, lines)


def confirm(session: Session, file: ExportFile, *, now: datetime) -> None:
    """Note that the file lies in its place: its entries are taken."""
    session.refresh(file, ["state"], with_for_update=True)
    if file.state == ExportState.PLACED:
        return
    # Who asks where My Numbers went finds it by this.
    with_numbers = terms_of(file.destination).table is not None
    for item in file.items:
        row = item.delivery
        about = {"file": file.id, "line": item.line, "numbers": with_numbers}
        go(session, row, Act.EXPORT, by=By.MACHINE, actor=_ACTOR, now=now, about=about)
        end_clock(session, row.entry, by=ClockEnd.DELIVERY, now=now)
    file.state, file.placed_at = ExportState.PLACED, now
    _record(session, "export_file.placed", file, now=now)


def _waiting(session: Session, destination: ExportDestination) -> list[Delivery]:
    """What goes out next, in the order it was approved, without what is blocked."""
    blocked = blocked_rows()
    # A receiver whose file does not say so would register a correction anew.
    knows = any(one.field == CORRECTS for one in terms_of(destination).columns)
    return list(
        session.scalars(
            select(Delivery)
            .where(
                Delivery.subscriber == destination.subscriber,
                Delivery.state == DeliveryState.PENDING,
                Delivery.id.not_in(blocked),
                true() if knows else Delivery.corrects_id.is_(None),
            )
            .options(joinedload(Delivery.entry).joinedload(Entry.filing))
            .order_by(Delivery.id)
            .limit(MOST_ROWS)
        )
    )


def _written(
    session: Session,
    vault: Vault,
    writing: Writing,
    waiting: Sequence[Delivery],
    number: int,
    *,
    now: datetime,
) -> tuple[list[ExportItem], list[Line]]:
    items: list[ExportItem] = []
    lines: list[Line] = []
    wanted = writing.wanted
    settled = substituted_rows(session, waiting)
    for row in waiting:
        versions = {
            name: version.id
            for field in fields_of(session, row.entry)
            if (name := flat_name(field.name)) in wanted and field.as_written
            for version in [decided_version(field)]
        }
        found = _found(session, versions)
        destroyed = [name for name, at in versions.items() if found[at].value is None]
        versions = {one: at for one, at in versions.items() if one not in destroyed}
        values = {
            **_about(row, row.entry, number, len(lines) + 1),
            **_kept(vault, writing, found, versions),
        }
        if wrong := writing.refused(values):
            block(session, row, wrong, may_substitute=False, actor=_ACTOR, now=now)
            continue
        if destroyed and row.id not in settled:
            lost = tuple(wanted[name] for name in destroyed)
            block(session, row, lost, actor=_ACTOR, now=now)
            continue
        line = writing.line(values, substitute=row.id in settled)
        if isinstance(line, Unwritable):
            block(session, row, line.columns, actor=_ACTOR, now=now)
            continue
        lines.append(line)
        items.append(
            ExportItem(
                line=len(lines),
                delivery_id=row.id,
                versions=versions,
                substituted=list(line.substituted),
            )
        )
    return items, lines


def _fitting(writing: Writing, lines: Sequence[Line]) -> tuple[bytes, int]:
    """The bytes of as many lines as count and totals can say, and how many it is.

    None where not even the first can be written alone.
    """
    count = len(lines)
    while count:
        try:
            return writing.data(lines[:count]), count
        except UnwritableError:
            count //= 2
    return b"", 0


def _block_first(
    session: Session,
    writing: Writing,
    waiting: Sequence[Delivery],
    items: Sequence[ExportItem],
    *,
    now: datetime,
) -> None:
    """Leave out the entry that would make no file, so that the others go out."""
    (row,) = (row for row in waiting if row.id == items[0].delivery_id)
    columns = tuple(dict.fromkeys(writing.wanted.values()))
    block(session, row, columns, may_substitute=False, actor=_ACTOR, now=now)


def _about(row: Delivery, entry: Entry, number: int, line: int) -> dict[str, str]:
    filing = entry.filing
    return {
        KEY: str(row.id),
        "$receipt_number": filing.receipt_number,
        "$entry": str(entry.n),
        # Empty but for who has the version before under that number.
        CORRECTS: str(row.corrects_id or ""),
        "$received_on": filing.received_on.isoformat(),
        "$file_number": str(number),
        "$line": str(line),
    }


def _found(session: Session, versions: Mapping[str, int]) -> dict[int, FieldVersion]:
    rows = session.scalars(
        select(FieldVersion)
        .where(FieldVersion.id.in_(versions.values()))
        .options(joinedload(FieldVersion.value), joinedload(FieldVersion.field))
    )
    return {row.id: row for row in rows}


def _kept(
    vault: Vault,
    writing: Writing,
    found: Mapping[int, FieldVersion],
    versions: Mapping[str, int],
) -> dict[str, str]:
    """The values of these versions by name, as the file shows them."""
    return {name: writing.value(found[one], vault) for name, one in versions.items()}


def _next_number(session: Session, destination: ExportDestination) -> int:
    last = session.scalar(
        select(func.max(ExportFile.number)).where(
            ExportFile.destination_id == destination.id
        )
    )
    return (last or 0) + 1


def _record(session: Session, act: str, file: ExportFile, *, now: datetime) -> None:
    audit.record(
        session,
        actor=_ACTOR,
        act=act,
        subject_kind="export_file",
        subject_id=file.id,
        now=now,
        body={
            "destination": file.destination_id,
            "number": file.number,
            "rows": file.rows,
            "sha256": shown_hash(session, file),
        },
    )
