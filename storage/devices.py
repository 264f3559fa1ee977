"""Devices that log in at the doors: scanners, mail gateways, programs."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.errors import WrongCallError
from storage import audit, passwords
from storage.database import Database
from storage.people import LOCKED_FOR, MAX_WRONG, WrongLoginError, demand_new
from storage.tables import Device

LONGEST_NAME = 100


def add_device(
    session: Session,
    *,
    name: str,
    site: str,
    password: str,
    daily_bytes: int | None,
    now: datetime,
) -> Device:
    """Add an account for a device; one that was removed comes back.

    Raises:
        ConflictError: a person, key or device has the name.
        WrongCallError: name, site or password cannot be.
    """
    if not _is_plain(name, LONGEST_NAME) or ":" in name:
        raise WrongCallError(
            f"A device's name has 1 to {LONGEST_NAME} printable characters, no space "
            "and no colon."
        )
    if not _is_plain(site, 16):
        raise WrongCallError("A site's code has 1 to 16 letters or digits.")
    device = session.scalar(
        select(Device).where(Device.name == name, ~Device.active).with_for_update()
    )
    if device is None:
        demand_new(session, name)
        device = Device(name=name, added_at=now)
        session.add(device)
    device.site, device.daily_bytes, device.active = site, daily_bytes, True
    device.password_hash = passwords.hashed(password)
    _forgive(device)
    _record(session, "device.added", device, now)
    return device


def remove_device(session: Session, *, name: str, now: datetime) -> None:
    """Close an account; what the device brought stays. Raises WrongCallError."""
    device = session.scalar(select(Device).where(Device.name == name, Device.active))
    if device is None:
        raise WrongCallError(f"There is no device called {name}.")
    device.active = False
    _record(session, "device.removed", device, now)


def all_devices(session: Session) -> Sequence[Device]:
    """The devices that may log in, by name."""
    return session.scalars(
        select(Device).where(Device.active).order_by(Device.name)
    ).all()


def authenticate(
    database: Database, *, name: str, password: str, now: datetime
) -> Device:
    """Check a login, in transactions of its own: a refusal must be counted too.

    Raises:
        WrongLoginError: wrong name or password, or locked after too many of them.
    """
    with database.look() as session:
        device = session.scalar(
            select(Device).where(Device.name == name, Device.active)
        )
    right = passwords.fits(
        device.password_hash if device else passwords.nobody(), password
    )
    if device is None:
        raise _wrong_login()
    if right and device.failed_logins == 0:
        # Devices log in for every scan: a look is enough while nothing is wrong.
        return device
    with database.begin() as session:
        device = session.get_one(Device, device.id, with_for_update=True)
        if device.locked_until and now < device.locked_until:
            raise _locked(device.locked_until)
        if right:
            _forgive(device)
            return device
        _count_wrong(session, device, now)
    raise _locked(device.locked_until) if device.locked_until else _wrong_login()


def _is_plain(text: str, longest: int) -> bool:
    return 1 <= len(text) <= longest and text.isprintable() and " " not in text


def _count_wrong(session: Session, device: Device, now: datetime) -> None:
    if device.locked_until:
        _forgive(device)
    device.failed_logins += 1
    _record(session, "login.refused", device, now)
    if device.failed_logins >= MAX_WRONG:
        device.locked_until = now + LOCKED_FOR
        _record(session, "login.locked", device, now)


def _forgive(device: Device) -> None:
    device.failed_logins = 0
    device.locked_until = None


def _wrong_login() -> WrongLoginError:
    return WrongLoginError("Name or password is wrong.")


def _locked(until: datetime) -> WrongLoginError:
    return WrongLoginError(
        f"Too many wrong passwords: locked until {until:%H:%M} UTC. Correct the "
        "password in the device and wait."
    )


def _record(session: Session, act: str, device: Device, now: datetime) -> None:
    session.flush()
    audit.record(
        session,
        actor=device.name,
        act=act,
        subject_kind="device",
        subject_id=device.id,
        now=now,
        body={"site": device.site},
    )
