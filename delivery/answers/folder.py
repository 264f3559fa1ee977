"""The folder in which a host lays its lists: read when quiet, put away when noted."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from hashlib import sha256
from pathlib import Path

from delivery.answers.layout import MOST_BYTES, AnswerLayout
from storage.files import explained, sync_folder

READ, BROKEN = "read", "broken"


@dataclass(frozen=True, slots=True)
class Found:
    """One quiet list, as it was when it was read."""

    path: Path
    changed_ns: int
    data: bytes

    @property
    def sha256(self) -> str:
        return sha256(self.data).hexdigest()

    @property
    def mark(self) -> str:
        """Tells it from every other, a later one with the same words included."""
        signs = f"{self.path.name}\0{self.changed_ns}\0{self.sha256}"
        return sha256(signs.encode()).hexdigest()


def quiet_lists(layout: AnswerLayout, *, now: datetime) -> Iterator[Found]:
    """The lists that nobody writes any more, by name.

    Raises:
        StoreError: the folder cannot be read.
    """
    folder = Path(layout.folder)
    latest = now - timedelta(seconds=layout.quiet_seconds)
    with explained(folder):
        for path in sorted(folder.iterdir()):
            if fnmatchcase(path.name, layout.file_name) and path.is_file():
                changed = path.stat()
                if changed.st_mtime <= latest.timestamp():
                    yield Found(path, changed.st_mtime_ns, _bytes(path))


def put_away(found: Found, where: str) -> bool:
    """Move a list into a folder beside it; False where it was written on meanwhile.

    Nothing is ever written over, and nothing that was not read is moved.

    Raises:
        StoreError: it cannot be moved.
    """
    path = found.path
    folder = path.parent / where
    with explained(path.parent):
        if path.stat().st_mtime_ns != found.changed_ns:
            return False
        folder.mkdir(exist_ok=True)
        for number in range(1, 10_000):
            name = path.name if number == 1 else f"{path.name}.{number}"
            if _moved(path, folder / name):
                break
        sync_folder(folder)
        sync_folder(path.parent)
    return True


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        # One more than may be says that it is too long, whatever it holds.
        return file.read(MOST_BYTES + 1)


def _moved(path: Path, target: Path) -> bool:
    try:
        # Unlike a rename, a link never replaces what is already there.
        os.link(path, target)
    except FileExistsError:
        return False
    except PermissionError:
        # File systems of other machines often know no links.
        if target.exists():
            return False
        path.rename(target)
        return True
    with suppress(FileNotFoundError):
        path.unlink()
    return True
