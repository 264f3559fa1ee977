"""A folder as a place from which files are fetched: never half of one is seen."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from delivery.exports.drop import demand_same
from kamizero.errors import StoreError
from storage.files import explained, sync_folder

PART = ".part"


@dataclass(frozen=True, slots=True)
class FolderDrop:
    """Drop in a folder, on a disk or share: `name.part` first, then `name`."""

    folder: Path

    def found(self, name: str) -> bytes | None:
        with explained(self.folder):
            try:
                return (self.folder / name).read_bytes()
            except FileNotFoundError:
                self._demand_there()
                return None

    def put(self, name: str, data: bytes) -> None:
        before = self.found(name)
        target = self.folder / name
        if before is not None:
            demand_same(before, data, target)
            return
        with explained(self.folder):
            self._write(target, data)

    def remove(self, name: str) -> None:
        with explained(self.folder):
            (self.folder / name).unlink(missing_ok=True)
            sync_folder(self.folder)

    def _demand_there(self) -> None:
        """A folder that is away says nothing of what lies in it."""
        if not self.folder.is_dir():
            raise StoreError(f"{self.folder} is away. Bring it back, or mount it.")

    def _write(self, target: Path, data: bytes) -> None:
        part = self.folder / f"{target.name}{PART}"
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
            demand_same(target.read_bytes(), data, target)
        except PermissionError:
            # File systems of other machines often know no links.
            part.rename(target)
        finally:
            with suppress(FileNotFoundError):
                part.unlink()
        sync_folder(self.folder)
