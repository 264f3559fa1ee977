"""Signs of life of processes that no page can be asked of: a file's time.

Whatever watches the process, a container or a supervisor, looks how old it is.
"""

import tempfile
from pathlib import Path
from typing import Any

from celery import signals
from celery.beat import PersistentScheduler

_FOLDER = Path(tempfile.gettempdir())
WORKER = _FOLDER / "kamizero-worker.alive"
BEAT = _FOLDER / "kamizero-beat.alive"


def show_worker_alive() -> None:
    """Touch the worker's sign with each heartbeat it sends to the broker."""
    signals.heartbeat_sent.connect(_touch_worker, weak=False)


class WatchedScheduler(PersistentScheduler):
    """Celery's own schedule, whose every look at it shows."""

    def tick(self, *args: Any, **kwargs: Any) -> float:
        wait: float = super().tick(*args, **kwargs)
        BEAT.touch()
        return wait


def _touch_worker(**_: object) -> None:
    WORKER.touch()
