"""The folder in which a host lays its lists: read when quiet, put away when noted."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path

from delivery.answers.layout import AnswerLayout
from delivery.answers.lists import MOST_BYTES
from delivery.answers.tray import MOST_COPIES, Found
from kamizero.errors import StoreError
from storage.files import explained, sync_folder


@dataclass(frozen=True, slots=True)
class FolderTray:
    """Tray in a folder; what was read lies in a folder beside it."""

    folder: Path
    layout: AnswerLayout

    def quiet(self, *, now: datetime) -> Iterator[Found]:
        latest = now - timedelta(seconds=self.layout.quiet_seconds)
        with explained(self.folder):
            for path in sorted(self.folder.iterdir()):
                if fnmatchcase(path.name, self.layout.file_name) and path.is_file():
                    changed = path.stat()
                    if changed.st_mtime <= latest.timestamp():
                        yield Found(path.name, changed.st_mtime_ns, _bytes(path))

    def put_away(self, found: Found, where: str) -> bool:
        path, folder = self.folder / found.name, self.folder / where
        with explained(self.folder):
            if path.stat().st_mtime_ns != found.changed_ns:
                return False
            folder.mkdir(exist_ok=True)
            for number in range(1, MOST_COPIES):
                name = path.name if number == 1 else f"{path.name}.{number}"
                if _moved(path, folder / name):
                    break
            else:
                raise StoreError(
                    f"{folder / path.name} is there {MOST_COPIES} times. Move some "
                    "away."
                )
            sync_folder(folder)
            sync_folder(self.folder)
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
