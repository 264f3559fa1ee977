"""Making a backup while people work: rows first, then the bytes they name.

Bytes are stored before a row names them, so whatever the rows of the copy name is
there when the bytes are copied; what was destroyed in between is destroyed again by
whoever restores.
"""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.errors import SetupError
from storage import audit
from storage.backup.contents import Contents, list_files
from storage.backup.objects import OBJECTS, copy_out
from storage.backup.rows import save_rows
from storage.database import Database
from storage.files import explained
from storage.interfaces import ObjectStore
from storage.tables import AuditSeal
from storage.versions import version_in


@dataclass(frozen=True, slots=True)
class Source:
    """What is backed up.

    Attributes:
        objects: the folder of originals, or the store where they lie in a bucket; None
            where they are not copied.
        keys: the folder of keys.
    """

    database: Database
    objects: Path | ObjectStore | None
    keys: Path


def make_backup(
    source: Source, folder: Path, *, keys: Path | None, by: str, now: datetime
) -> Contents:
    """Write a backup into an empty folder; its page comes last.

    Args:
        keys: the folder the keys are copied to, apart from the rest; None where
            whoever keeps them does it.

    Raises:
        SetupError: a folder is not empty, or keys would lie beside what they open.
        StoreError: database or store cannot be read now, or the disk is full.
    """
    _demand_apart(folder, keys)
    for wanted in (folder, keys):
        if wanted is not None:
            _make_empty(wanted)
    with source.database.begin() as session:
        audit.record(
            session,
            actor=by,
            act="backup.begun",
            subject_kind="backup",
            subject_id=now.astimezone(UTC).isoformat(timespec="seconds"),
            now=now,
            body={"keys": keys is not None},
        )
    with source.database.look() as session:
        head = _head(session)
    save_rows(source.database, folder)
    if isinstance(source.objects, Path):
        _copy(source.objects, folder / OBJECTS)
    elif source.objects is not None:
        copy_out(source.database, source.objects, folder)
    if keys is not None:
        _copy(source.keys, keys)
    count, digest = list_files(folder)
    contents = Contents(
        made_at=now.astimezone(UTC).isoformat(),
        program=version("kamizero"),
        revision=_revision(source.database),
        dialect=source.database.dialect,
        files=count,
        files_sha256=digest,
        with_objects=source.objects is not None,
        head=head,
    )
    contents.write(folder)
    return contents


def _demand_apart(folder: Path, keys: Path | None) -> None:
    if keys is None:
        return
    rows, apart = folder.resolve(), keys.resolve()
    if apart == rows or rows in apart.parents or apart in rows.parents:
        raise SetupError(
            f"{keys} is not apart from {folder}: whoever gets the backup must not get "
            "the keys that open it."
        )


def _make_empty(folder: Path) -> None:
    with explained(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise SetupError(f"{folder} is not empty. Name an empty or a new folder.")


def _copy(source: Path, target: Path) -> None:
    with explained(target):
        shutil.copytree(source, target, dirs_exist_ok=True, copy_function=_copied)


def _copied(source: str, target: str) -> str:
    # A file may go while the folder is read: half written ones, and destroyed ones.
    try:
        return str(shutil.copy2(source, target))
    except FileNotFoundError:
        return target


def _head(session: Session) -> tuple[int, str] | None:
    last = session.scalar(select(AuditSeal).order_by(AuditSeal.seq.desc()).limit(1))
    return (last.seq, last.hash) if last else None


def _revision(database: Database) -> str:
    with database.engine.connect() as connection:
        found = version_in(connection)
    if found is None:
        raise SetupError("The database has no tables; there is nothing to back up.")
    return found
