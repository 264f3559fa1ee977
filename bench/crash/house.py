"""A whole house of many processes: database, broker, store, web, beat and workers."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import psycopg

from bench.crash.disks import Disk
from bench.crash.lines import Lines, by_port, by_socket
from bench.crash.parts import Part, Trouble, own
from bench.crash.recording import FOLDER, REAL
from storage.s3.bucket import Bucket, Keys
from tests.ceph import S3_KEY, S3_SECRET, Ceph
from tests.services import broker_environment, free_port, postgres_programs

_BROKER = "/usr/lib/rabbitmq/bin/rabbitmq-server"
_PROGRAM = [sys.executable, "-m", "bench.crash.program"]
_ROOT = Path(__file__).parents[2]
_SERVERS = ("database", "broker", "store")
_BUCKET = "originals"
LEASE_SECONDS = 5


class House:
    """Everything started in one folder, each part by its name.

    Args:
        real: how many bundles the real recogniser reads, whatever was recorded.
    """

    def __init__(self, folder: Path, *, workers: int, real: int = 0) -> None:
        self.folder = folder
        self.recording = folder / "recording"
        self.port, self._amqp = free_port(), free_port()
        self._sockets = folder / "s"
        self._real = real
        self._store = Ceph(folder / "store")
        self._lines = Lines()
        self._held = ExitStack()
        self.database_url = f"postgresql://postgres@/postgres?host={self._sockets}"
        for made in (folder, self.recording, self._sockets, self._store.folder):
            made.mkdir(parents=True)
        own(self._sockets, "postgres")
        self._disk = self._a_disk("programs", megabytes=300)
        self.parts: dict[str, Part] = {}
        for part in (self._database(), self._broker(), self._objects()):
            self.parts[part.name] = part
        for part in self._programs(workers):
            self.parts[part.name] = part

    def open(self) -> None:
        self._held.enter_context(self._lines)
        for name in _SERVERS:
            self.parts[name].start_until_it_lives()
        self._store.know_account()
        self._store.limit()
        Bucket(self._store.address, _BUCKET, Keys(S3_KEY, S3_SECRET)).make()
        self._lay_lines()
        self.command("migrate")
        for name, part in self.parts.items():
            if name not in _SERVERS:
                part.start()
        until(self.parts["web"].ready, seconds=120)

    def close(self) -> None:
        for part in reversed(self.parts.values()):
            part.end()
        self._held.close()

    def command(self, *words: str) -> str:
        done = subprocess.run(
            [*_PROGRAM, *words],
            env={**os.environ, **self._told()},
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

    def _a_disk(self, name: str, *, megabytes: int) -> Disk:
        disk = Disk(self.folder / name, megabytes=megabytes)
        self._held.callback(disk.close)
        return disk

    def _troubles(self, name: str, full: Trouble) -> dict[str, Trouble]:
        lines = self._lines
        return {
            "cut": (lambda: lines.cut(name), lambda: lines.mend(name)),
            "silence": (lambda: lines.silence(name), lambda: lines.mend(name)),
            "fill": full,
        }

    def _database(self) -> Part:
        programs = postgres_programs()
        if programs is None or not Path(_BROKER).exists():
            raise SystemExit("PostgreSQL and RabbitMQ are needed: run `make services`.")
        disk = self._a_disk("database", megabytes=700)
        data = disk.folder / "data"
        data.mkdir()
        own(data, "postgres")
        part = Part(
            "database",
            [
                *(str(programs / "postgres"), "-D", str(data)),
                *("-c", "listen_addresses=", "-c", "max_connections=200"),
                *("-c", "max_wal_size=128MB"),
                *("-c", f"unix_socket_directories={self._sockets}"),
            ],
            self.folder / "database.log",
            user="postgres",
            # Without waiting for those who are connected.
            asks_to_end=signal.SIGINT,
            ready=self.is_up,
            troubles=self._troubles("database", (disk.fill, disk.free)),
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
        disk = self._a_disk("broker", megabytes=300)
        return Part(
            "broker",
            [_BROKER],
            self.folder / "broker.log",
            broker_environment(disk.folder, port=self._amqp),
            ready=lambda: _listens(self._amqp),
            troubles=self._troubles("broker", (disk.fill, disk.free)),
        )

    def _objects(self) -> Part:
        store = self._store
        ports = (free_port(), free_port(), free_port())
        store.lay(ports=ports, in_memory=False)
        full = (lambda: store.fill(on=True), lambda: store.fill(on=False))
        return Part(
            "store",
            [sys.executable, "-m", "tests.ceph", str(store.folder)],
            self.folder / "store.log",
            {"PYTHONPATH": str(_ROOT)},
            ready=lambda: _listens(ports[-1]),
            troubles=self._troubles("store", full),
        )

    def _programs(self, workers: int) -> list[Part]:
        address = f"http://127.0.0.1:{self.port}"
        return [
            self._program(
                *("web", "up", "--port", str(self.port)),
                ready=lambda: _answers(f"{address}/readyz"),
            ),
            self._program("beat", "beat"),
            *(
                self._program(f"worker-{n}", "worker", "--no-sweep")
                for n in range(1, workers + 1)
            ),
        ]

    def _program(
        self, name: str, *words: str, ready: Callable[[], bool] = lambda: True
    ) -> Part:
        return Part(
            name,
            [*_PROGRAM, *words],
            self.folder / f"{name}.log",
            {},
            ready=ready,
            # They share one disk, as the containers of one host do.
            troubles=self._troubles(name, (self._disk.fill, self._disk.free)),
        )

    def _lay_lines(self) -> None:
        """Let each program reach each server by an address of its own."""
        socket_path = str(self._sockets / ".s.PGSQL.5432")
        reach = {
            "database": by_socket(socket_path),
            "broker": by_port(self._amqp),
            "store": by_port(self._store.port),
        }
        keys = self.folder / "store-keys"
        keys.write_text(f"{S3_KEY}\n{S3_SECRET}\n", "utf-8")
        (self._disk.folder / "tmp").mkdir()
        for part in self.parts.values():
            if part.name in _SERVERS:
                continue
            ports = {server: free_port() for server in _SERVERS}
            for server, port in ports.items():
                self._lines.lay(part.name, server, reach[server], port=port)
            part.environment = self._told(ports)

    def _told(self, ports: Mapping[str, int] | None = None) -> Mapping[str, str]:
        """The settings of one program; without lines those of a command of ours."""
        database, broker, store = (
            (
                self.database_url,
                f"amqp://guest:guest@127.0.0.1:{self._amqp}//",
                self._store.address,
            )
            if ports is None
            else (
                f"postgresql://postgres@127.0.0.1:{ports['database']}/postgres",
                f"amqp://guest:guest@127.0.0.1:{ports['broker']}//",
                f"http://127.0.0.1:{ports['store']}",
            )
        )
        return {
            "KAMIZERO_DATA_DIR": str(self._disk.folder / "data"),
            "KAMIZERO_DATABASE_URL": database,
            "KAMIZERO_BROKER_URL": broker,
            "KAMIZERO_STORE_URL": store,
            "KAMIZERO_STORE_BUCKET": _BUCKET,
            "KAMIZERO_STORE_KEYS_FILE": str(self.folder / "store-keys"),
            "KAMIZERO_WORKERS": "0",
            "KAMIZERO_LEASE_SECONDS": str(LEASE_SECONDS),
            "KAMIZERO_LOG_FORMAT": "json",
            # Its disk is small, and meant to be filled to the last byte.
            "KAMIZERO_DOOR_FREE_BYTES": "0",
            "PYTHONPATH": str(_ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "TMPDIR": str(self._disk.folder / "tmp"),
            "OMP_NUM_THREADS": "1",
            FOLDER: str(self.recording),
            REAL: str(self._real),
        }


def end_orderly() -> None:
    """Let whoever ends this program end what it started, too."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))


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
