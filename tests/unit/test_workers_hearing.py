"""Where nobody tells a worker of work, it looks itself."""

from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import func, select

from kamizero.errors import StoreError
from storage.tables import AuditEvent, AuditSeal, Filing, FilingStep
from tests.desk import Desk
from tests.workshop import put, rooms
from workers import hearing
from workers.hearing import Listener
from workers.loop import Loop


def listener(desk: Desk, *, silence: timedelta) -> Listener:
    return Listener(lambda: rooms(desk), worker="w", silence=silence)


def done(desk: Desk) -> int:
    with desk.database.look() as session:
        return session.scalars(
            select(func.count(Filing.id)).where(Filing.step == FilingStep.DONE)
        ).one()


def test_who_hears_nothing_does_all_that_is_due(desk: Desk) -> None:
    for filing in [desk.receive(), desk.receive()]:
        put(desk, "check", filing)

    listener(desk, silence=timedelta(0)).look()

    assert done(desk) == 2
    with desk.database.look() as session:
        events = session.scalar(select(func.count()).select_from(AuditEvent))
        assert session.scalar(select(func.count()).select_from(AuditSeal)) == events


def test_who_was_told_of_something_leaves_the_rest_to_messages(desk: Desk) -> None:
    put(desk, "check", desk.receive())
    who = listener(desk, silence=timedelta(hours=1))

    with who.told():
        pass
    who.look()

    assert done(desk) == 0


def test_a_process_does_one_thing_at_a_time(desk: Desk) -> None:
    put(desk, "check", desk.receive())
    who = listener(desk, silence=timedelta(0))
    looking = Thread(target=who.look)

    with who.told() as own:
        looking.start()
        Loop(own, worker="other").work_once(["check"])
        meanwhile = looking.is_alive()
    looking.join()

    assert meanwhile
    assert done(desk) == 1


def test_what_fails_keeps_nothing_else_from_being_done(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: object) -> None:
        raise StoreError("The share is away.")

    put(desk, "check", desk.receive())
    monkeypatch.setattr(hearing, "hear_once", away)

    listener(desk, silence=timedelta(0)).look()

    with desk.database.look() as session:
        events = session.scalar(select(func.count()).select_from(AuditEvent))
        assert session.scalar(select(func.count()).select_from(AuditSeal)) == events
