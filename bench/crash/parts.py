"""The parts that are struck: each a group of processes that can be started again."""

import os
import pwd
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

Trouble = tuple[Callable[[], object], Callable[[], object]]
"""What brings it about, and what ends it."""

# So many seconds a part may take to come back: its recovery is measured, and a driver
# that gave up on a busy machine would measure nothing.
PATIENCE = 300


@dataclass
class Part:
    """One component: how it starts, and what it takes to strike it.

    Attributes:
        user: whose processes they are where they must not be root's.
        ready: tells whether it answers again.
        troubles: what else can befall it for a while, by name.
    """

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    user: str | None = None
    asks_to_end: signal.Signals = signal.SIGTERM
    ready: Callable[[], bool] = lambda: True
    troubles: Mapping[str, Trouble] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def component(self) -> str:
        return self.name.partition("-")[0]

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.as_user(), *self.command],
                env={**os.environ, **self.environment},
                stdout=log,
                stderr=log,
                # Not with us: Ctrl+C must reach the driver alone.
                start_new_session=True,
            )

    def start_until_it_lives(self) -> None:
        """Start it; again where what it left behind is still in its way."""
        end = time.monotonic() + PATIENCE
        self.start()
        while not self.ready():
            if time.monotonic() > end:
                raise RuntimeError(f"{self.name} does not come back: see {self.log}")
            if self._running().poll() is not None:
                self.start()
            time.sleep(0.2)

    def revive(self) -> bool:
        """Start it again where it ended by itself; tell whether it had."""
        if self._running().poll() is None:
            return False
        # What its processes left behind would be in the way of the next ones.
        self._signal(signal.SIGKILL)
        self.start_until_it_lives()
        return True

    def strike(self, act: str, *, seconds: float) -> None:
        """Kill or stop it; or let something befall it for so many seconds."""
        if act == "kill":
            self._signal(signal.SIGKILL)
            self._gone(30)
            self.start_until_it_lives()
        elif act == "stop":
            self._stop()
        else:
            begin, end = self.troubles.get(act, (self._freeze, self._thaw))
            begin()
            try:
                time.sleep(seconds)
            finally:
                end()

    def end(self) -> None:
        if self.process is not None:
            self._signal(signal.SIGKILL)
            self._gone(30)

    def as_user(self) -> list[str]:
        if self.user is None or os.geteuid() != 0:
            return []
        return [
            "setpriv",
            f"--reuid={self.user}",
            f"--regid={self.user}",
            "--clear-groups",
        ]

    def _stop(self) -> None:
        """Ask it to end, as an operator does, and start it again."""
        self._running().send_signal(self.asks_to_end)
        if not self._gone(40):
            self._signal(signal.SIGKILL)
            self._gone(30)
        self.start_until_it_lives()

    def _freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def _thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        # Servers give their children groups of their own: they are found by parent.
        for pid in _family(self._running().pid):
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def _running(self) -> subprocess.Popen[bytes]:
        if self.process is None:
            raise RuntimeError(f"{self.name} was never started")
        return self.process

    def _gone(self, seconds: float) -> bool:
        try:
            self._running().wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True


def _family(pid: int) -> list[int]:
    """A process and all that descend from it, the eldest first.

    Whoever lost its parent is still of its session.
    """
    children: dict[int, set[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            # The name, in brackets, may hold anything.
            fields = stat.read_text().rpartition(")")[2].split()
            for elder in (int(fields[1]), int(fields[3])):
                children.setdefault(elder, set()).add(int(stat.parent.name))
    found = [pid]
    for one in found:
        found += sorted(children.get(one, set()) - set(found))
    return found


def own(folder: Path, user: str) -> None:
    """Give a folder to the user whose processes will write there."""
    if os.geteuid() == 0:
        account = pwd.getpwnam(user)
        os.chown(folder, account.pw_uid, account.pw_gid)
