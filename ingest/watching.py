"""The watched folder: what is quiet is taken, and removed when it is kept."""

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Protocol

import structlog

from ingest.doors.ledger import mark_of
from ingest.file_names import is_side_file, is_unfinished
from ingest.intake import Delivery, Incoming, Within
from ingest.media.folder import media_folders, seems_listing
from kamizero.errors import KamizeroError, StoreError

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
    """Takes each quiet file of a folder in as a job of its own, a medium as one.

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
        self._quiet_seconds = quiet_seconds
        self._monotonic = monotonic
        self._seen: dict[Path, Sight] = {}
        # Taken, but the folder does not let us remove them: taken once is enough.
        self._left: dict[Path, Sight] = {}

    def look(self) -> list[int]:
        """Take in what has been quiet long enough; return the jobs."""
        jobs = []
        for together in self._quiet():
            job = self._take(together)
            if job is not None:
                jobs.append(job)
        return jobs

    def _take(self, together: Mapping[Path, Sight]) -> int | None:
        job = None
        try:
            # Their bytes are part of what they are: nothing unseen is ever removed,
            # even where names and times come again.
            files = [self._file(path, alone=len(together) == 1) for path in together]
            mark = mark_of(
                *(
                    sign
                    for file, sight in zip(files, together.values(), strict=True)
                    for sign in (file.source, sight.changed_ns, file.sha256)
                )
            )
            if not self._ledger.was_taken(mark):
                delivery = self._delivery()
                size = sum(sight.size for sight in together.values())
                job = self._intake.receive(
                    [Incoming(file.source, file.read) for file in files],
                    delivery,
                    within=self._ledger.note(mark, files[0].source, size, delivery),
                )
        except (KamizeroError, OSError) as error:
            # The files stay where they are and are tried again at the next look.
            log.error("watched_file_not_taken", error=_words_of(error))
            return None
        for path, sight in together.items():
            # Only now, after the commit. A scanner that wrote on meanwhile keeps its
            # file: the whole of it is taken when it is quiet again.
            if _sight(path, sight.since) == sight:
                self._remove(path, sight)
            self._seen.pop(path, None)
        if len(together) > 1:
            self._remove_empty(together)
        return job

    def _file(self, path: Path, *, alone: bool) -> "_File":
        data = path.read_bytes()
        sha256 = hashlib.sha256(data).hexdigest()
        # The files of a disc are many: they are read again, one at a time.
        read = partial(bytes, data) if alone else partial(_same_bytes, path, sha256)
        return _File(str(path.relative_to(self._folder)), sha256, read)

    def _remove(self, path: Path, sight: Sight) -> None:
        try:
            path.unlink()
        except OSError as error:
            log.error("watched_file_not_removed", error=_words_of(error))
            self._left[path] = sight

    def _remove_empty(self, paths: Iterable[Path]) -> None:
        """Remove the folders of a medium in which nothing is left."""
        folders = {folder for path in paths for folder in path.parents}
        inside = [one for one in folders if self._folder in one.parents]
        for folder in sorted(inside, key=lambda one: len(one.parts), reverse=True):
            # Not empty, or not ours to remove: it does no harm.
            with suppress(OSError):
                folder.rmdir()

    def _quiet(self) -> Iterator[Mapping[Path, Sight]]:
        """What has been quiet long enough, all that belongs together at once."""
        now = self._monotonic()
        present = self._present()
        self._seen = {p: sight for p, sight in self._seen.items() if p in present}
        quiet: dict[Path, Sight] = {}
        waiting = {path for path in present if is_unfinished(path.name)}
        for path in present:
            before = self._seen.get(path)
            found = _sight(path, before.since if before else now)
            if found is None or found.looks_like(self._left.get(path)):
                continue
            if found != before:
                self._seen[path] = replace(found, since=now)
                waiting.add(path)
            elif now - found.since < self._quiet_seconds:
                waiting.add(path)
            elif path not in waiting:
                quiet[path] = found
        for together in self._together(present):
            # A disc is copied file by file: none of it is taken before all is there.
            if waiting.isdisjoint(together):
                found_quiet = {one: quiet[one] for one in together if one in quiet}
                if found_quiet:
                    yield found_quiet

    def _together(self, present: Sequence[Path]) -> Iterator[Sequence[Path]]:
        """The files of each medium, and every other file by itself."""
        sources = [path.relative_to(self._folder) for path in present]
        # The watched folder itself is no medium: it never comes to rest.
        listings = [
            len(source.parts) > 1 and seems_listing(str(source), b"")
            for source in sources
        ]
        media = media_folders([str(source) for source in sources], listings)
        for places in media.values():
            yield [present[place] for place in places]
        on_media = {place for places in media.values() for place in places}
        yield from ([path] for n, path in enumerate(present) if n not in on_media)

    def _present(self) -> list[Path]:
        try:
            return sorted(path for path in self._folder.rglob("*") if _is_scan(path))
        except OSError as error:
            # A share that is gone may come back.
            log.error("watched_folder_not_read", error=_words_of(error))
            return []


@dataclass(frozen=True, slots=True)
class _File:
    """One file as it was when it was looked through."""

    source: str
    sha256: str
    read: Callable[[], bytes]


def _same_bytes(path: Path, sha256: str) -> bytes:
    """The bytes again. Raises StoreError where they are other ones by now."""
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise StoreError("A watched file changed while it was read; it is read again.")
    return data


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
    )
