"""The master key that wraps all others: a file of its own, or given from outside."""

import secrets
from dataclasses import dataclass, field
from pathlib import Path

from kamizero.errors import KeyMissingError, SetupError, TamperedError
from storage.files import explained, replace_file

KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class MasterKey:
    """Where the master key lies; it is read anew each time it is needed.

    Two keys stand there while they are being exchanged, the new one first.

    Attributes:
        path: the file, None where the text itself was given.
        own: the file is the program's, lies beside the keys and is made by it.
    """

    path: Path | None
    text: str = field(default="", repr=False)
    own: bool = False

    @property
    def where(self) -> str:
        return str(self.path or "KAMIZERO_MASTER_KEY")

    def make(self) -> bytes:
        """The key to wrap with from now on; a file of our own is written."""
        if self.own and self.path is not None and not self.path.exists():
            self._write([secrets.token_bytes(KEY_BYTES)])
        return self.keys()[0]

    def keys(self) -> list[bytes]:
        """Every key that stands there, the one to wrap with first.

        Raises:
            KeyMissingError, TamperedError, SetupError: none can be read there.
        """
        try:
            found = [bytes.fromhex(word) for word in self._text().split()]
        except ValueError as error:
            raise self._changed() from error
        if not found or any(len(key) != KEY_BYTES for key in found):
            raise self._changed()
        return found

    def add_new(self) -> None:
        """Put a new key before the one that wraps until now."""
        self._write([secrets.token_bytes(KEY_BYTES), *self.keys()[:1]])

    def drop_old(self) -> None:
        self._write(self.keys()[:1])

    def _text(self) -> str:
        if self.path is None:
            return self.text
        text = read_private(self.path, others=0o077 if self.own else 0o007)
        return text or " "

    def _write(self, keys: list[bytes]) -> None:
        if self.path is None or not self.own:
            raise SetupError(
                f"{self.where} is not kamizero's to change: put the new key before the "
                "old one there, rotate, then take the old one away."
            )
        replace_file(self.path, "".join(f"{key.hex()}\n" for key in keys))

    def _changed(self) -> TamperedError | SetupError:
        if self.path is None:
            return SetupError(
                "KAMIZERO_MASTER_KEY must be 64 hexadecimal digits, or two such keys "
                "with a space between them while they are exchanged."
            )
        return changed(self.path)


def changed(path: Path) -> TamperedError:
    return TamperedError(
        f"The key file {path} is not as it was written. Restore {path.parent} from "
        "the backup."
    )


def read_private(path: Path, *, others: int = 0o077) -> str:
    """The text of a key file that nobody else can read.

    Args:
        others: the rights that none but the owner may have.
    """
    with explained(path):
        try:
            mode = path.stat().st_mode & 0o777
            text = path.read_text()
        except FileNotFoundError as error:
            raise KeyMissingError(
                f"The key file {path} is missing: protected values stay closed and "
                f"nothing can be approved. Restore {path.parent} from the backup."
            ) from error
    if mode & others:
        raise SetupError(
            f"Others than its owner may read the key file {path} (mode {mode:o}). "
            f"Run `chmod {mode & ~others:o} {path}`; if somebody was there, change "
            "the key."
        )
    return text
