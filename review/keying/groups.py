"""Group verification: readings of one kind from many filings, seen side by side.

A lot takes the leases of its entries, so that nobody is handed one twice. Sensitive
numbers come as single cells, one of a number in a lot: no lot holds two of them.
"""

import secrets
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from forms.definition import FormDefinition
from kamizero.model import FieldState
from review import queue
from review.keying.kinds import kind_of
from storage import audit
from storage.claims import IS_OPEN, unheld
from storage.database import Database
from storage.tables import (
    HEAD,
    AuthorKind,
    Entry,
    EntryState,
    Field,
    FieldVersion,
    Filing,
    GroupCheck,
    Mode,
    Work,
)
from storage.values import Body, body_of
from storage.vault import Vault

LOT = 24
# How far down the queue is looked for more of the same.
_FAR = 2000
# Sealed values are opened one by one: not more than it takes to fill a lot.
_OPENED = 120
_WHOLE = 0

_Row = Row[int, Field, FieldVersion]
_CHANCE = secrets.SystemRandom()


@dataclass(frozen=True, slots=True)
class GroupKind:
    """A kind of field of which several readings wait."""

    form: str
    revision: str
    kind: str
    count: int
    sensitive: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """One picture of a lot, and under which lease it is looked at.

    Attributes:
        cell: 0 for the whole field, 1 for its first cell.
        says: what it was read as; of a cell its one character.
    """

    entry_id: int
    fence: int
    field_id: int
    version_id: int
    cell: int
    says: Body


@dataclass(frozen=True, slots=True)
class _Found:
    """A reading that may come into a lot."""

    entry_id: int
    field: Field
    version: FieldVersion
    cell: int
    says: Body


def kinds_waiting(session: Session, *, person: str, now: datetime) -> list[GroupKind]:
    """What can be looked at side by side, the most first."""
    rows = session.execute(
        _readings(person, now).with_only_columns(
            Filing.form, Filing.revision, Field.name, Field.sensitive, Field.id
        )
    ).all()
    fields = {row.id: row for row in rows}
    counts = Counter(
        (row.form, row.revision, kind_of(row.name), row.sensitive)
        for row in fields.values()
    )
    return [
        GroupKind(form, revision, kind, count, sensitive)
        for (form, revision, kind, sensitive), count in counts.most_common()
    ]


def open_lot(
    database: Database,
    vault: Vault,
    *,
    definition: FormDefinition,
    kind: str,
    person: str,
    now: datetime,
) -> list[Piece]:
    """Lease entries and give their readings of the kind, the most doubtful first.

    Cells of sensitive numbers come in no order, and are all read as the same digit.
    """
    with database.look() as session:
        found = _found(session, vault, definition, kind, person=person, now=now)
    pieces: list[Piece] = []
    for one in found:
        if len(pieces) == LOT:
            break
        claim = queue.claim(database, person, entry_id=one.entry_id, now=now)
        if claim is not None:
            pieces.append(
                Piece(
                    entry_id=one.entry_id,
                    fence=claim.fence,
                    field_id=one.field.id,
                    version_id=one.version.id,
                    cell=one.cell,
                    says=one.says,
                )
            )
    if any(one.field.sensitive for one in found) and pieces:
        _CHANCE.shuffle(pieces)
        _trace(database, definition, pieces, person=person, now=now)
    return pieces


def cells_confirmed(session: Session, version_id: int) -> frozenset[int]:
    """The cells of a reading that somebody found right."""
    return frozenset(
        session.scalars(
            select(GroupCheck.cell).where(
                GroupCheck.version_id == version_id,
                GroupCheck.correct.is_(True),
                GroupCheck.cell > _WHOLE,
            )
        )
    )


