"""A PostgreSQL server that says nothing is noticed before anybody wonders."""

import os
import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from bench.crash.lines import Lines, by_socket
from kamizero.errors import SetupError, StoreError
from storage import silence
from storage.database import Database
from tests.services import free_port

_SERVER = "database"


@dataclass(frozen=True)
class Far:
    """A server at the end of a line that can fall silent."""

    url: str
    lines: Lines


@pytest.fixture
def far(postgres_url: str) -> Iterator[Far]:
    address, port = make_url(postgres_url), free_port()
    folder = address.query["host"]
    with Lines() as lines:
        lines.lay(_SERVER, _SERVER, by_socket(f"{folder}/.s.PGSQL.5432"), port=port)
        there = address.set(host="127.0.0.1", port=port, query={"connect_timeout": "2"})
        yield Far(there.render_as_string(hide_password=False), lines)
        lines.mend(_SERVER)


def test_a_server_that_says_nothing_to_a_newcomer_is_given_up(far: Far) -> None:
    far.lines.silence(_SERVER)

    with closing(Database(far.url)) as database, gives_up():
        answer(database)


def test_a_connection_that_fell_silent_while_unused_is_given_up(
    far: Far, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(silence, "FRESH_SECONDS", 0)
    with closing(Database(far.url)) as database:
        answer(database)
        far.lines.silence(_SERVER)

        with gives_up():
            answer(database)

        far.lines.mend(_SERVER)
        assert answer(database) == 1


def test_a_process_with_many_open_files_asks_as_well(
    far: Far, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(silence, "FRESH_SECONDS", 0)
    with ExitStack() as opened, closing(Database(far.url)) as database:
        opened.enter_context(room_for_files(2_000))
        for _ in range(1_100):
            opened.enter_context(Path(os.devnull).open())
        answer(database)

        assert answer(database) == 1


@contextmanager
def room_for_files(count: int) -> Iterator[None]:
    """At least so many may be open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(count, soft), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_connection_that_ended_while_unused_is_replaced(
    far: Far, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(silence, "FRESH_SECONDS", 0)
    with closing(Database(far.url)) as database:
        answer(database)
        far.lines.cut(_SERVER)
        far.lines.mend(_SERVER)

        assert answer(database) == 1


def test_the_system_is_told_how_long_a_line_may_be_silent(far: Far) -> None:
    with (
        closing(Database(far.url)) as database,
        database.engine.connect() as connection,
    ):
        driver = connection.connection.driver_connection
        assert driver is not None
        line = socket.socket(fileno=socket.dup(driver.pgconn.socket))

    with closing(line):
        assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 30_000
        assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 30


def test_patience_that_is_no_number_is_refused() -> None:
    with pytest.raises(SetupError, match="connect_timeout=soon"):
        Database("postgresql://kamizero@db/kamizero?connect_timeout=soon")


def answer(database: Database) -> int:
    with database.look() as session:
        return int(session.scalar(text("SELECT 1")) or 0)


def gives_up() -> pytest.RaisesExc[StoreError]:
    """Who waited for ever would be ended by the test's own limit."""
    return pytest.raises(StoreError, match="does not answer")
