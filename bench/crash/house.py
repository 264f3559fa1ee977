"""A whole house of many processes: database, broker, web, beat and workers."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import psycopg

from bench.crash.parts import Part, own
from bench.crash.recording import FOLDER
from tests.services import broker_environment, free_port, postgres_programs

_BROKER = "/usr/lib/rabbitmq/bin/rabbitmq-server"
_PROGRAM = [sys.executable, "-m", "bench.crash.program"]
_ROOT = Path(__file__).parents[2]
LEASE_SECONDS = 5


class House:
    """Everything started in one folder, each part by its name."""

    def __init__(self, folder: Path, *, workers: int) -> None:
        self.folder = folder
        self.recording = folder / "recording"
        self.port, self._amqp = free_port(), free_port()
        self._sockets = folder / "s"
        self.database_url = f"postgresql://postgres@/postgres?host={self._sockets}"
        self.parts: dict[str, Part] = {}
        for part in (self._database(), self._broker()):
            self.parts[part.name] = part
        for part in self._programs(workers):
            self.parts[part.name] = part

    @property
    def environment(self) -> Mapping[str, str]:
        return {
            "KAMIZERO_DATA_DIR": str(self.folder / "data"),
            "KAMIZERO_DATABASE_URL": self.database_url,
            "KAMIZERO_BROKER_URL": f"amqp://guest:guest@127.0.0.1:{self._amqp}//",
            "KAMIZERO_WORKERS": "0",
            "KAMIZERO_LEASE_SECONDS": str(LEASE_SECONDS),
            "KAMIZERO_LOG_FORMAT": "json",
            "PYTHONPATH": str(_ROOT),
            "OMP_NUM_THREADS": "1",
            FOLDER: str(self.recording),
        }

    def open(self) -> None:
        for name in ("database", "broker"):
            self.parts[name].start_until_it_lives()
        self.command("migrate")
        for name, part in self.parts.items():
            if name not in ("database", "broker"):
                part.start()
        until(self.parts["web"].ready, seconds=120)

    def close(self) -> None:
        for part in reversed(self.parts.values()):
            part.end()

    def command(self, *words: str) -> str:
        done = subprocess.run(
            [*_PROGRAM, *words],
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode not in (0, 1):
            raise RuntimeError(f"{words}: {done.stderr[-2000:]}")
        return done.stdout

    def answer(self, *words: str) -> dict[str, Any]:
        return dict(json.loads(self.command(*words)))

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database_url, connect_timeout=5) as connection:
            return connection.execute(query).fetchall()

    def is_up(self) -> bool:
        try:
            return self.rows("SELECT 1") == [(1,)]
        except psycopg.Error:
            return False

    def _database(self) -> Part:
        programs = postgres_programs()
        if programs is None or not Path(_BROKER).exists():
            raise SystemExit("PostgreSQL and RabbitMQ are needed: run `make services`.")
        data = self.folder / "database"
        for made in (data, self._sockets, self.recording):
            made.mkdir(parents=True)
        for made in (data, self._sockets):
            own(made, "postgres")
        part = Part(
            "database",
            [
                *(str(programs / "postgres"), "-D", str(data)),
                *("-c", "listen_addresses=", "-c", "max_connections=200"),
                *("-c", f"unix_socket_directories={self._sockets}"),
            ],
            self.folder / "database.log",
            user="postgres",
            ready=self.is_up,
        )
        init = [str(programs / "initdb"), "-D", str(data), "-U", "postgres"]
        subprocess.run(
            [*part.as_user(), *init, "-A", "trust"],
            check=True,
            cwd="/",
            stdout=subprocess.DEVNULL,
        )
        return part

    def _broker(self) -> Part:
        folder = self.folder / "broker"
        folder.mkdir()
        return Part(
            "broker",
            [_BROKER],
            self.folder / "broker.log",
            broker_environment(folder, port=self._amqp),
            ready=lambda: _listens(self._amqp),
        )

    def _programs(self, workers: int) -> list[Part]:
        def part(
            name: str, *words: str, ready: Callable[[], bool] | None = None
        ) -> Part:
            log = self.folder / f"{name}.log"
            told = {**self.environment, "TMPDIR": str(self.folder)}
            return Part(
                name, [*_PROGRAM, *words], log, told, ready=ready or (lambda: True)
            )

        address = f"http://127.0.0.1:{self.port}"
        web = part(
            *("web", "up", "--port", str(self.port)),
            ready=lambda: _answers(f"{address}/readyz"),
        )
        return [
            web,
            part("beat", "beat"),
            *(
                part(f"worker-{n}", "worker", "--no-sweep")
                for n in range(1, workers + 1)
            ),
        ]


def until(true: Callable[[], bool], *, seconds: float) -> bool:
    """Wait until something is true; tell whether it came to be."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.1)
    return False


def _answers(address: str) -> bool:
    try:
        with urlopen(address, timeout=3) as answer:  # noqa: S310 - our own server.
            return bool(answer.status == 200)
    except (URLError, ConnectionError, TimeoutError):
        return False


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