def _found(
    session: Session,
    vault: Vault,
    definition: FormDefinition,
    kind: str,
    *,
    person: str,
    now: datetime,
) -> list[_Found]:
    rows = session.execute(
        _readings(person, now)
        .where(
            Filing.form == definition.form,
            Filing.revision == definition.revision,
            Field.name.like(kind.replace("*", "%")),
        )
        .order_by(FieldVersion.confidence, Field.id)
    ).all()
    alike = _one_each(row for row in rows if kind_of(row.Field.name) == kind)
    if any(row.Field.sensitive for row in alike):
        return _cells(session, vault, definition, alike[:_OPENED])
    return [
        _Found(row.entry_id, row.Field, row.FieldVersion, _WHOLE, body)
        for row in alike[: 2 * LOT]
        for body in [body_of(row.FieldVersion, vault)]
    ]


def _one_each(rows: Iterable[_Row]) -> list[_Row]:
    """One reading of an entry, and one entry for a reading in the head of a form."""
    entries: set[int] = set()
    fields: set[int] = set()
    kept = []
    for row in rows:
        if row.entry_id not in entries and row.Field.id not in fields:
            entries.add(row.entry_id)
            fields.add(row.Field.id)
            kept.append(row)
    return kept


def _cells(
    session: Session,
    vault: Vault,
    definition: FormDefinition,
    rows: Sequence[_Row],
) -> list[_Found]:
    """One cell of each number, all read as the digit that most numbers still have."""
    open_cells = {}
    for row in rows:
        value = body_of(row.FieldVersion, vault).value
        if len(value) == len(definition.field(row.Field.name).cells or ()):
            done = cells_confirmed(session, row.FieldVersion.id)
            open_cells[row.Field.id] = (
                row,
                value,
                set(range(1, len(value) + 1)) - done,
            )
    counts = Counter(
        digit
        for _, value, cells in open_cells.values()
        for digit in {value[cell - 1] for cell in cells}
    )
    if not counts:
        return []
    digit = counts.most_common(1)[0][0]
    found = [
        _Found(
            row.entry_id,
            row.Field,
            row.FieldVersion,
            _CHANCE.choice(sorted(these)),
            Body(value=digit, text=digit),
        )
        for row, value, cells in open_cells.values()
        if (these := {cell for cell in cells if value[cell - 1] == digit})
    ]
    _CHANCE.shuffle(found)
    return found


def _readings(person: str, now: datetime) -> Select[int, Field, FieldVersion]:
    """Readings that wait for a look in entries nobody works on."""
    waiting = (
        select(Work.subject)
        .where(
            Work.kind == queue.KIND,
            IS_OPEN,
            Work.due_at <= now,
            unheld(now),
            # What was handed on to somebody else is theirs.
            or_(Work.reserved_for.is_(None), Work.reserved_for == person),
        )
        .order_by(Work.priority, Work.id)
        .limit(_FAR)
        .subquery()
    )
    return (
        select(Entry.id.label("entry_id"), Field, FieldVersion)
        .join(waiting, waiting.c.subject == Entry.id)
        .join(
            Field,
            and_(
                Field.filing_id == Entry.filing_id,
                or_(Field.entry_n == HEAD, Field.entry_n == Entry.n),
            ),
        )
        .join(FieldVersion, FieldVersion.id == Field.as_written_id)
        .join(Filing, Filing.id == Field.filing_id)
        .where(
            Entry.state == EntryState.IN_REVIEW,
            Field.mode.in_((Mode.OCR, Mode.CHECK)),
            Field.as_decided_id.is_(None),
            # What a robot says against it is seen where a lot does not show it.
            Field.suggested_id.is_(None),
            FieldVersion.author_kind == AuthorKind.ENGINE,
            FieldVersion.state == FieldState.READ,
            or_(FieldVersion.accepted.is_(False), Field.mode == Mode.CHECK),
            ~exists().where(
                GroupCheck.version_id == FieldVersion.id,
                GroupCheck.correct.is_(False),
            ),
        )
    )


def _trace(
    database: Database,
    definition: FormDefinition,
    pieces: Sequence[Piece],
    *,
    person: str,
    now: datetime,
) -> None:
    with database.begin() as session:
        audit.record(
            session,
            actor=person,
            act="group.view",
            subject_kind="form",
            subject_id=definition.name,
            now=now,
            body={
                "reason": "group",
                "versions": sorted(piece.version_id for piece in pieces),
            },
        )
