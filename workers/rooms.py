"""What the steps need, built once per process and passed in."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from delivery.events.address import Gate
from delivery.events.posting import Post, Poster
from forms.library import Library
from ingest.page_image import Limits
from ocr.engine import Recogniser
from ocr.numbers import Finder
from storage.database import Database
from storage.interfaces import ObjectStore
from storage.machine_clock import KernelClock, kernel_clock
from storage.retention.schedule import Schedule
from storage.time_stamps.asking import Stamping
from storage.vault import Vault
from workers.recheck import Recheck


def no_hint(kind: str) -> None:
    """Tell nobody that there is work of a kind: embedded workers look themselves."""
    del kind


@dataclass(frozen=True, slots=True)
class Rooms:
    """The real things behind the steps.

    `engine` and `finder` are calls because loading a model takes a second and not every
    process reads pages; each gives the same one every time. `hint` is called after
    a commit that left new work of a kind behind; losing a hint costs time, never work.
    `stamping` is None where no time stamps are asked for, `erasures` where nothing is
    put outside of what was destroyed; `post` sends an event to a receiver. `kernel` is
    what says whether a time server keeps this machine's clock right. `export_keys` is
    the folder with the keys of buckets that files go to.
    """

    database: Database
    store: ObjectStore
    vault: Vault
    library: Library
    recheck: Recheck
    engine: Callable[[], Recogniser]
    finder: Callable[[], Finder]
    limits: Limits
    clock: Callable[[], datetime]
    lease: timedelta
    schedule: Schedule = field(default_factory=Schedule.shipped)
    short_lock: timedelta = timedelta(days=120)
    hint: Callable[[str], None] = no_hint
    stamping: Stamping | None = None
    erasures: Path | None = None
    export_keys: Path | None = None
    kernel: Callable[[], KernelClock] = kernel_clock
    post: Post = field(default_factory=lambda: Poster(Gate()))
