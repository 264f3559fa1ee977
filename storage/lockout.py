"""Wrong passwords are counted, and after too many an account is locked for a while."""

from collections.abc import Callable
from datetime import datetime, timedelta

from kamizero.errors import ForbiddenError
from storage.tables import Device, Person

MAX_WRONG = 5
LOCKED_FOR = timedelta(minutes=10)

Account = Person | Device


class WrongLoginError(ForbiddenError):
    """Name or password is wrong, or the account is closed."""

    code = "wrong_login"


class LockedError(WrongLoginError):
    """Too many wrong passwords came: the account is locked for a while."""

    retryable = True


def demand_unlocked(account: Account, *, now: datetime, advice: str) -> None:
    """Raise LockedError, with what whoever is locked out can do."""
    if account.locked_until and holds(account.locked_until, now=now):
        raise _locked(account.locked_until, advice)


def holds(locked_until: datetime, *, now: datetime) -> bool:
    """Whether a lock still keeps somebody out."""
    # One that lasts longer was set before the clock was set back.
    return now < locked_until <= now + LOCKED_FOR


def count_wrong(
    account: Account, *, now: datetime, record: Callable[[str], None]
) -> None:
    """One more wrong password; the acts are recorded as events.

    The caller commits, and raises `refusal` only after that: what is rolled back
    was not counted.
    """
    if account.locked_until:
        # It has ended, or nobody would have been asked for a password.
        forgive(account)
    account.failed_logins += 1
    record("login.refused")
    if account.failed_logins >= MAX_WRONG:
        account.locked_until = now + LOCKED_FOR
        record("login.locked")


def forgive(account: Account) -> None:
    account.failed_logins = 0
    account.locked_until = None


def refusal(account: Account | None = None, *, advice: str = "") -> WrongLoginError:
    """What whoever gave a wrong name or password is told."""
    if account is not None and account.locked_until:
        return _locked(account.locked_until, advice)
    return WrongLoginError("Name or password is wrong.")


def _locked(until: datetime, advice: str) -> LockedError:
    return LockedError(
        f"Too many wrong passwords: locked until {until:%H:%M} UTC. {advice}"
    )
