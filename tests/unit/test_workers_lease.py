"""One worker at work: its lease lasts as long as its step, and no longer."""

import threading
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from kamizero.errors import AuthorityError, RefusedError, StoreError
from storage import work
from storage.claims import Claim
from storage.tables import Filing, FilingStep, Work, WorkState
from storage.work import (
    FIRST_WAIT,
    LONGEST_OUTAGE_WAIT,
    LONGEST_WAIT,
    MAX_ATTEMPTS,
)
from tests.desk import NOW, Desk
from tests.workshop import LEASE, Clock, only_work, put, rooms
from workers.loop import Loop
from workers.rooms import Rooms
from workers.steps import Step


def work_on(desk: Desk, step: Step, *, clock: Clock | None = None) -> Work:
    """Do a piece of work that takes this step; what its row says then."""
    Loop(rooms(desk, clock=clock), worker="w", steps={"read": step}).work_once(["read"])
    return only_work(desk, kind="read")


def take_over(desk: Desk, clock: Clock) -> Claim:
    """Another worker claims it because the lease has run out."""
    clock.now += 2 * LEASE
    claim = work.claim(
        desk.database, kinds=["read"], worker="other", lease=LEASE, now=clock.now
    )
    assert claim is not None
    return claim


def fail(rooms: Rooms, claim: Claim, *, error: Exception) -> None:
    del rooms, claim
    raise error


def test_a_lease_lasts_as_long_as_its_step(desk: Desk) -> None:
    put(desk, "read", 1)
    was_extended = threading.Event()

    def wait_for_more_time(rooms: Rooms, claim: Claim) -> None:
        del rooms
        for _ in range(200):
            until = only_work(desk, kind="read").lease_until
            if until is not None and until > claim.lease_until:
                was_extended.set()
                return
            threading.Event().wait(0.02)

    clock = RealClock()
    place = rooms(desk, clock=clock, lease=timedelta(seconds=0.3))
    Loop(place, worker="w", steps={"read": wait_for_more_time}).work_once(["read"])

    assert was_extended.is_set()


class RealClock(Clock):
    """The time as it is."""

    def __call__(self) -> datetime:
        return datetime.now(UTC)


def test_nobody_keeps_a_lease_after_the_step(desk: Desk) -> None:
    put(desk, "read", 1)
    before = threading.active_count()

    work_on(desk, partial(fail, error=StoreError("away")))

    assert threading.active_count() == before


def test_who_lost_the_lease_writes_nothing(desk: Desk) -> None:
    filing, clock = desk.receive(), Clock()
    put(desk, "read", filing)

    def too_slow(rooms: Rooms, claim: Claim) -> None:
        take_over(desk, clock)
        with rooms.database.begin() as session:
            work.hold(session, claim, now=clock.now)
            session.get_one(Filing, filing).step = FilingStep.DONE

    row = work_on(desk, too_slow, clock=clock)

    with desk.database.look() as session:
        assert session.get_one(Filing, filing).step == FilingStep.CHECKING
    assert (row.leased_by, row.last_error) == ("other", None)


def test_who_lost_the_lease_fails_alone(desk: Desk) -> None:
    put(desk, "read", 1)
    clock = Clock()

    def broken(rooms: Rooms, claim: Claim) -> None:
        take_over(desk, clock)
        fail(rooms, claim, error=ValueError("late"))

    row = work_on(desk, broken, clock=clock)

    assert (row.state, row.leased_by, row.last_error) == ("open", "other", None)


def test_what_can_help_itself_is_tried_again_later(desk: Desk) -> None:
    put(desk, "read", 1)

    row = work_on(desk, partial(fail, error=StoreError("The disk is full.")))

    assert (row.state, row.leased_by) == (WorkState.OPEN, None)
    assert row.last_error == "The disk is full."
    assert row.due_at > NOW


def test_what_cannot_help_itself_is_given_up_at_once(desk: Desk) -> None:
    filing = desk.receive()
    put(desk, "read", filing)

    row = work_on(desk, partial(fail, error=RefusedError("cut", "It is cut off.")))

    assert row.state == WorkState.DEAD
    with desk.database.look() as session:
        assert session.get_one(Filing, filing).step == FilingStep.FAILED


def test_the_last_try_is_given_up(desk: Desk) -> None:
    filing, clock = desk.receive(), Clock()
    put(desk, "read", filing)

    for _ in range(MAX_ATTEMPTS):
        row = work_on(desk, partial(fail, error=ValueError("broken")), clock=clock)
        clock.now = row.due_at

    assert row.state == WorkState.DEAD
    with desk.database.look() as session:
        assert session.get_one(Filing, filing).step == FilingStep.FAILED


def test_an_outage_is_waited_for_however_long_it_lasts(desk: Desk) -> None:
    put(desk, "read", desk.receive())
    clock = Clock()

    for _ in range(2 * MAX_ATTEMPTS):
        row = work_on(desk, partial(fail, error=StoreError("full")), clock=clock)
        waits = row.due_at - clock.now
        clock.now = row.due_at

    assert row.state == WorkState.OPEN
    assert waits == LONGEST_OUTAGE_WAIT


def test_after_outages_a_fault_waits_as_if_it_was_the_first(desk: Desk) -> None:
    put(desk, "read", desk.receive())
    clock = Clock()

    for _ in range(MAX_ATTEMPTS):
        row = work_on(desk, partial(fail, error=StoreError("full")), clock=clock)
        clock.now = row.due_at
    row = work_on(desk, partial(fail, error=ValueError("broken")), clock=clock)

    assert row.due_at - clock.now == FIRST_WAIT


def test_an_authority_is_not_pressed(desk: Desk) -> None:
    put(desk, "read", desk.receive())
    clock = Clock()

    for _ in range(20):
        row = work_on(desk, partial(fail, error=AuthorityError("down")), clock=clock)
        waits = row.due_at - clock.now
        clock.now = row.due_at

    assert (row.state, waits) == (WorkState.OPEN, LONGEST_WAIT)


def test_an_attempt_whose_end_no_database_took_is_excused_later(desk: Desk) -> None:
    put(desk, "read", desk.receive())
    file = Path(str(desk.database.engine.url.database))
    away = file.with_name("away")

    def vanish(rooms: Rooms, claim: Claim) -> None:
        file.rename(away)
        fail(rooms, claim, error=ValueError("broken"))

    loop = Loop(rooms(desk), worker="w", steps={"read": vanish})
    with pytest.raises(StoreError):
        loop.work_once(["read"])
    with pytest.raises(StoreError):
        loop.work_once(["read"])
    away.rename(file)
    had_more = loop.work_once(["read"])

    row = only_work(desk, kind="read")
    assert not had_more
    assert (row.attempts, row.excused, row.leased_by) == (1, 1, None)


@pytest.mark.parametrize("secret", ["123456789018", "山田　太郎"])
def test_what_an_unknown_error_quotes_is_not_kept(desk: Desk, secret: str) -> None:
    put(desk, "read", 1)

    row = work_on(desk, partial(fail, error=ValueError(f"{secret} is no number")))

    assert row.last_error == "ValueError"
