"""Exchanging keys while people work: each step may be stopped and begun again.

A signing key that is exchanged is destroyed; what verifies its signatures stays. A
data key stays until no row is sealed with it any more, an index key until nothing is
found by it, and is then put away.
"""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from forms.library import Library
from kamizero.errors import ConflictError, MissingError
from storage import audit, index_renewal
from storage.database import Database
from storage.files import explained, remove, replace_file
from storage.keyring import (
    Key,
    KeyRing,
    key_files,
    new_key,
    own_master,
    public_file,
    public_of,
    unwrapped,
    wrap_key,
)
from storage.tables import (
    AuditEvent,
    FieldValue,
    FieldVersion,
    RecordInsured,
    RecordPayee,
    ReturnNotice,
    Search,
    Subscription,
)
from storage.values import sealed_place
from storage.vault import Sealed, Vault

SIGNING = "key.signing"
SUBJECT = "signing_key"

_BATCH = 500
SealedRow = (
    FieldValue | RecordInsured | RecordPayee | ReturnNotice | Search | Subscription
)
Resealed = Callable[[int, int], None]
"""Called with how many rows are sealed anew, and of how many."""


def know_signing_key(database: Database, vault: Vault, *, now: datetime) -> None:
    """Write into the chain which key signs, so that another one in its place shows."""
    key_id, public = vault.signing_key()
    with database.look() as session:
        if _is_known(session, key_id):
            return
    with database.begin() as session:
        if not _is_known(session, key_id):
            audit.record(
                session,
                actor="kamizero",
                act=SIGNING,
                subject_kind=SUBJECT,
                subject_id=key_id,
                now=now,
                body={"public": public.hex()},
            )


def rotate_signing(
    database: Database, vault: Vault, *, actor: str, now: datetime
) -> str:
    """Sign with a new key from now on; return its id."""
    ring = vault.keyring()
    former, key = ring.signing, new_key("signing")
    kept = {"id": former.id, "public": public_of(former).hex()}
    replace_file(public_file(ring.folder, former.id), json.dumps(kept, indent=1))
    wrap_key(ring.folder / "signing.json", key, ring.master.keys()[0])
    _record(database, "key.rotated", key.id, actor=actor, now=now, before=former.id)
    know_signing_key(database, vault, now=now)
    return key.id


def rotate_data(
    database: Database,
    vault: Vault,
    *,
    actor: str,
    now: datetime,
    progress: Resealed = lambda _done, _total: None,
) -> str:
    """Seal with a new key from now on, and what is sealed already anew with it.

    A row that cannot be opened stops it; begun again, it goes on with a new key.
    """
    ring = vault.keyring()
    key_id = _put_before(database, ring, ring.data, "data", actor=actor, now=now)
    reseal(database, vault, progress=progress)
    return key_id


def rotate_index(
    database: Database,
    vault: Vault,
    forms: Library,
    *,
    actor: str,
    now: datetime,
    progress: Callable[[int], None] = lambda _done: None,
) -> str:
    """Find by a new key from now on, and what is kept already by it too.

    Until all is written anew everything is looked for by both.
    """
    ring = vault.keyring()
    key_id = _put_before(database, ring, ring.index, "index", actor=actor, now=now)
    index_renewal.renew(database, vault, forms, progress=progress)
    return key_id


def reseal(
    database: Database,
    vault: Vault,
    *,
    progress: Resealed = lambda _done, _total: None,
) -> int:
    """Seal anew what is sealed with an earlier key; return how many rows."""
    current = vault.keyring().data.id
    total = sum(_older_count(database, table, current) for table in _TABLES)
    done = 0
    for table in _TABLES:
        for count in _resealed(database, vault, table, current):
            done += count
            progress(done, max(total, done))
    return done


def forget(
    database: Database, vault: Vault, key_id: str, *, actor: str, now: datetime
) -> None:
    """Destroy a key that nothing is sealed with, or found by, any more.

    Raises:
        ConflictError: something is, or it is the one in use.
        MissingError: there is no such key.
    """
    ring = vault.keyring()
    if key_id in (ring.data.id, ring.index.id):
        raise ConflictError(f"{key_id} is in use. Rotate it first.")
    if key_id in ring.retired:
        _demand_nothing_sealed(database, key_id)
    elif key_id in ring.former_index:
        _demand_nothing_found(database, key_id)
    else:
        raise MissingError(f"{ring.folder} has no retired key {key_id}.")
    _record(database, "key.forgotten", key_id, actor=actor, now=now)
    remove(ring.folder / f"{key_id}.json")


