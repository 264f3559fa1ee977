"""What the process of the doors shows of each door, for whoever watches the house."""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import structlog

log = structlog.get_logger()

BEAT_SECONDS = 2.0


class Way(StrEnum):
    """OPEN lets senders in; AWAY is a place that cannot be looked at now."""

    OPEN = "open"
    AWAY = "away"
    # Its process is gone, or says nothing any more.
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Sign:
    """One door: `port` where it listens, `why` as an error's code where it is away."""

    way: Way
    port: int | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """All signs as they were written down last."""

    at: datetime
    doors: Mapping[str, Sign]


@dataclass(slots=True)
class Signs:
    """Written down every few seconds by the process itself: no sign is a sign too."""

    path: Path
    clock: Callable[[], datetime]
    _doors: dict[str, Sign] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def show(self, door: str, sign: Sign) -> None:
        with self._lock:
            self._doors[door] = sign

    def beat(self, stop: threading.Event) -> None:
        while True:
            self._write()
            if stop.wait(BEAT_SECONDS):
                return

    def _write(self) -> None:
        with self._lock:
            doors = {name: asdict(sign) for name, sign in self._doors.items()}
        draft = self.path.with_suffix(".draft")
        text = json.dumps({"at": self.clock().isoformat(), "doors": doors})
        try:
            draft.write_text(text, "utf-8")
            draft.replace(self.path)
        except OSError as error:
            # A full disk closes no door; that nothing is written shows it.
            log.error("signs_not_written", error=error.strerror)


def seen(path: Path) -> Seen | None:
    """What was written down last; None where nothing was, or nothing that is whole."""
    try:
        told: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return Seen(
            datetime.fromisoformat(told["at"]),
            {
                name: Sign(Way(sign["way"]), sign["port"], sign["why"])
                for name, sign in told["doors"].items()
            },
        )
    except (OSError, ValueError, KeyError):
        return None
