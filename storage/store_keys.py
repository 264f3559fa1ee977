"""What bytes are called in a store, whichever it is: a prefix and their SHA-256."""

import re

from kamizero.errors import LostError, WrongCallError

# What stores keep for themselves: their locks, and what they try at start.
LOCKS = "locks"
PROBES = "probes"

_PREFIX = re.compile(r"[a-z][a-z0-9-]*")
_KEY = re.compile(r"([a-z][a-z0-9-]*)/([0-9a-f]{2})/\2[0-9a-f]{62}")


def key_of(sha256: str, *, prefix: str) -> str:
    """Raises WrongCallError for a prefix that is not one plain word."""
    if not _PREFIX.fullmatch(prefix) or prefix in (LOCKS, PROBES):
        raise WrongCallError(f"{prefix!r} cannot be a store prefix")
    return f"{prefix}/{sha256[:2]}/{sha256}"


def is_key(key: str) -> bool:
    return _KEY.fullmatch(key) is not None


def known(key: str) -> str:
    """The key itself. Raises LostError for what can be none.

    Keys come from rows and addresses: none may lead out of the store.
    """
    if not is_key(key):
        raise missing(key)
    return key


def missing(key: str) -> LostError:
    return LostError(f"The store has no {key}. Restore it from the backup.")
