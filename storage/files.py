"""Files that are written once: durable, never replaced, refused with advice."""

import errno
import fcntl
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from kamizero.errors import StoreError

# From linux/fs.h; Python names none of them.
_GET_FLAGS = 0x80086601
_SET_FLAGS = 0x40086602
_IMMUTABLE = 0x10

_ADVICE = {
    errno.ENOSPC: "the disk is full. Free space or enlarge it, then try again.",
    errno.EDQUOT: "the disk quota is used up. Free space or raise it, then try again.",
    errno.EROFS: "it is mounted read-only. Mount it writable, then try again.",
    errno.EACCES: "this user may not write there. Give the folder to the user that "
    "runs kamizero, then try again.",
    errno.EPERM: "the system forbids it. If the immutable flag is set, run "
    "`kamizero store unlock` first; else give the folder to the user that runs "
    "kamizero.",
}


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what the system says about a path into what a person can do."""
    try:
        yield
    except OSError as error:
        advice = _ADVICE.get(error.errno or 0, f"{error.strerror}.")
        raise StoreError(f"The store cannot use {path}: {advice}") from error


def create(path: Path, data: bytes) -> bool:
    """Make a read-only file with these bytes; False where the name is taken.

    After it returns True the file survives a power cut, whole.
    """
    with explained(path.parent):
        _make_folder(path.parent)
        draft = path.parent / f".draft-{uuid4().hex}"
        try:
            _write(draft, data)
            # Unlike a rename, a link never replaces what is already there.
            os.link(draft, path)
        except FileExistsError:
            return False
        finally:
            draft.unlink(missing_ok=True)
        sync_folder(path.parent)
    return True


def remove(path: Path) -> None:
    with explained(path):
        set_immutable(path, on=False)
        path.unlink(missing_ok=True)
        sync_folder(path.parent)


def replace_file(path: Path, text: str) -> None:
    """Write a file only its owner reads, all of it or nothing, over an older one."""
    draft = path.parent / f".draft-{uuid4().hex}"
    with explained(path):
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(handle)
        draft.rename(path)
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def set_immutable(path: Path, *, on: bool) -> bool:
    """Set or clear the flag that stops even root; False where that is refused."""
    try:
        with path.open("rb") as file:
            flags = _flags(file.fileno())
            wanted = flags | _IMMUTABLE if on else flags & ~_IMMUTABLE
            if wanted != flags:
                fcntl.ioctl(file, _SET_FLAGS, struct.pack("l", wanted))
    except OSError:
        # Many file systems know no flags, and few users may set them.
        return False
    return True


def can_be_immutable(folder: Path) -> bool:
    """Try it, because neither the file system nor the user's rights tell."""
    probe = folder / f".probe-{uuid4().hex}"
    with explained(folder):
        probe.write_bytes(b"")
        try:
            return set_immutable(probe, on=True) and _is_immutable(probe)
        finally:
            set_immutable(probe, on=False)
            probe.unlink()


def _is_immutable(path: Path) -> bool:
    with path.open("rb") as file:
        return bool(_flags(file.fileno()) & _IMMUTABLE)


def _flags(handle: int) -> int:
    answer = fcntl.ioctl(handle, _GET_FLAGS, struct.pack("l", 0))
    return int(struct.unpack("l", answer)[0])


def _make_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    # Another process may have made it since.
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    sync_folder(folder.parent)


def _write(path: Path, data: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fchmod(handle, 0o444)
        os.fsync(handle)
