"""A real installation in a folder of its own: its commands, its server, its rows."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from tests.services import free_port

SAMPLES = Path(__file__).parents[1] / "samples"


@dataclass
class Installation:
    """One data folder, used the way a person uses it: through the commands."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    servers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    # A command that runs the server as its own process, such as `unshare`.
    within: list[str] = field(default_factory=list)
    # What the server is started with; another module may measure it besides.
    module: str = "kamizero"

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "KAMIZERO_DATA_DIR": str(self.folder), **self.settings}

    def run(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "kamizero", *arguments],
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
        )

    def answer(self, *arguments: str) -> dict[str, Any]:
        """The one JSON object a command prints; its exit code must be 0 or 3."""
        done = self.run(*arguments)
        assert done.returncode in (0, 3), done.stderr
        return dict(json.loads(done.stdout))

    def up(self, *arguments: str) -> str:
        """Start the server; return its address once it answers."""
        return self.up_at(free_port(), *arguments)

    def up_at(self, port: int, *arguments: str) -> str:
        """Start the server at this port."""
        with (self.folder.parent / f"up-{port}.log").open("wb") as log:
            server = subprocess.Popen(
                [
                    *self.within,
                    sys.executable,
                    "-m",
                    self.module,
                    "up",
                    "--port",
                    str(port),
                    *arguments,
                ],
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        self.servers.append(server)
        address = f"http://127.0.0.1:{port}"
        until(lambda: _answers(f"{address}/healthz"), seconds=180)
        return address

    def start(self, *arguments: str) -> None:
        """Start a command that runs until the installation is stopped."""
        with (self.folder.parent / f"{arguments[0]}.log").open("wb") as log:
            program = [sys.executable, "-m", "kamizero", *arguments]
            server = subprocess.Popen(
                program, env=self.environment, stdout=log, stderr=log
            )
        self.servers.append(server)

    def kill(self) -> None:
        """Kill -9 the server that was started last."""
        server = self.servers.pop()
        server.kill()
        server.wait()

    def workers(self) -> list[int]:
        """Process ids of the embedded workers of the running server."""
        return self._children("work")

    def page_processes(self) -> list[int]:
        """Those that answer pages beside the running server."""
        return self._children("pages")

    def kill_doors(self) -> None:
        """Kill -9 the process that keeps the doors open."""
        for pid in self._children("doors"):
            os.kill(pid, signal.SIGKILL)

    def _children(self, command: str) -> list[int]:
        # What was started again is the child of another thread than the first.
        threads = Path(f"/proc/{self.servers[-1].pid}/task").glob("*/children")
        found = " ".join(thread.read_text() for thread in threads).split()
        return [int(pid) for pid in found if command in _words_of(pid)]

    def kill_worker(self) -> None:
        os.kill(self.workers()[0], signal.SIGKILL)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.folder / "kamizero.db", timeout=30)) as db:
            return db.execute(query).fetchall()

    def drop_guards(self) -> None:
        """Remove every trigger, as somebody would who has the database file."""
        named = self.rows("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        self.write(*(f"DROP TRIGGER {name}" for (name,) in named))

    def write(self, *statements: str) -> None:
        """Change rows as somebody would who has the database file."""
        with closing(sqlite3.connect(self.folder / "kamizero.db", timeout=30)) as db:
            for statement in statements:
                db.execute(statement)
            db.commit()

    def start_and_kill(self, *arguments: str, after_seconds: float) -> None:
        """Start a command and kill -9 it after a while."""
        command = subprocess.Popen(
            [sys.executable, "-m", "kamizero", *arguments],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(after_seconds)
        command.kill()
        command.wait()

    def stop(self) -> None:
        for server in self.servers:
            server.terminate()
        for server in self.servers:
            server.wait(30)


def _words_of(pid: str) -> list[str]:
    """What a process was started with; nothing where it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return []


def until(true: Callable[[], bool], *, seconds: float) -> None:
    """Wait until something is true; fail the test when it never is."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never became true"
        time.sleep(0.1)


def _answers(address: str) -> bool:
    try:
        with urlopen(address, timeout=5) as answer:  # noqa: S310 - our own server.
            return bool(answer.status == 200)
    except (URLError, ConnectionError, TimeoutError):
        return False
