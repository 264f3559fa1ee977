"""What a robot is given of one entry: flat, decided values, one name for one column."""

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from delivery.records import shown_value
from forms.flat_names import flat_name
from storage.tables import HEAD, Entry, Field, FieldValue, FieldVersion
from storage.values import decided_version
from storage.vault import Vault


def flat_record(session: Session, vault: Vault, entry: Entry) -> dict[str, str]:
    """What is decided by name, in the order of the form; numbers are masked."""
    return {
        flat_name(field.name): shown_value(field, decided_version(field), vault)
        for field in _read(fields_of(session, entry))
    }


def numbers_of(fields: Sequence[Field]) -> list[Field]:
    """The fields that are masked and filled."""
    return [field for field in _read(fields) if field.sensitive]


def erased_of(session: Session, entries: Collection[Entry]) -> frozenset[int]:
    """The ids of those entries of which a decided value was destroyed meanwhile."""
    counts = func.coalesce(Field.as_decided_id, Field.as_written_id)
    value = select(FieldValue.version_id).where(FieldValue.version_id == counts)
    rows = session.execute(
        select(Field.filing_id, Field.entry_n).where(
            Field.filing_id.in_({one.filing_id for one in entries}),
            Field.as_written_id.is_not(None),
            ~value.exists(),
        )
    )
    gone = {(filing, n) for filing, n in rows}
    return frozenset(
        one.id
        for one in entries
        if not gone.isdisjoint({(one.filing_id, HEAD), (one.filing_id, one.n)})
    )


def fields_of(session: Session, entry: Entry) -> Sequence[Field]:
    """The fields of the head and of the entry, with their values, in one question."""
    return session.scalars(
        select(Field)
        .where(Field.filing_id == entry.filing_id, Field.entry_n.in_((HEAD, entry.n)))
        .options(
            joinedload(Field.as_written).joinedload(FieldVersion.value),
            joinedload(Field.as_decided).joinedload(FieldVersion.value),
        )
        .order_by(Field.position)
    ).all()


def _read(fields: Sequence[Field]) -> Iterator[Field]:
    return (field for field in fields if field.as_written is not None)
