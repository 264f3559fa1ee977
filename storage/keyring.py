"""The keys that protect values and sign approvals, and the folder they lie in.

One master key, which only its owner reads, wraps all others. Whoever backs up the
database without it holds sealed values that nobody opens.
"""

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kamizero.errors import TamperedError
from storage.files import explained, replace_file, sync_folder
from storage.master_key import KEY_BYTES, MasterKey, changed, read_private

NONCE_BYTES = 12
WRAPPED = ("data", "index", "signing")
_MASTER = "master.key"
_PUBLIC = ".public.json"


@dataclass(frozen=True, slots=True)
class Key:
    """A secret and the name that sealed values remember it by."""

    id: str
    secret: bytes


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys of one installation, as they lay in the folder at one moment.

    Attributes:
        data: seals values (AES-256-GCM).
        index: finds sealed values without opening them (HMAC-SHA-256).
        former_index: index keys that something is still found by, by their id.
        signing: signs approvals (Ed25519 seed).
        retired: data keys that still open what they sealed, by their id.
        public: what verifies signatures, of this signing key and all before it.
        mark: differs when a key was exchanged or is gone.
    """

    folder: Path
    master: MasterKey
    data: Key
    index: Key
    former_index: Mapping[str, Key]
    signing: Key
    retired: Mapping[str, Key]
    public: Mapping[str, bytes]
    mark: object

    @classmethod
    def load(
        cls, folder: Path, *, create: bool = True, master: MasterKey | None = None
    ) -> "KeyRing":
        """Read the keys; where there is no folder yet, make them.

        Args:
            create: False where values already exist, so that a lost folder is
                reported and not replaced by keys that open nothing.
            master: where the master key lies, if not in the folder.

        Raises:
            KeyMissingError: a key file is gone; the message names it.
            SetupError: others can read it.
            TamperedError: it is not as it was written.
        """
        if create and not folder.exists():
            _make(folder, master)
        source = master or own_master(folder)
        mark = mark_of(folder)
        masters = source.keys()
        keys = {name: unwrapped(folder / f"{name}.json", masters) for name in WRAPPED}
        signing = keys["signing"]
        return cls(
            folder=folder,
            master=source,
            **keys,
            retired=_retired(folder, "data", masters),
            former_index=_retired(folder, "index", masters),
            public={**_former(folder), signing.id: public_of(signing)},
            mark=mark,
        )

    def again(self) -> "KeyRing":
        """The keys as they lie there now."""
        return KeyRing.load(self.folder, create=False, master=self.master)

    def signer(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.signing.secret)


def own_master(folder: Path) -> MasterKey:
    return MasterKey(folder / _MASTER, own=True)


def new_key(name: str) -> Key:
    secret = secrets.token_bytes(KEY_BYTES)
    # Enough of a digest to tell keys apart, too little to test guesses.
    return Key(f"{name}-{hashlib.sha256(secret).hexdigest()[:16]}", secret)


def public_of(signing: Key) -> bytes:
    private = Ed25519PrivateKey.from_private_bytes(signing.secret)
    return private.public_key().public_bytes_raw()


def wrap_key(path: Path, key: Key, master: bytes) -> None:
    """Write a key under the master, over what is there."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    body: Mapping[str, str] = {
        "id": key.id,
        "nonce": nonce.hex(),
        "wrapped": AESGCM(master).encrypt(nonce, key.secret, _kind(key.id)).hex(),
    }
    replace_file(path, json.dumps(body, indent=1))


def unwrapped(path: Path, masters: list[bytes]) -> Key:
    """The key in a file, wrapped under one of these masters."""
    try:
        body: dict[str, str] = json.loads(read_private(path))
        name, nonce = body["id"], bytes.fromhex(body["nonce"])
        closed, kind = bytes.fromhex(body["wrapped"]), path.stem.partition("-")[0]
        for master in masters:
            try:
                secret = AESGCM(master).decrypt(nonce, closed, kind.encode())
            except InvalidTag:
                continue
            return Key(id=name, secret=secret)
    except (ValueError, KeyError, TypeError) as error:
        raise changed(path) from error
    raise TamperedError(
        f"{path} does not belong to {path.parent / _MASTER} or the master key that "
        "was given, or one of them was changed. Restore both from the same backup."
    )


def key_files(folder: Path) -> list[Path]:
    """Every file with a wrapped key, retired ones too."""
    return [
        path
        for name in WRAPPED
        for path in sorted(folder.glob(f"{name}*.json"))
        if not path.name.endswith(_PUBLIC)
    ]


def public_file(folder: Path, key_id: str) -> Path:
    return folder / f"{key_id}{_PUBLIC}"


def mark_of(folder: Path) -> object:
    # Text, as paths are dear to put together: it is asked at each of a million seals.
    place = str(folder)
    return [_identity(f"{place}/{name}.json") for name in WRAPPED]


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116  As above.
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


def _make(folder: Path, master: MasterKey | None) -> None:
    # Made aside and renamed: two programs starting at once agree on one set.
    draft = folder.parent / f".{folder.name}-{uuid4().hex}"
    with explained(folder.parent):
        draft.mkdir(mode=0o700, parents=True)
        secret = (master or own_master(draft)).make()
        for name in WRAPPED:
            wrap_key(draft / f"{name}.json", new_key(name), secret)
        try:
            draft.rename(folder)
        except OSError:
            shutil.rmtree(draft)
            if not folder.exists():
                raise
        sync_folder(folder.parent)


def _retired(folder: Path, name: str, masters: list[bytes]) -> dict[str, Key]:
    keys = [unwrapped(path, masters) for path in sorted(folder.glob(f"{name}-*.json"))]
    return {key.id: key for key in keys}


def _former(folder: Path) -> dict[str, bytes]:
    return dict(_public_keys(folder))


def _public_keys(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.glob(f"signing-*{_PUBLIC}")):
        try:
            body: dict[str, str] = json.loads(read_private(path))
            yield body["id"], bytes.fromhex(body["public"])
        except (ValueError, KeyError, TypeError) as error:
            raise changed(path) from error


def _kind(key_id: str) -> bytes:
    return key_id.partition("-")[0].encode()
