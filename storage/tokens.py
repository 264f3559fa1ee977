"""Random tokens: given out once, while only their hash is kept."""

import hashlib
import secrets

_BYTES = 32


def new_token() -> str:
    """256 random bits, as they go into a cookie or a header."""
    return secrets.token_urlsafe(_BYTES)


def token_hash(token: str) -> str:
    """What is kept of a token, and finds its row again."""
    return hashlib.sha256(token.encode()).hexdigest()
