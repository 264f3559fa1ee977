"""Devices that log in at the doors: scanners, mail gateways, programs."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.errors import WrongCallError
from storage import audit, lockout, passwords, sites
from storage.database import Database
from storage.lockout import WrongLoginError
from storage.people import demand_new
from storage.tables import Device

LONGEST_NAME = 100
_ADVICE = "Correct the password in the device and wait."


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
        WrongCallError: the name or the password cannot be, or no site is known so.
    """
    if not _is_plain(name) or ":" in name:
        raise WrongCallError(
            f"A device's name has 1 to {LONGEST_NAME} printable characters, no space "
            "and no colon."
        )
    sites.demand_site(session, site)
    device = session.scalar(
        select(Device).where(Device.name == name, ~Device.active).with_for_update()
    )
    if device is None:
        demand_new(session, name)
        device = Device(name=name, added_at=now)
        session.add(device)
    device.site, device.daily_bytes, device.active = site, daily_bytes, True
    device.password_hash = passwords.hashed(password)
    lockout.forgive(device)
    _record(session, "device.added", device, now)
    return device


def change_device(
    session: Session,
    *,
    name: str,
    now: datetime,
    site: str | None = None,
    daily_bytes: int | None = None,
    unlimited: bool = False,
) -> Device:
    """Give a device another site or quota, from its next file on.

    Raises:
        WrongCallError: there is no such device, or no such site.
    """
    device = _active(session, name)
    if site is not None:
        sites.demand_site(session, site)
        device.site = site
    if daily_bytes is not None or unlimited:
        device.daily_bytes = None if unlimited else daily_bytes
    _record(session, "device.changed", device, now)
    return device


def remove_device(session: Session, *, name: str, now: datetime) -> None:
    """Close an account; what the device brought stays. Raises WrongCallError."""
    device = _active(session, name)
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
        raise lockout.refusal()
    if right and device.failed_logins == 0:
        # Devices log in for every scan: a look is enough while nothing is wrong.
        return device
    with database.begin() as session:
        device = session.get_one(Device, device.id, with_for_update=True)
        lockout.demand_unlocked(device, now=now, advice=_ADVICE)
        if right:
            lockout.forgive(device)
            return device
        record = partial(_record, session, device=device, now=now)
        lockout.count_wrong(device, now=now, record=record)
    raise lockout.refusal(device, advice=_ADVICE)


def open_device(database: Database, name: str, *, now: datetime) -> Device:
    """The device as it may send now, which was let in before.

    Raises:
        WrongLoginError: it was removed, or is locked.
    """
    with database.look() as session:
        device = session.scalar(
            select(Device).where(Device.name == name, Device.active)
        )
    if device is None:
        raise WrongLoginError(
            f"{name} may send no more: its account was closed. What it was told is "
            "safe is kept."
        )
    lockout.demand_unlocked(device, now=now, advice=_ADVICE)
    return device


def _active(session: Session, name: str) -> Device:
    device = session.scalar(select(Device).where(Device.name == name, Device.active))
    if device is None:
        raise WrongCallError(f"There is no device called {name}.")
    return device


def _is_plain(text: str) -> bool:
    return 1 <= len(text) <= LONGEST_NAME and text.isprintable() and " " not in text


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
