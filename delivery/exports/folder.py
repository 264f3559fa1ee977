"""Laying a file into a folder so that its receiver never sees half of it."""

import os
from contextlib import suppress
from pathlib import Path

from kamizero.errors import StoreError
from storage.files import explained, sync_folder

PART, DONE = ".part", ".done"


def place(folder: Path, name: str, data: bytes, done: bytes) -> None:
    """`name.part`, then `name`, then `name.done`; done again, it changes nothing.

    Whoever receives takes a file away once its `.done` is there.

    Raises:
        StoreError: the folder cannot be written, or the name is another's.
    """
    target, mark = folder / name, folder / f"{name}{DONE}"
    with explained(folder):
        if mark.exists():
            _demand_same(mark, done)
            return
        if target.exists():
            _demand_same(target, data)
        else:
            _write(folder, target, data)
        _write(folder, mark, done)


def _write(folder: Path, target: Path, data: bytes) -> None:
    part = folder / f"{target.name}{PART}"
    # What a run before left half written is of no worth.
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(handle)
    try:
        # Unlike a rename, a link never replaces what is already there.
        os.link(part, target)
    except FileExistsError:
        _demand_same(target, data)
    except PermissionError:
        # File systems of other machines often know no links.
        part.rename(target)
    finally:
        with suppress(FileNotFoundError):
            part.unlink()
    sync_folder(folder)


def _demand_same(path: Path, data: bytes) -> None:
    if path.read_bytes() != data:
        raise StoreError(
            f"{path} is there already and is another file. Move it away: files of a "
            "destination are never written over."
        )
