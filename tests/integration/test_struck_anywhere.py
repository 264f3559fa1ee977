"""A worker that dies between any two statements loses nothing and doubles nothing.

The short run of `make crash`: the real recogniser reads once, what it said is said
again, and the steps are struck at places that a seed chooses.
"""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import event, select, text

from bench.crash.stacks import Stack, stacks
from ingest.intake import Delivery, Incoming, Intake
from ingest.page_image import Limits
from storage.database import Database, embedded_url
from storage.directory import DirectoryStore
from storage.ledger.account import draw_up
from storage.tables import Work
from storage.vault import KeyRing, Vault
from tests.desk import Desk
from tests.workshop import LEASE, Clock, rooms
from workers import looking, steps
from workers.failing import MACHINE_WORK
from workers.loop import Loop
from workers.rooms import Rooms

# Each piece of work so often; after twenty it would be taken for poison.
STRIKES = 12
NEVER = 0

MADE = """
    SELECT filing.receipt_number, filing.step, bundle.balance, entry.n, entry.state,
           field.name, field_version.state, field_version.author_kind, count(*)
    FROM filing JOIN bundle ON bundle.id = filing.bundle_id
    JOIN field ON field.filing_id = filing.id
    JOIN field_version ON field_version.field_id = field.id
    LEFT JOIN entry ON entry.filing_id = filing.id
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 ORDER BY 1, 4, 6
"""


class Struck(BaseException):
    """What a kill is to a process: nothing in it catches this."""


@contextmanager
def struck(database: Database, point: int) -> Iterator[Counter[str]]:
    """Die before the statement or commit of that number, counted from one."""
    told: Counter[str] = Counter()

    def reach(*_: object) -> None:
        told["points"] += 1
        if told["points"] == point:
            raise Struck

    for name in ("before_cursor_execute", "commit"):
        event.listen(database.engine, name, reach)
    try:
        yield told
    finally:
        for name in ("before_cursor_execute", "commit"):
            event.remove(database.engine, name, reach)


@pytest.fixture(scope="module")
def stack() -> Stack:
    return stacks()[1]


@pytest.fixture(scope="module")
def said() -> dict[str, Any]:
    """What the recogniser said, by what was asked."""
    return {}


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch, said: dict[str, Any]) -> None:
    def once(ask: Callable[..., Any]) -> Callable[..., Any]:
        def answer(rooms: Rooms, **subject: int) -> Any:
            key = f"{ask.__name__} {subject}"
            if key not in said:
                said[key] = ask(rooms, **subject)
            return said[key]

        return answer

    monkeypatch.setattr(steps, "look_at_pages", once(looking.look_at_pages))
    monkeypatch.setattr(steps, "read_pages", once(looking.read_pages))


@contextmanager
def house(folder: Path, installation: Path, stack: Stack) -> Iterator[Rooms]:
    """An office into which the stack has come."""
    shutil.copytree(installation, folder)
    database, clock = Database(embedded_url(folder)), Clock()
    desk = Desk(
        database=database,
        vault=Vault(KeyRing.load(folder / "keys")),
        store=DirectoryStore(folder),
        definition=None,  # type: ignore[arg-type]
    )
    made = rooms(desk, clock=clock)
    intake = Intake(
        database=database,
        store=desk.store,
        limits=Limits(),
        short_lock=timedelta(days=120),
        clock=clock,
        hint=made.hint,
    )
    _, data = stack.file(1)
    on = Delivery(door="test", operator="ken", site="HQ", received_on=date(2020, 12, 9))
    intake.receive([Incoming("stack.tif", lambda: data)], on)
    yield made
    database.close()


def later(rooms: Rooms) -> None:
    """Let the lease of whoever died run out."""
    clock = rooms.clock
    assert isinstance(clock, Clock)
    clock.now += LEASE + timedelta(seconds=1)


def work_off(rooms: Rooms) -> Mapping[str, int]:
    """Do everything; return in how many places each kind of work can be struck."""
    points: Counter[str] = Counter()
    while kind := _next(rooms):
        with struck(rooms.database, NEVER) as told:
            Loop(rooms, worker="w").work_once()
        points[kind] = max(points[kind], told["points"])
    return points


def made(rooms: Rooms) -> list[tuple[Any, ...]]:
    with rooms.database.look() as session:
        return [tuple(row) for row in session.execute(text(MADE))]


def strike_until_done(
    rooms: Rooms, points: Mapping[str, int], chance: Random
) -> Mapping[str, int]:
    """Strike every piece of work many times, anywhere in it, then let it be done."""
    faults: Counter[str] = Counter()
    loop = Loop(rooms, worker="w")
    while kind := _next(rooms):
        for _ in range(STRIKES):
            with (
                suppress(Struck),
                struck(rooms.database, chance.randint(1, points[kind])),
            ):
                loop.work_once()
                break
            faults[kind] += 1
            later(rooms)
        else:
            loop.work_once()
        later(rooms)
    return faults


def _next(rooms: Rooms) -> str | None:
    with rooms.database.look() as session:
        return session.scalar(
            select(Work.kind)
            .where(Work.state == "open", Work.kind.in_(MACHINE_WORK))
            .order_by(Work.id)
            .limit(1)
        )


@pytest.mark.model
@pytest.mark.usefixtures("recorded")
def test_a_worker_that_dies_anywhere_loses_and_doubles_nothing(
    tmp_path: Path, new_installation: Path, stack: Stack
) -> None:
    with house(tmp_path / "calm", new_installation, stack) as calm:
        points = work_off(calm)
        expected = made(calm)
    with house(tmp_path / "struck", new_installation, stack) as rooms:
        faults = strike_until_done(rooms, points, Random(1))  # noqa: S311 - repeatable.

        assert made(rooms) == expected
        with rooms.database.look() as session:
            ledger = draw_up(session, subscribers=["api"])
            dead = session.scalars(select(Work).where(Work.state == "dead")).all()
    assert len({row[0] for row in expected}) == stack.filings
    assert ledger.balances, ledger.differences
    assert dead == []
    assert faults.keys() == {"identify", "read", "check"}
    assert sum(faults.values()) >= 30, faults
