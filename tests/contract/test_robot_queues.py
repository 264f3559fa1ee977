"""What the database itself promises of robots' work, and robots at once, on both."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from delivery.robots import answers, leasing, queues, registrations
from delivery.robots.answers import Failure, Fault, Shown
from delivery.robots.lost import gather_all_lost
from delivery.robots.numbers import clear_numbers
from delivery.robots.queues import Terms
from delivery.robots.refusals import LostLeaseError, NotShownError
from delivery.robots.way import WAYS
from delivery.robots.work import REGISTER, kind_of
from kamizero.errors import NumberInWordsError
from storage import work
from storage.tables import (
    Delivery,
    DeliveryState,
    LostLease,
    Outcome,
    Registration,
    RobotQueue,
)
from tests.desk import LATER, Desk

LATE = LATER + timedelta(hours=1)


def a_queue(desk: Desk, **terms: object) -> int:
    with desk.database.begin() as session:
        given = Terms(title="Host", backlog=True, **terms)  # type: ignore[arg-type]
        made = queues.add_queue(session, "host", given, actor="ken", now=LATER)
        return made.id


def approved(desk: Desk, *, entries: int = 1) -> list[int]:
    """The deliveries of the entries of an approved filing."""
    filing = desk.receive(entries=entries)
    desk.route(filing)
    desk.approve(filing)
    with desk.database.look() as session:
        return list(
            session.scalars(
                select(Delivery.id)
                .where(Delivery.subscriber == "host")
                .order_by(Delivery.id)
            )
        )


def test_the_database_knows_the_ways_of_the_table_and_no_other(desk: Desk) -> None:
    entry = desk.entry_id(desk.receive())
    permitted = set()
    pairs = [pair for pair in product(DeliveryState, repeat=2) if len({*pair}) == 2]
    for number, (one, other) in enumerate(pairs):
        with desk.database.begin() as session:
            row = Delivery(
                entry_id=entry, subscriber=f"s{number}", state=one, changed_at=LATER
            )
            session.add(row)
            session.flush()
            session.add(
                Registration(
                    delivery_id=row.id,
                    fence=1,
                    by="r",
                    begun_at=LATER,
                    ended_at=LATER,
                    outcome=Outcome.REGISTERED,
                    differs=[],
                )
            )
            session.flush()
            with suppress(IntegrityError), session.begin_nested():
                row.state = other
                session.flush()
                permitted.add((one, other))

    assert permitted == {(way.from_state, way.to_state) for way in WAYS}


def test_what_may_be_registered_is_handed_out_by_nobody(desk: Desk) -> None:
    queue = a_queue(desk)
    approved(desk)
    with desk.database.begin() as session:
        session.execute(update(Delivery).values(state=DeliveryState.TAKEN))

    with (
        pytest.raises(IntegrityError, match="registered already"),
        desk.database.begin() as session,
    ):
        work.take(
            session,
            kind=f"{REGISTER}.{queue}",
            worker="r",
            lease=timedelta(minutes=1),
            now=LATER,
            limit=1,
        )


def test_an_entry_has_one_registration_that_may_have_happened(desk: Desk) -> None:
    a_queue(desk)
    (item,) = approved(desk)
    with desk.database.begin() as session:
        row = session.get_one(Delivery, item)
        registrations.begin(session, row, fence=1, by="r", now=LATER)

    with desk.database.begin() as session:
        row = session.get_one(Delivery, item)
        with pytest.raises(IntegrityError), session.begin_nested():
            registrations.begin(session, row, fence=2, by="s", now=LATER)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("UPDATE registration SET outcome = 'in_doubt'", "stays"),
        ("DELETE FROM registration", "rows stay"),
        ("UPDATE robot_queue SET on_lost_lease = 'retry'", "stays what it is"),
        ("DELETE FROM robot_queue", "rows stay"),
    ],
)
def test_how_a_registration_came_out_stays(desk: Desk, change: str, words: str) -> None:
    a_queue(desk)
    (item,) = approved(desk)
    with desk.database.begin() as session:
        row = session.get_one(Delivery, item)
        registrations.begin(session, row, fence=1, by="r", now=LATER)
        registrations.end(session, row, Outcome.REGISTERED, now=LATER)

    with (
        pytest.raises(IntegrityError, match=words),
        desk.database.begin() as session,
    ):
        session.execute(text(change))


def test_nothing_is_called_registered_that_nobody_registered(desk: Desk) -> None:
    a_queue(desk)
    approved(desk)

    with (
        pytest.raises(IntegrityError, match="nobody says"),
        desk.database.begin() as session,
    ):
        session.execute(update(Delivery).values(state=DeliveryState.REGISTERED))


def test_robots_at_once_register_each_entry_once(desk: Desk) -> None:
    queue_id = a_queue(desk)
    for _ in range(6):
        approved(desk, entries=2)
    registered: Counter[int] = Counter()

    def robot(name: str) -> None:
        while True:
            with desk.database.begin() as session:
                queue = session.get_one(RobotQueue, queue_id)
                held = leasing.lease(session, queue, robot=name, limit=2, now=LATER)
            if not held:
                return
            for one in held:
                register(name, one.row.id, one.claim.fence)

    def register(name: str, item: int, fence: int) -> None:
        with desk.database.begin() as session:
            queue = session.get_one(RobotQueue, queue_id)
            held = leasing.held_item(
                session, queue, item, robot=name, fence=fence, now=LATER
            )
            leasing.commit(session, queue, held, now=LATER)
        registered[item] += 1
        with desk.database.begin() as session:
            queue = session.get_one(RobotQueue, queue_id)
            held = leasing.held_item(
                session, queue, item, robot=name, fence=fence, now=LATER
            )
            answers.complete(
                session,
                desk.vault,
                queue,
                held,
                definition=desk.definition,
                shown=Shown(host_number="1"),
                now=LATER,
            )

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(robot, [f"r{n}" for n in range(6)]))

    assert len(registered) == 12
    assert set(registered.values()) == {1}
    with desk.database.look() as session:
        states = session.scalars(
            select(Delivery.state).where(Delivery.subscriber == "host")
        ).all()
    assert set(states) == {DeliveryState.REGISTERED}


@pytest.mark.parametrize(
    ("terms", "state"),
    [(LostLease.DOUBT, "in_doubt"), (LostLease.RETRY, "pending")],
)
def test_the_sweep_finds_robots_that_were_lost_while_they_registered(
    desk: Desk, terms: LostLease, state: str
) -> None:
    queue_id = a_queue(desk, on_lost_lease=terms)
    (item,) = approved(desk)
    with desk.database.begin() as session:
        queue = session.get_one(RobotQueue, queue_id)
        (held,) = leasing.lease(session, queue, robot="r", limit=1, now=LATER)
        leasing.commit(session, queue, held, now=LATER)

    gather_all_lost(desk.database, now=LATER)
    with desk.database.look() as session:
        early = session.get_one(Delivery, item).state
    gather_all_lost(desk.database, now=LATE)
    gather_all_lost(desk.database, now=LATE)

    with desk.database.look() as session:
        assert (early, session.get_one(Delivery, item).state) == ("taken", state)
        queue = session.get_one(RobotQueue, queue_id)
        kind = kind_of(REGISTER if state == "pending" else "doubt", queue)
    claim = work.claim(
        desk.database,
        kinds=[kind],
        worker="r",
        lease=timedelta(minutes=1),
        now=LATE,
    )
    assert claim is not None


def test_numbers_are_given_only_while_the_lease_runs(desk: Desk) -> None:
    queue_id = a_queue(desk)
    approved(desk)
    with desk.database.begin() as session:
        queue = session.get_one(RobotQueue, queue_id)
        (held,) = leasing.lease(session, queue, robot="r", limit=1, now=LATER)
        assert clear_numbers(session, desk.vault, held, now=LATER)

        with pytest.raises(LostLeaseError, match="over"):
            clear_numbers(session, desk.vault, held, now=LATE)


@pytest.mark.parametrize("form", ["2200", None])
def test_a_name_to_be_shown_that_no_field_has_lets_nothing_of_one_form_pass(
    desk: Desk, form: str | None
) -> None:
    queue_id = a_queue(desk, form=form, must_show=("insured.birthdate",))
    approved(desk)
    with desk.database.begin() as session:
        queue = session.get_one(RobotQueue, queue_id)
        (held,) = leasing.lease(session, queue, robot="r", limit=1, now=LATER)
        leasing.commit(session, queue, held, now=LATER)

        def complete() -> DeliveryState:
            return answers.complete(
                session,
                desk.vault,
                queue,
                held,
                definition=desk.definition,
                shown=Shown(host_number="1"),
                now=LATER,
            )

        if form is None:
            assert complete() == DeliveryState.REGISTERED
            return
        with pytest.raises(NotShownError, match="birthdate"):
            complete()


def test_a_robot_says_no_my_number_where_a_code_belongs(desk: Desk) -> None:
    queue_id = a_queue(desk)
    approved(desk)
    number = "123456789018"
    with desk.database.begin() as session:
        queue = session.get_one(RobotQueue, queue_id)
        (held,) = leasing.lease(session, queue, robot="r", limit=1, now=LATER)
        leasing.commit(session, queue, held, now=LATER)
        with pytest.raises(NumberInWordsError):
            registrations.end(
                session, held.row, Outcome.REGISTERED, now=LATER, host_number=number
            )
    with pytest.raises(NumberInWordsError):
        Failure(kind=Fault.APPLICATION, code=number)
