"""Processes beside the server: started, started again when one dies."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Self

import structlog

log = structlog.get_logger()

PROGRAM = "kamizero"
LOOK_SECONDS = 0.5
# A child that dies at once, again and again, must not eat the machine.
LEAST_PAUSE = 1.0
STOP_SECONDS = 10.0


class Children:
    """A fixed number of processes of one command, one a slot.

    Args:
        handles: files that are open here and stay so in each of them.
    """

    def __init__(
        self, command: Sequence[str], count: int, *, handles: Sequence[int] = ()
    ) -> None:
        self._command = [sys.executable, "-m", PROGRAM, *command]
        self._count = count
        self._handles = handles
        self._running: dict[int, subprocess.Popen[bytes]] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._supervise, daemon=True)

    def __enter__(self) -> Self:
        for slot in range(self._count):
            self._start(slot)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()
        for child in self._running.values():
            child.send_signal(signal.SIGTERM)
        for child in self._running.values():
            try:
                child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                # Its lease runs out or is given back at the next start.
                child.kill()

    def _start(self, slot: int) -> None:
        self._running[slot] = subprocess.Popen(  # noqa: S603 - our own program, fixed arguments.
            [*self._command, "--slot", str(slot), "--parent", str(os.getpid())],
            pass_fds=self._handles,
        )

    def _supervise(self) -> None:
        while not self._stop.wait(LOOK_SECONDS):
            for slot, child in self._running.items():
                if child.poll() is not None:
                    log.warning(
                        "child_died",
                        command=child.args,
                        code=child.returncode,
                    )
                    self._stop.wait(LEAST_PAUSE)
                    if not self._stop.is_set():
                        self._start(slot)
