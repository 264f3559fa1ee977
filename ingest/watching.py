"""The watched folder: a file is taken when it is quiet, and removed when it is kept."""

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Protocol

import structlog

from ingest.doors.ledger import mark_of
from ingest.file_names import is_side_file, is_unfinished
from ingest.intake import Delivery, Incoming, Within
from kamizero.errors import KamizeroError

log = structlog.get_logger()


class Receiver(Protocol):
    """Where the files go: the intake."""

    def receive(
        self, files: Iterable[Incoming], delivery: Delivery, *, within: Within
    ) -> int:
        """Keep the files and return their job; everything is durable then."""
        ...


class Remembering(Protocol):
    """Where it is written down what was taken, in the transaction that took it."""

    def was_taken(self, mark: str) -> bool: ...

    def note(self, mark: str, name: str, size: int, delivery: Delivery) -> Within: ...


@dataclass(frozen=True, slots=True)
class Sight:
    """How a file looked when it was last seen to change."""

    size: int
    changed_ns: int
    since: float

    def looks_like(self, other: "Sight | None") -> bool:
        """Tell whether nothing was written between the two."""
        return other is not None and replace(self, since=other.since) == other


class WatchedFolder:
    """Takes each quiet file of a folder in as a job of its own.

    The folder is polled: shares that are mounted from elsewhere tell of no events.
    """

    def __init__(
        self,
        folder: Path,
        *,
        intake: Receiver,
        ledger: Remembering,
        delivery: Callable[[], Delivery],
        quiet_seconds: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = folder
        self._intake = intake
        self._ledger = ledger
        self._delivery = delivery
        self._quiet = quiet_seconds
        self._monotonic = monotonic
        self._seen: dict[Path, Sight] = {}
        # Taken, but the folder does not let us remove them: taken once is enough.
        self._left: dict[Path, Sight] = {}

    def look(self) -> list[int]:
        """Take in what has been quiet long enough; return the jobs."""
        jobs = []
        for path, sight in self._quiet_files():
            job = self._take(path, sight)
            if job is not None:
                jobs.append(job)
        return jobs

    def _take(self, path: Path, sight: Sight) -> int | None:
        source = str(path.relative_to(self._folder))
        job = None
        try:
            data = path.read_bytes()
            # Its bytes are part of what it is: nothing unseen is ever removed, even
            # where names and times come again.
            sha256 = hashlib.sha256(data).hexdigest()
            mark = mark_of(source, sight.changed_ns, sha256)
            if not self._ledger.was_taken(mark):
                delivery = self._delivery()
                job = self._intake.receive(
                    [Incoming(source, partial(bytes, data))],
                    delivery,
                    within=self._ledger.note(mark, source, len(data), delivery),
                )
        except (KamizeroError, OSError) as error:
            # The file stays where it is and is tried again at the next look.
            log.error("watched_file_not_taken", error=_words_of(error))
            return None
        # Only now, after the commit. A scanner that wrote on meanwhile keeps its
        # file: the whole of it is taken when it is quiet again.
        found = _sight(path, sight.since)
        if found == sight:
            self._remove(path, sight)
        self._seen.pop(path, None)
        return job

    def _remove(self, path: Path, sight: Sight) -> None:
        try:
            path.unlink()
        except OSError as error:
            log.error("watched_file_not_removed", error=_words_of(error))
            self._left[path] = sight

    def _quiet_files(self) -> Iterator[tuple[Path, Sight]]:
        now = self._monotonic()
        present = self._present()
        self._seen = {p: sight for p, sight in self._seen.items() if p in present}
        for path in present:
            before = self._seen.get(path)
            found = _sight(path, before.since if before else now)
            if found is None or found.looks_like(self._left.get(path)):
                continue
            if found != before:
                self._seen[path] = replace(found, since=now)
            elif now - found.since >= self._quiet:
                yield path, found

    def _present(self) -> list[Path]:
        try:
            return sorted(path for path in self._folder.rglob("*") if _is_scan(path))
        except OSError as error:
            # A share that is gone may come back.
            log.error("watched_folder_not_read", error=_words_of(error))
            return []


def _words_of(error: KamizeroError | OSError) -> str:
    """What went wrong; the system's own words name the file, which logs must not."""
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return str(error)


def _sight(path: Path, since: float) -> Sight | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return Sight(found.st_size, found.st_mtime_ns, since)


def _is_scan(path: Path) -> bool:
    return (
        path.is_file()
        # A link could lead to any file this process may read.
        and not path.is_symlink()
        and not path.name.startswith((".", "~"))
        and not is_side_file(path.name)
        and not is_unfinished(path.name)
    )
