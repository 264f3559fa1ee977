"""Every value that was not erased is the one its version committed to."""

from collections.abc import Iterator, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from kamizero.errors import TamperedError
from storage.database import Database
from storage.proofs.report import Tally
from storage.tables import FieldValue, FieldVersion
from storage.values import body_of
from storage.vault import Vault

KIND = "field_value"
ERASED = "field_value_erased"

_CHUNK = 1_000


def prove(database: Database, vault: Vault, tally: Tally) -> None:
    tally.count(KIND, 0)
    for ids in _chunks(database):
        for version, found in _checked(database, vault, ids):
            if found:
                tally.differs(KIND, version, expected="what was written", found=found)
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
) -> list[tuple[int, str]]:
    query = (
        select(FieldVersion)
        .options(joinedload(FieldVersion.value))
        .where(FieldVersion.id.in_(ids))
        .order_by(FieldVersion.id)
    )
    try:
        with database.look() as session:
            versions = session.scalars(query).all()
        return [(version.id, _changed(version, vault)) for version in versions]
    except ValueError:
        # A hand left something that is no JSON: find out which value.
        if len(ids) == 1:
            return [(ids[0], "unreadable")]
    middle = len(ids) // 2
    return _checked(database, vault, ids[:middle]) + _checked(
        database, vault, ids[middle:]
    )


def _changed(version: FieldVersion, vault: Vault) -> str:
    """What is wrong with the value, never the value itself; "" where nothing is."""
    if version.value is None:
        return ""
    try:
        value = body_of(version, vault).value
    except TamperedError:
        return "a seal that does not open"
    except (KeyError, TypeError, ValueError):
        return "unreadable"
    if not vault.proves(value, version.value.salt, version.commitment):
        return "another value"
    index = version.value.blind_index
    if index is not None and index != vault.blind_index(value):
        return "the index of another value"
    return ""
