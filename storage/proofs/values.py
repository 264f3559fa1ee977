"""Every value that was not erased is the one its version committed to."""

from collections.abc import Iterator, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from kamizero.errors import TamperedError
from storage.database import Database
from storage.proofs.report import Tally
from storage.tables import Card, FieldValue, FieldVersion
from storage.values import body_of, index_cards
from storage.vault import Vault

KIND = "field_value"
# What a value is found by, named by the version of the value.
CARD = "index_card"
ERASED = "field_value_erased"

_CHUNK = 1_000


def prove(database: Database, vault: Vault, tally: Tally) -> None:
    tally.count(KIND, 0)
    for ids in _chunks(database):
        for version, kind, found in _checked(database, vault, ids):
            tally.differs(kind, version, expected="what was written", found=found)
        tally.count(KIND, len(ids))
    with database.look() as session:
        versions_n = session.scalars(select(func.count(FieldVersion.id))).one()
        values_n = session.scalars(select(func.count(FieldValue.version_id))).one()
    tally.note(ERASED, versions_n - values_n)


def _chunks(database: Database) -> Iterator[Sequence[int]]:
    last = 0
    while True:
        with database.look() as session:
            ids = session.scalars(
                select(FieldValue.version_id)
                .where(FieldValue.version_id > last)
                .order_by(FieldValue.version_id)
                .limit(_CHUNK)
            ).all()
        if not ids:
            return
        yield ids
        last = ids[-1]


def _checked(
    database: Database, vault: Vault, ids: Sequence[int]
) -> list[tuple[int, str, str]]:
    """The versions something is wrong with: their value, or what it is found by."""
    query = (
        select(FieldVersion)
        .options(
            joinedload(FieldVersion.value).selectinload(FieldValue.cards),
            joinedload(FieldVersion.field),
        )
        .where(FieldVersion.id.in_(ids))
        .order_by(FieldVersion.id)
    )
    try:
        with database.look() as session:
            versions = session.scalars(query).all()
        return [
            (version.id, kind, found)
            for version in versions
            for kind, found in _changed(version, vault)
        ]
    except ValueError:
        # A hand left something that is no JSON: find out which value.
        if len(ids) == 1:
            return [(ids[0], KIND, "unreadable")]
    middle = len(ids) // 2
    return _checked(database, vault, ids[:middle]) + _checked(
        database, vault, ids[middle:]
    )


def _changed(version: FieldVersion, vault: Vault) -> Iterator[tuple[str, str]]:
    """What is wrong with the value or its index, never the value itself."""
    if version.value is None:
        return
    try:
        value = body_of(version, vault).value
    except TamperedError:
        yield KIND, "a seal that does not open"
        return
    except (KeyError, TypeError, ValueError):
        yield KIND, "unreadable"
        return
    if not vault.proves(value, version.value.salt, version.commitment):
        yield KIND, "another value"
    elif not _are_due(version.value.cards, version, vault, value):
        yield CARD, "cards of another value"


def _are_due(
    cards: list[Card], version: FieldVersion, vault: Vault, value: str
) -> bool:
    """While the index key is exchanged, cards of a former one are as good."""
    field, said = version.field, _said(cards)
    if version.id not in (field.as_written_id, field.as_decided_id):
        return not said
    return any(
        said == _said(index_cards(index, field, value)) for index in vault.indexes()
    )


def _said(cards: list[Card]) -> set[tuple[object, ...]]:
    return {
        (one.filing_id, one.entry_n, one.heading, one.token, one.day, one.amount)
        for one in cards
    }
