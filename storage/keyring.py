"""The keys that protect values and sign approvals, and the folder they lie in.

One master key, a file only its owner reads, wraps all others. Whoever backs up the
database without this folder holds sealed values that nobody opens.
"""

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kamizero.errors import KeyMissingError, TamperedError
from storage.files import explained, sync_folder

NONCE_BYTES = 12
_KEY_BYTES = 32
_MASTER = "master.key"
_WRAPPED = ("data", "index", "signing")


@dataclass(frozen=True, slots=True)
class Key:
    """A secret and the name that sealed values remember it by."""

    id: str
    secret: bytes


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys of one installation.

    Attributes:
        data: seals values (AES-256-GCM).
        index: finds sealed values without opening them (HMAC-SHA-256).
        signing: signs approvals (Ed25519 seed).
    """

    folder: Path
    data: Key
    index: Key
    signing: Key

    @classmethod
    def load(cls, folder: Path, *, create: bool = True) -> "KeyRing":
        """Read the keys; where there is no folder yet, make them.

        Args:
            create: False where values already exist, so that a lost folder is
                reported and not replaced by keys that open nothing.

        Raises:
            KeyMissingError: a key file is gone; the message names it.
        """
        if create and not folder.exists():
            _make(folder)
        master = _master(folder)
        keys = {name: _unwrapped(folder, name, master) for name in _WRAPPED}
        return cls(folder=folder, **keys)

    def signer(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.signing.secret)


def _make(folder: Path) -> None:
    # Made aside and renamed: two programs starting at once agree on one set.
    draft = folder.parent / f".{folder.name}-{uuid4().hex}"
    with explained(folder.parent):
        draft.mkdir(mode=0o700, parents=True)
        master = secrets.token_bytes(_KEY_BYTES)
        _write(draft / _MASTER, f"{master.hex()}\n")
        for name in _WRAPPED:
            _write(draft / f"{name}.json", _wrapped(name, master))
        sync_folder(draft)
        try:
            draft.rename(folder)
        except OSError:
            shutil.rmtree(draft)
            if not folder.exists():
                raise
        sync_folder(folder.parent)


def _wrapped(name: str, master: bytes) -> str:
    secret = secrets.token_bytes(_KEY_BYTES)
    nonce = secrets.token_bytes(NONCE_BYTES)
    body: Mapping[str, str] = {
        # Enough of a digest to tell keys apart, too little to test guesses.
        "id": f"{name}-{hashlib.sha256(secret).hexdigest()[:16]}",
        "nonce": nonce.hex(),
        "wrapped": AESGCM(master).encrypt(nonce, secret, name.encode()).hex(),
    }
    return json.dumps(body, indent=1)


def _master(folder: Path) -> bytes:
    path = folder / _MASTER
    try:
        master = bytes.fromhex(_read(path).strip())
    except ValueError as error:
        raise _changed(path) from error
    if len(master) != _KEY_BYTES:
        raise _changed(path)
    return master


def _unwrapped(folder: Path, name: str, master: bytes) -> Key:
    path = folder / f"{name}.json"
    try:
        body: dict[str, str] = json.loads(_read(path))
        secret = AESGCM(master).decrypt(
            bytes.fromhex(body["nonce"]), bytes.fromhex(body["wrapped"]), name.encode()
        )
        return Key(id=body["id"], secret=secret)
    except (ValueError, KeyError, TypeError) as error:
        raise _changed(path) from error
    except InvalidTag as error:
        raise TamperedError(
            f"{path} does not belong to {folder / _MASTER}, or one of them was "
            "changed. Restore both from the same backup."
        ) from error


def _changed(path: Path) -> TamperedError:
    return TamperedError(
        f"The key file {path} is not as it was written. Restore {path.parent} from "
        "the backup."
    )


def _read(path: Path) -> str:
    with explained(path):
        try:
            return path.read_text()
        except FileNotFoundError as error:
            raise KeyMissingError(
                f"The key file {path} is missing: protected values stay closed and "
                f"nothing can be approved. Restore {path.parent} from the backup."
            ) from error


def _write(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(handle)
