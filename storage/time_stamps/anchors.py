"""The outside anchor: copies of sealed heads where this machine cannot change them.

A folder on another machine or on media written once. Whoever rewrites database, store
and keys does not reach it, so verification holds the chain against it.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kamizero.errors import StoreError
from storage.files import create, explained

_HEAD = re.compile(r"head-(\d{12})\.json")


@dataclass(frozen=True, slots=True)
class AnchoredHead:
    """One head as it was put outside.

    Attributes:
        hash: of the chain at `seq`; "" where the file is no head.
        reply: the time stamp over `data`, None where there was none.
    """

    seq: int
    hash: str
    path: str
    data: bytes
    reply: bytes | None


@dataclass(frozen=True, slots=True)
class Anchors:
    folder: Path

    def keep(self, seq: int, head: bytes, reply: bytes | None) -> None:
        """Put a head outside, with its stamp; nothing there is ever replaced.

        Raises:
            StoreError: the folder is not there or full; or another head of this
                number lies there.
        """
        if not self.folder.is_dir():
            raise StoreError(
                f"The anchor {self.folder} is not there. Mount it, or change "
                "KAMIZERO_ANCHOR_DIR."
            )
        path = self._path(seq)
        with explained(path):
            if not create(path, head) and path.read_bytes() != head:
                raise StoreError(
                    f"{path} holds another head: this database is not the one that "
                    "was anchored there. Run `kamizero verify`."
                )
        if reply is not None:
            create(path.with_suffix(".tsr"), reply)

    def heads(self) -> Iterator[AnchoredHead]:
        """Every head that lies outside, oldest first."""
        with explained(self.folder):
            paths = sorted(self.folder.iterdir())
        for path in paths:
            found = _HEAD.fullmatch(path.name)
            if found:
                yield _read(path, int(found[1]))

    def _path(self, seq: int) -> Path:
        return self.folder / f"head-{seq:012}.json"


def _read(path: Path, seq: int) -> AnchoredHead:
    reply = path.with_suffix(".tsr")
    with explained(path):
        data = path.read_bytes()
        stamp = reply.read_bytes() if reply.exists() else None
    try:
        digest = str(json.loads(data)["hash"])
    except (ValueError, KeyError, TypeError):
        digest = ""
    return AnchoredHead(seq, digest, str(path), data, stamp)
