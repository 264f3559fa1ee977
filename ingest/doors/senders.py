"""Who sends through a door, as the door knows it."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Sender:
    """A device or program that was let in.

    Attributes:
        daily_bytes: most bytes it may bring within 24 hours, None for no limit.
        login: names the password it came in with, where it came in with one.
    """

    name: str
    site: str
    daily_bytes: int | None = None
    login: str = ""


class Accounts(Protocol):
    """Asked at each act of a sender, because connections stay open for days."""

    def as_now(self, sender: Sender) -> Sender:
        """The sender with the site and quota that its account has now.

        Raises:
            WrongLoginError: the account was closed or locked, or has another password.
        """
        ...


class AskedBefore:
    """Accounts of a door that asks for the login at each request."""

    def as_now(self, sender: Sender) -> Sender:
        return sender
