"""What is done with the keys: seal, commit, find and sign."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kamizero.errors import KeyMissingError, TamperedError
from storage.keyring import NONCE_BYTES, KeyRing, mark_of

__all__ = ["Commitment", "Index", "KeyRing", "Sealed", "Signature", "Vault"]

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


@dataclass(frozen=True, slots=True)
class Index:
    """Finds values without opening them, by one key."""

    key_id: str
    secret: bytes = field(repr=False)

    def of(self, value: str) -> str:
        """The same for equal values, and unguessable without the key."""
        return hmac.new(self.secret, value.encode(), hashlib.sha256).hexdigest()


class Vault:
    """Seals values and signs with the keys of one installation; thread-safe.

    It sees at its next act that a key was exchanged, whoever did it, and does nothing
    with a key that is gone.
    """

    def __init__(self, keyring: KeyRing) -> None:
        self._hands = _Hands(keyring)

    def keyring(self) -> KeyRing:
        """The keys as they are now. Raises KeyMissingError."""
        return self._now().ring

    def seal(self, plain: bytes, *, bound_to: str) -> Sealed:
        """Encrypt for one place; opening it for another one fails."""
        hands = self._now()
        nonce = secrets.token_bytes(NONCE_BYTES)
        data = hands.ciphers[hands.ring.data.id].encrypt(
            nonce, plain, bound_to.encode()
        )
        return Sealed(key_id=hands.ring.data.id, data=nonce + data)

    def open(self, sealed: Sealed, *, bound_to: str) -> bytes:
        """The plain bytes.

        Raises:
            KeyMissingError: they were sealed with a key that is not here.
            TamperedError: they were changed, or moved from another place.
        """
        cipher = self._hands.ciphers.get(sealed.key_id) or self._now().ciphers.get(
            sealed.key_id
        )
        if cipher is None:
            raise self._missing(sealed.key_id, self._hands.ring.data.id)
        nonce, data = sealed.data[:NONCE_BYTES], sealed.data[NONCE_BYTES:]
        try:
            return cipher.decrypt(nonce, data, bound_to.encode())
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

    def index(self) -> Index:
        """What anything is to be found by from now on."""
        return self._now().indexes[0]

    def indexes(self) -> Sequence[Index]:
        """Everything something may be found by, the one of now first."""
        return self._now().indexes

    def blind_index(self, value: str) -> str:
        """The same for equal values until the key is exchanged."""
        return self.index().of(value)

    def sign(self, data: bytes) -> Signature:
        """Sign with the key of now. Raises KeyMissingError where it is gone."""
        hands = self._now()
        return Signature(
            key_id=hands.ring.signing.id, hex=hands.signer.sign(data).hex()
        )

    def signing_key(self) -> tuple[str, bytes]:
        """The key that signs now: its id, and what verifies its signatures."""
        ring = self.keyring()
        return ring.signing.id, ring.public[ring.signing.id]

    def public_key(self, key_id: str) -> bytes:
        """What verifies signatures of a key, in use or not. Raises KeyMissingError."""
        found = self._hands.ring.public.get(key_id) or self._now().ring.public.get(
            key_id
        )
        if found is None:
            raise self._missing(key_id, self._hands.ring.signing.id)
        return found

    def verify_signature(self, data: bytes, signature: Signature) -> bool:
        """Tell whether this installation signed the data. Raises KeyMissingError."""
        public = Ed25519PublicKey.from_public_bytes(self.public_key(signature.key_id))
        try:
            public.verify(bytes.fromhex(signature.hex), data)
        except (InvalidSignature, ValueError):
            return False
        return True

    def _now(self) -> "_Hands":
        hands = self._hands
        if mark_of(hands.ring.folder) != hands.ring.mark:
            hands = self._hands = _Hands(hands.ring.again())
        return hands

    def _missing(self, key_id: str, present: str) -> KeyMissingError:
        return KeyMissingError(
            f"The key {key_id} is not in {self._hands.ring.folder}, {present} is. "
            "Restore the folder that belongs to this database from the backup."
        )


class _Hands:
    """Keys made ready to work with; replaced whole, so that threads never mix two."""

    def __init__(self, ring: KeyRing) -> None:
        keys = (*ring.retired.values(), ring.data)
        self.ring = ring
        self.ciphers = {key.id: AESGCM(key.secret) for key in keys}
        self.signer = ring.signer()
        # While keys are exchanged, the one of now may lie there as a former one too.
        finding = {key.id: key for key in (ring.index, *ring.former_index.values())}
        self.indexes = [Index(key.id, key.secret) for key in finding.values()]


def _committed(value: str, salt: bytes) -> str:
    return hmac.new(salt, value.encode(), hashlib.sha256).hexdigest()
