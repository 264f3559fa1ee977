"""What is done with the keys: seal, commit, find and sign."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kamizero.errors import KeyMissingError, TamperedError
from storage.keyring import NONCE_BYTES, Key, KeyRing

__all__ = ["Commitment", "KeyRing", "Sealed", "Signature", "Vault"]

_SALT_BYTES = 32


@dataclass(frozen=True, slots=True)
class Sealed:
    """Encrypted bytes and the name of the key that opens them."""

    key_id: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Commitment:
    """Proves a value to whoever has value and salt, tells nothing to others."""

    salt: bytes
    hex: str


@dataclass(frozen=True, slots=True)
class Signature:
    key_id: str
    hex: str


class Vault:
    """Seals values and signs with the keys of one installation; thread-safe."""

    def __init__(self, keyring: KeyRing) -> None:
        self._keyring = keyring
        self._cipher = AESGCM(keyring.data.secret)
        self._signer = keyring.signer()

    def seal(self, plain: bytes, *, bound_to: str) -> Sealed:
        """Encrypt for one place; opening it for another one fails."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        data = self._cipher.encrypt(nonce, plain, bound_to.encode())
        return Sealed(key_id=self._keyring.data.id, data=nonce + data)

    def open(self, sealed: Sealed, *, bound_to: str) -> bytes:
        """The plain bytes.

        Raises:
            KeyMissingError: they were sealed with a key that is not here.
            TamperedError: they were changed, or moved from another place.
        """
        self._need(self._keyring.data, sealed.key_id)
        nonce, data = sealed.data[:NONCE_BYTES], sealed.data[NONCE_BYTES:]
        try:
            return self._cipher.decrypt(nonce, data, bound_to.encode())
        except (InvalidTag, ValueError) as error:
            raise TamperedError(
                f"The sealed value of {bound_to} was changed. "
                "Restore the database from the backup."
            ) from error

    def commitment(self, value: str) -> Commitment:
        salt = secrets.token_bytes(_SALT_BYTES)
        return Commitment(salt=salt, hex=_committed(value, salt))

    def proves(self, value: str, salt: bytes, commitment: str) -> bool:
        return hmac.compare_digest(_committed(value, salt), commitment)

    def blind_index(self, value: str) -> str:
        """The same for equal values, and unguessable without the key."""
        key = self._keyring.index.secret
        return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()

    def sign(self, data: bytes) -> Signature:
        return Signature(
            key_id=self._keyring.signing.id, hex=self._signer.sign(data).hex()
        )

    def verify_signature(self, data: bytes, signature: Signature) -> bool:
        """Tell whether this installation signed the data. Raises KeyMissingError."""
        self._need(self._keyring.signing, signature.key_id)
        try:
            self._signer.public_key().verify(bytes.fromhex(signature.hex), data)
        except (InvalidSignature, ValueError):
            return False
        return True

    def _need(self, key: Key, key_id: str) -> None:
        if key.id != key_id:
            raise KeyMissingError(
                f"The key {key_id} is not in {self._keyring.folder}, {key.id} is. "
                "Restore the folder that belongs to this database from the backup."
            )


def _committed(value: str, salt: bytes) -> str:
    return hmac.new(salt, value.encode(), hashlib.sha256).hexdigest()
