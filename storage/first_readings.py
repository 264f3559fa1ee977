"""The first readings of a filing: hundreds of fields, in as few statements as go.

Written as rows and not as objects: to keep track of each of them took longer than all
else that a worker does besides reading.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from forms.headings import Heading
from kamizero.model import Reading
from storage.cards import facts_of
from storage.tables import Card, Field, FieldValue, FieldVersion
from storage.values import Body, holds_misplaced_number, read_columns, value_columns
from storage.vault import Index, Vault

# No version of the field came before.
_SEQ = 1
_COLUMNS = ("filing_id", "entry_n", "position", "name", "sensitive", "heading",
            "page_id", "box_px")  # fmt: skip
# A card says one of these.
_FACTS = ("token", "index_key", "day", "amount")
# Rows without a value in some column go with the others.
_ALIKE = {"render_nulls": True}


class Written(NamedTuple):
    """A version that was written."""

    id: int
    commitment: str


def write_readings(
    session: Session,
    vault: Vault,
    readings: Sequence[tuple[Field, Reading]],
    *,
    now: datetime,
) -> list[Written]:
    """Add new fields and what the machine read in them; it becomes what is written.

    The fields are known by their ids afterwards, and are no part of the session.
    """
    if not readings:
        return []
    session.flush()
    bodies = [_body(reading) for _, reading in readings]
    # Values are sealed to the number of their field.
    rows = [
        _field_row(field, body)
        for (field, _), body in zip(readings, bodies, strict=True)
    ]
    of_field = insert(Field).returning(Field.id, sort_by_parameter_order=True)
    ids = session.scalars(of_field, rows, execution_options=_ALIKE).all()
    for (field, _), row, key in zip(readings, rows, ids, strict=True):
        field.id, field.sensitive = key, row["sensitive"]
        field.misplaced_number = row["misplaced_number"]
    kept = [vault.commitment(body.value) for body in bodies]
    of_version = insert(FieldVersion).returning(
        FieldVersion.id, sort_by_parameter_order=True
    )
    versions = session.scalars(
        of_version,
        [
            {**read_columns(reading, now=now), "field_id": field.id, "seq": _SEQ,
             "commitment": commitment.hex}
            for (field, reading), commitment in zip(readings, kept, strict=True)
        ],
        execution_options=_ALIKE,
    ).all()  # fmt: skip
    fields = [field for field, _ in readings]
    found = list(zip(versions, fields, bodies, kept, strict=True))
    session.execute(
        insert(FieldValue),
        [
            {**value_columns(vault, field, _SEQ, body), "version_id": version,
             "salt": commitment.salt}
            for version, field, body, commitment in found
        ],
        execution_options=_ALIKE,
    )  # fmt: skip
    index = vault.index()
    cards = [
        card
        for version, field, body, _ in found
        for card in _cards(index, version, field, body)
    ]
    if cards:
        session.execute(insert(Card), cards, execution_options=_ALIKE)
    _put_in_force(session, ids)
    return [
        Written(version, commitment.hex)
        for version, commitment in zip(versions, kept, strict=True)
    ]


def _body(reading: Reading) -> Body:
    return Body(reading.value, reading.text, reading.alternatives)


def _field_row(field: Field, body: Body) -> dict[str, Any]:
    misplaced = holds_misplaced_number(field, body)
    row = {name: getattr(field, name) for name in _COLUMNS}
    return {**row, "sensitive": field.sensitive or misplaced,
            "misplaced_number": misplaced}  # fmt: skip


def _cards(
    index: Index, version: int, field: Field, body: Body
) -> list[dict[str, Any]]:
    if field.heading is None:
        return []
    facts = facts_of(index, Heading(field.heading), body.value)
    return [
        {
            "version_id": version,
            "n": n,
            "filing_id": field.filing_id,
            "entry_n": field.entry_n,
            "heading": field.heading,
            **dict.fromkeys(_FACTS),
            **fact,
        }
        for n, fact in enumerate(facts)
    ]


def _put_in_force(session: Session, ids: Sequence[int]) -> None:
    first = (
        select(FieldVersion.id)
        .where(FieldVersion.field_id == Field.id, FieldVersion.seq == _SEQ)
        .scalar_subquery()
    )
    session.execute(
        update(Field)
        .where(Field.id.in_(ids))
        .values(as_written_id=first)
        .execution_options(synchronize_session=False)
    )
