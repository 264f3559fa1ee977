"""Messages say that there is work; losing one costs time, never work."""

from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty

import pytest
from celery import Celery
from sqlalchemy import func, select

from kamizero.cli.worker import arguments_of
from storage import audit, work
from storage.sweep import MOST_LOSSES
from storage.tables import (
    AuditEvent,
    AuditSeal,
    FiledOriginal,
    Filing,
    FilingStep,
    WorkState,
)
from tests.archive import Archive
from tests.desk import NOW, Desk
from tests.workshop import LEASE, Clock, only_work, put, rooms
from workers.app import MOST_HINTS, make_app, send_hint, serve, sweep
from workers.hearing import Listener
from workers.rooms import Rooms


@pytest.fixture
def app() -> Iterator[Celery]:
    """An application whose broker is this process's memory."""
    made = make_app("memory://")
    yield made
    with made.connection_for_write() as connection:
        connection.SimpleQueue("kamizero").clear()
    made.close()


def listener(rooms: Callable[[], Rooms]) -> Listener:
    return Listener(rooms, worker="w", silence=LEASE)


def hints(app: Celery) -> list[str]:
    """The kinds of work that waiting messages speak of."""
    found: list[str] = []
    with app.connection_for_read() as connection:
        queue = connection.SimpleQueue("kamizero")
        while True:
            try:
                message = queue.get(block=False)
            except Empty:
                return found
            assert message.content_type == "application/json"
            assert message.headers["task"] == "kamizero.work"
            (arguments, *_) = message.payload
            found.extend(arguments)
            message.ack()


def test_a_message_is_the_kind_of_work_and_nothing_else(app: Celery) -> None:
    send_hint(app, "read")

    assert hints(app) == ["read"]


def test_a_task_does_one_piece_of_work(app: Celery, desk: Desk) -> None:
    filings = [desk.receive(), desk.receive()]
    for filing in filings:
        put(desk, "check", filing)
    serve(app, listener(lambda: rooms(desk)))

    app.tasks["kamizero.work"]("check")

    with desk.database.look() as session:
        steps = [session.get_one(Filing, filing).step for filing in filings]
    assert steps == [FilingStep.DONE, FilingStep.CHECKING]


def test_a_message_too_many_does_nothing(app: Celery, desk: Desk) -> None:
    serve(app, listener(lambda: rooms(desk)))

    app.tasks["kamizero.work"]("check")

    with desk.database.look() as session:
        assert session.scalar(select(func.count()).select_from(AuditEvent)) == 0


def test_a_process_opens_its_rooms_at_its_first_task(app: Celery, desk: Desk) -> None:
    opened: list[Rooms] = []

    def open_rooms() -> Rooms:
        opened.append(rooms(desk))
        return opened[-1]

    serve(app, listener(open_rooms))
    before = len(opened)
    app.tasks["kamizero.work"]("check")

    assert (before, len(opened)) == (0, 1)


def test_two_applications_have_tasks_of_their_own(desk: Desk) -> None:
    asked = []

    def rooms_of(name: str) -> Rooms:
        asked.append(name)
        return rooms(desk)

    one, other = make_app("memory://"), make_app("memory://")
    serve(one, listener(lambda: rooms_of("one")))
    serve(other, listener(lambda: rooms_of("other")))

    other.tasks["kamizero.work"]("check")
    one.tasks["kamizero.work"]("check")

    assert asked == ["other", "one"]


def test_a_message_outlives_the_worker_that_took_it(app: Celery) -> None:
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1
    # However long the broker is away, and whatever a worker of this name left behind.
    assert app.conf.broker_connection_max_retries is None
    assert not app.conf.worker_enable_remote_control
    assert list(app.conf.accept_content) == ["json"]


def test_the_sweep_hints_at_what_machines_can_do_now(app: Celery, desk: Desk) -> None:
    filing = desk.receive(doubtful=["insured.1.name_kana"])
    desk.route(filing)
    put(desk, "read", filing)
    put(desk, "check", filing)
    work.claim(desk.database, kinds=["read"], worker="w", lease=LEASE, now=NOW)

    sweep(app, rooms(desk))

    # What is worked on needs no hint, and what waits for people is none of theirs.
    assert hints(app) == ["check"]


def test_the_sweep_does_not_flood_the_broker(app: Celery, desk: Desk) -> None:
    for subject in range(MOST_HINTS + 1):
        put(desk, "read", subject)

    sweep(app, rooms(desk))

    assert hints(app) == ["read"] * MOST_HINTS


def test_the_sweep_ends_what_kills_its_workers(app: Celery, desk: Desk) -> None:
    filing, clock = desk.receive(), Clock()
    put(desk, "read", filing)
    for _ in range(MOST_LOSSES):
        work.claim(
            desk.database, kinds=["read"], worker="w", lease=LEASE, now=clock.now
        )
        clock.now += 2 * LEASE

    sweep(app, rooms(desk, clock=clock))

    assert only_work(desk, kind="read").state == WorkState.DEAD
    assert hints(app) == []


def test_the_sweep_seals_what_happened(app: Celery, desk: Desk) -> None:
    with desk.database.begin() as session:
        audit.record(
            session, actor="w", act="test", subject_kind="filing", subject_id=1, now=NOW
        )

    sweep(app, rooms(desk))

    with desk.database.look() as session:
        assert session.scalar(select(func.count()).select_from(AuditSeal)) == 1


def test_the_hourly_round_files_what_is_decided(app: Celery, desk: Desk) -> None:
    kept = Archive(Path(), desk.database, desk.store, desk.vault)
    kept.approve(kept.receive())
    serve(app, listener(lambda: rooms(desk)))

    app.tasks["kamizero.keep"]()

    with desk.database.look() as session:
        filed = session.scalars(select(FiledOriginal)).all()
        acts = set(session.scalars(select(AuditEvent.act)))
    assert len(filed) == 1
    assert "clock.compared" in acts
    assert app.conf.beat_schedule["keep"] == {
        "task": "kamizero.keep",
        "schedule": 3600.0,
    }


def test_two_workers_of_one_machine_have_names_of_their_own() -> None:
    def name() -> str:
        (word,) = (
            word
            for word in arguments_of(processes=1, schedule=None)
            if word.startswith("--hostname=")
        )
        return word

    assert name() != name()


def test_a_worker_sends_periodic_messages_only_where_it_is_told_to() -> None:
    alone = arguments_of(processes=2, schedule=Path("schedule"))
    beside = arguments_of(processes=2, schedule=None)

    assert alone == [*alone[:-2], "--beat", "--schedule=schedule"]
    assert "--beat" not in beside
