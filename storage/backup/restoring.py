"""Restoring a backup into an empty place, and destroying again what went since.

The rows come to where programs look for them only when everything else is done: a
restore that is cut off half way leaves nothing that would open.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import make_url

from kamizero.errors import SetupError
from storage import audit
from storage.backup.contents import Contents, check_files, read_contents
from storage.backup.erasures import Erasure, apply_again
from storage.backup.objects import OBJECTS, are_listed, put_back, tell_rows
from storage.backup.rows import (
    SQLITE_FILE,
    bring_up,
    demand_known,
    demand_no_rows,
    load_rows,
    open_rows,
)
from storage.database import Database
from storage.files import explained, sync_folder
from storage.interfaces import ObjectStore

ACT = "backup.restored"
KEYS = "keys"
_STAGED = "kamizero.db.restoring"


@dataclass(frozen=True, slots=True)
class Target:
    """Where it is restored to.

    Attributes:
        data_dir: empty, or with nothing but keys in it.
        database_url: None where the rows go into the data folder.
        open_store: called when the originals lie in the data folder.
        in_bucket: whether the store is a bucket, and not the data folder.
    """

    data_dir: Path
    database_url: str | None
    open_store: Callable[[], ObjectStore]
    in_bucket: bool = False


@dataclass(frozen=True, slots=True)
class Restored:
    contents: Contents
    erased: int


def restore_backup(
    folder: Path,
    target: Target,
    *,
    keys: Path | None,
    erasures: list[Erasure] | None,
    by: str,
    clock: Callable[[], datetime],
) -> Restored:
    """Restore a whole backup.

    Args:
        keys: the folder the keys were copied to; None where they lie in the data
            folder already.
        erasures: what was certified as destroyed; None where nobody can say.

    Raises:
        SetupError: the backup is no whole one, or of another program or database; or
            the target is not empty.
    """
    contents = read_contents(folder)
    demand_known(contents.revision)
    _demand_place(folder, target, contents, keys)
    check_files(folder, contents)
    database = _load(folder, target)
    try:
        revision = bring_up(database, contents.revision)
        store = target.open_store()
        if are_listed(folder):
            gone = frozenset(one for each in erasures or [] for one in each.originals)
            tell_rows(database, put_back(folder, store, erased=gone, clock=clock))
        erased = apply_again(database, store, erasures or [], clock=clock)
        _record(database, contents, erased, erasures, by=by, now=clock())
        open_rows(database, revision)
    finally:
        database.close()
    if keys is not None:
        with explained(target.data_dir / KEYS):
            shutil.copytree(keys, target.data_dir / KEYS)
    if target.database_url is None:
        staged = target.data_dir / _STAGED
        staged.replace(target.data_dir / "kamizero.db")
        sync_folder(target.data_dir)
    return Restored(contents, erased)


def _demand_place(
    folder: Path, target: Target, contents: Contents, keys: Path | None
) -> None:
    dialect = (
        "sqlite"
        if target.database_url is None
        else make_url(target.database_url).get_backend_name()
    )
    if dialect != contents.dialect:
        raise SetupError(
            f"The backup was made of {contents.dialect}, and KAMIZERO_DATABASE_URL "
            f"names {dialect}. Restore it into the same kind of database."
        )
    if contents.with_objects and are_listed(folder) != target.in_bucket:
        raise SetupError(
            "The originals of the backup lay in a bucket, and KAMIZERO_STORE_URL names "
            "none."
            if are_listed(folder)
            else "The originals of the backup lay in the data folder, and "
            "KAMIZERO_STORE_URL names a bucket."
        )
    data_dir = target.data_dir
    there = {path.name for path in data_dir.iterdir()} if data_dir.is_dir() else set()
    if there - {KEYS} or (there and keys is not None):
        raise SetupError(
            f"{data_dir} is not empty. Stop kamizero and restore into an empty folder; "
            "nothing is written over."
        )
    if keys is None and KEYS not in there:
        raise SetupError(
            f"Without its keys nothing sealed in the backup opens. Give them with "
            f"--keys, or put them into {data_dir / KEYS} first."
        )
    if keys is not None and not keys.is_dir():
        raise SetupError(f"There are no keys in {keys}.")


def _load(folder: Path, target: Target) -> Database:
    data_dir = target.data_dir
    with explained(data_dir):
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not target.in_bucket and (folder / OBJECTS).is_dir():
            shutil.copytree(folder / OBJECTS, data_dir / OBJECTS)
    if target.database_url is None:
        staged = data_dir / _STAGED
        with explained(staged):
            shutil.copyfile(folder / SQLITE_FILE, staged)
            staged.chmod(0o600)
        return Database(f"sqlite:///{staged.resolve()}")
    database = Database(target.database_url)
    demand_no_rows(database)
    load_rows(folder, make_url(target.database_url), beside=data_dir)
    return database


def _record(
    database: Database,
    contents: Contents,
    erased: int,
    erasures: list[Erasure] | None,
    *,
    by: str,
    now: datetime,
) -> None:
    with database.begin() as session:
        audit.record(
            session,
            actor=by,
            act=ACT,
            subject_kind="backup",
            subject_id=contents.made_at,
            now=now,
            body={
                "files": contents.files_sha256,
                "head": list(contents.head) if contents.head else None,
                "certificates": None if erasures is None else len(erasures),
                "erased": erased,
            },
        )
