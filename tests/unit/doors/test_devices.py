"""Devices: let in by a password, and asked again at everything they do."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from ingest.doors.reception import Reception
from ingest.doors.refusals import QuotaError
from ingest.doors.senders import Sender
from storage import devices, sites
from storage.lockout import LockedError, WrongLoginError
from storage.tables import AuditEvent, Job
from tests.doors import DEVICE, PASSWORD, House
from tests.transfers import OTHER, SCAN, cut, send

Act = Callable[[Reception, Sender], object]
ACTS: dict[str, Act] = {
    "begin": lambda door, sender: door.begin(sender, "b.png", session="two"),
    "go on": lambda door, sender: door.go_on(sender, "half.png", session="two"),
    "look": lambda door, sender: door.waiting(sender),
    "rename": lambda door, sender: door.rename(sender, "a.png", "c.png"),
    "withdraw": lambda door, sender: door.withdraw(sender, "a.png"),
}


def change(
    house: House,
    *,
    site: str | None = None,
    daily_bytes: int | None = None,
    unlimited: bool = False,
) -> None:
    with house.database.begin() as session:
        sites.know(session, "OSAKA")
        devices.change_device(
            session,
            name=DEVICE,
            site=site,
            daily_bytes=daily_bytes,
            unlimited=unlimited,
            now=house.now,
        )


def test_a_device_enters_with_its_password(house: House) -> None:
    house.add_device("mfp-9", site="OSAKA")

    assert house.doorkeeper.admit("mfp-9", PASSWORD).site == "OSAKA"
    with pytest.raises(WrongLoginError):
        house.doorkeeper.admit("mfp-9", "wrong")


def test_many_wrong_passwords_lock_a_device_for_a_while(house: House) -> None:
    house.add_device(DEVICE)
    for _ in range(5):
        with pytest.raises(WrongLoginError):
            house.doorkeeper.admit(DEVICE, "wrong")

    with pytest.raises(LockedError, match="locked until"):
        house.restarted().doorkeeper.admit(DEVICE, PASSWORD)
    house.now += timedelta(minutes=11)

    assert house.doorkeeper.admit(DEVICE, PASSWORD).name == DEVICE


def test_a_login_that_is_remembered_ends_with_the_account(house: House) -> None:
    house.add_device()
    house.doorkeeper.admit(DEVICE, PASSWORD)

    house.remove_device()

    with pytest.raises(WrongLoginError, match="closed"):
        house.doorkeeper.admit(DEVICE, PASSWORD)


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS.keys())
def test_a_removed_device_does_nothing_more_where_it_is_logged_in(
    house: House, door: Reception, sender: Sender, act: Act
) -> None:
    send(door, sender, "a.png")
    cut(door, sender, "half.png")

    house.remove_device()

    with pytest.raises(WrongLoginError, match="may send no more"):
        act(door, sender)
    assert [state for _, state, _ in house.uploads()] == ["whole", "open"]


def test_what_a_removed_device_was_told_is_safe_is_taken(
    house: House, door: Reception, sender: Sender
) -> None:
    send(door, sender)
    under_way = door.begin(sender, "b.png", session="one")
    under_way.append(OTHER)

    house.remove_device()
    under_way.complete()
    house.take()

    assert [[data for _, _, data in job] for job in house.jobs()] == [[SCAN, OTHER]]


def test_a_locked_device_waits_where_it_is_logged_in(
    house: House, door: Reception, sender: Sender
) -> None:
    for _ in range(5):
        with pytest.raises(WrongLoginError):
            house.doorkeeper.admit(DEVICE, "wrong")

    with pytest.raises(LockedError, match="locked until"):
        send(door, sender)
    house.now += timedelta(minutes=11)
    send(door, sender)

    assert len(house.uploads()) == 1


def test_a_new_password_ends_the_logins_with_the_old_one(
    house: House, door: Reception, sender: Sender
) -> None:
    house.remove_device()
    house.add_device()

    with pytest.raises(WrongLoginError, match="password of mfp-1 was changed"):
        send(door, sender)


def test_a_changed_site_holds_from_the_next_file_on(
    house: House, door: Reception, sender: Sender
) -> None:
    send(door, sender, session="one")
    change(house, site="OSAKA")
    send(door, sender, data=OTHER, session="two")

    house.take()

    with house.database.look() as session:
        sites = session.scalars(select(Job.site).order_by(Job.id)).all()
        acts = session.scalars(select(AuditEvent.act)).all()
    assert sites == ["HQ", "OSAKA"]
    assert "device.changed" in acts


def test_a_changed_quota_holds_from_the_next_file_on(
    house: House, door: Reception, sender: Sender
) -> None:
    send(door, sender)
    change(house, daily_bytes=len(SCAN))

    with pytest.raises(QuotaError, match="as many as it may"):
        send(door, sender, data=OTHER, session="two")
    change(house, unlimited=True)
    send(door, sender, data=OTHER, session="two")
