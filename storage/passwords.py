"""Passwords of people and devices: Argon2 hashes, useless to who steals them."""

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from argon2.profiles import RFC_9106_LOW_MEMORY

from kamizero.errors import WrongCallError

MIN_PASSWORD = 8
# What its makers recommend where memory is not plenty (RFC 9106).
HASHER = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)


class ShortPasswordError(WrongCallError):
    """The password is too short to keep anybody out."""

    code = "short_password"


def hashed(password: str) -> str:
    if len(password) < MIN_PASSWORD:
        raise ShortPasswordError(
            f"A password needs at least {MIN_PASSWORD} characters."
        )
    return HASHER.hash(password)


def fits(password_hash: str, password: str) -> bool:
    try:
        return HASHER.verify(password_hash, password)
    except VerifyMismatchError:
        return False


def unknown() -> str:
    """The hash of a password that nobody was told."""
    return HASHER.hash(secrets.token_urlsafe(32))


@cache
def nobody() -> str:
    """A hash no password fits, so that unknown names take as long as known ones."""
    return unknown()