def rotate_master(
    database: Database, vault: Vault, *, actor: str, now: datetime
) -> None:
    """Wrap every key under a new master; one given from outside must stand there."""
    ring = vault.keyring()
    if ring.master == own_master(ring.folder):
        ring.master.add_new()
    masters = ring.master.keys()
    for path in key_files(ring.folder):
        wrap_key(path, unwrapped(path, masters), masters[0])
    if ring.master.own:
        ring.master.drop_old()
    _record(database, "key.rotated", "master", actor=actor, now=now)


def _put_before(
    database: Database,
    ring: KeyRing,
    former: Key,
    name: str,
    *,
    actor: str,
    now: datetime,
) -> str:
    """Use a new key from now on, the former one beside it; return the new one's id."""
    key, place = new_key(name), ring.folder / f"{name}.json"
    with explained(ring.folder):
        retired = ring.folder / f"{former.id}.json"
        if not retired.exists():
            # The same file under a second name: at no moment is the key nowhere.
            os.link(place, retired)
    wrap_key(place, key, ring.master.keys()[0])
    _record(database, "key.rotated", key.id, actor=actor, now=now, before=former.id)
    return key.id


def _demand_nothing_sealed(database: Database, key_id: str) -> None:
    left = sum(_with_key(database, table, key_id) for table in _TABLES)
    if left:
        raise ConflictError(
            f"{left} rows are sealed with {key_id}. Run `kamizero keys reseal` first."
        )


def _demand_nothing_found(database: Database, key_id: str) -> None:
    left = index_renewal.found_by(database, key_id)
    if left:
        raise ConflictError(
            f"{left} rows are found by {key_id}. Run `kamizero index renew` first."
        )


_TABLES: Sequence[type[SealedRow]] = (
    FieldValue,
    RecordInsured,
    RecordPayee,
    ReturnNotice,
    Search,
    Subscription,
)


def _resealed(
    database: Database, vault: Vault, table: type[SealedRow], current: str
) -> Iterator[int]:
    last: Any = None
    while True:
        with database.begin() as session:
            rows = _older(session, table, current, behind=last)
            for row in rows:
                _seal_anew(vault, row)
            keys = table.__mapper__.primary_key_from_instance(rows[-1]) if rows else []
        if rows:
            yield len(rows)
        elif last is None:
            return
        # Behind the last one, or from the beginning: what was locked may be free now.
        last = keys[0] if keys else None


def _older(
    session: Session, table: type[SealedRow], current: str, *, behind: Any
) -> Sequence[SealedRow]:
    """The next ones; looking from the first row each time passes all done ones."""
    (key,) = table.__mapper__.primary_key
    query: Select[Any] = (
        select(table)
        .where(table.key_id.is_not(None), table.key_id != current)
        .order_by(key)
        .limit(_BATCH)
        .with_for_update(skip_locked=True, of=table)
    )
    if behind is not None:
        query = query.where(key > behind)
    if table is FieldValue:
        query = query.options(joinedload(FieldValue.version))
    return session.scalars(query).all()


def _seal_anew(vault: Vault, row: SealedRow) -> None:
    if row.sealed is None or row.key_id is None:
        return
    place = _place(row)
    plain = vault.open(Sealed(key_id=row.key_id, data=row.sealed), bound_to=place)
    sealed = vault.seal(plain, bound_to=place)
    row.sealed, row.key_id = sealed.data, sealed.key_id


def _place(row: SealedRow) -> str:
    if isinstance(row, FieldValue):
        version: FieldVersion = row.version
        return sealed_place(version.field_id, version.seq)
    return row.sealed_place


def _older_count(database: Database, table: type[SealedRow], current: str) -> int:
    older = select(func.count()).select_from(table)
    with database.look() as session:
        return session.scalars(
            older.where(table.key_id.is_not(None), table.key_id != current)
        ).one()


def _with_key(database: Database, table: type[SealedRow], key_id: str) -> int:
    sealed = select(func.count()).select_from(table).where(table.key_id == key_id)
    with database.look() as session:
        return session.scalars(sealed).one()


def _is_known(session: Session, key_id: str) -> bool:
    event = select(AuditEvent.id).where(
        AuditEvent.act == SIGNING,
        AuditEvent.subject_kind == SUBJECT,
        AuditEvent.subject_id == key_id,
    )
    return session.scalar(event.limit(1)) is not None


def _record(
    database: Database,
    act: str,
    key_id: str,
    *,
    actor: str,
    now: datetime,
    before: str | None = None,
) -> None:
    with database.begin() as session:
        audit.record(
            session,
            actor=actor,
            act=act,
            subject_kind="key",
            subject_id=key_id,
            now=now,
            body={"before": before} if before else None,
        )
