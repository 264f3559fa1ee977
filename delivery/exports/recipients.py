"""Encrypting a file to its receiver, who alone has the key that opens it (age)."""

from collections.abc import Sequence

import pyrage

from kamizero.errors import WrongCallError


def seal(data: bytes, recipients: Sequence[str]) -> bytes:
    """The bytes as only these can read them: other bytes each time.

    Raises:
        WrongCallError: one is no public key.
    """
    sealed: bytes = pyrage.encrypt(data, [_recipient(one) for one in recipients])
    return sealed


def demand_public(recipients: Sequence[str]) -> None:
    """Raises WrongCallError, without repeating what may be a secret."""
    for one in recipients:
        _recipient(one)


def _recipient(text: str) -> "pyrage.x25519.Recipient | pyrage.ssh.Recipient":
    of_ssh = text.startswith("ssh-")
    try:
        kind = pyrage.ssh.Recipient if of_ssh else pyrage.x25519.Recipient
        return kind.from_str(text)
    except pyrage.RecipientError as error:
        raise WrongCallError(
            "A recipient is no public key of age or SSH: it begins with `age1`, "
            "`ssh-ed25519` or `ssh-rsa`, and is never the secret one."
        ) from error
