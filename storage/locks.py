"""How long stored bytes must stay, as numbered files that are never rewritten."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from kamizero.errors import TamperedError
from storage.files import create, explained, set_immutable
from storage.interfaces import Kept


@dataclass(frozen=True, slots=True)
class Lock:
    """What holds for a key since its latest change."""

    n: int
    key: str
    version: str
    sha256: str
    size: int
    retain_until: datetime
    hold: bool
    deleted: bool
    at: datetime

    def kept(self) -> Kept:
        return Kept(
            key=self.key,
            version=self.version,
            sha256=self.sha256,
            size=self.size,
            retain_until=self.retain_until,
            hold=self.hold,
        )


class LockFiles:
    """The locks of every key, one folder a key, one file a change."""

    def __init__(self, root: Path, *, immutable: bool) -> None:
        self._root = root
        self._immutable = immutable

    def latest(self, key: str) -> Lock | None:
        folder = self._root / key
        with explained(folder):
            if not folder.is_dir():
                return None
            names = sorted(path.name for path in folder.glob("*.json"))
            if not names:
                return None
            path = folder / names[-1]
            return _parsed(path, path.read_bytes())

    def add(self, lock: Lock) -> bool:
        """Write the next change; False where another process was faster."""
        path = self._root / lock.key / f"{lock.n:08d}.json"
        body = json.dumps(asdict(lock), default=datetime.isoformat, sort_keys=True)
        if not create(path, body.encode()):
            return False
        if self._immutable:
            set_immutable(path, on=True)
        return True


def _parsed(path: Path, data: bytes) -> Lock:
    try:
        body: dict[str, Any] = json.loads(data)
        for moment in ("retain_until", "at"):
            body[moment] = datetime.fromisoformat(body[moment])
        return Lock(**body)
    except (ValueError, TypeError, KeyError) as error:
        raise TamperedError(
            f"The lock file {path} is not as it was written ({error}). "
            "Restore it from the backup."
        ) from error
