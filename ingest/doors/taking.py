"""Takes what was transferred into the intake: one session one job, exactly once."""

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Any

import structlog
from sqlalchemy.orm import Session

from ingest.doors.live import Live
from ingest.doors.mail import attachments, parsed
from ingest.doors.spool import Spool
from ingest.file_names import is_side_file, is_unfinished
from ingest.intake import Delivery, Incoming
from ingest.watching import Receiver
from kamizero.errors import KamizeroError, RefusedError
from storage import uploads
from storage.database import Database
from storage.tables import Upload, UploadState

log = structlog.get_logger()

MAIL = "mail"
# A sender that repeats itself does so within hours; devices' clocks count for nothing.
SAME_TRANSFER_WITHIN = timedelta(days=1)
# After that the files of a session are taken one by one, and after as many tries
# again the one that stops the program is kept unopened.
MOST_TRIES = 3
# How long the taking lets the store or the database be after they failed, in seconds.
PAUSE_SECONDS = 5.0


@dataclass(slots=True)
class _Sight:
    """How a session looked when it was last seen to change."""

    looks: tuple[tuple[int, int | None, str], ...]
    since: float


@dataclass(slots=True)
class Taker:
    """Looks for sessions that are whole and quiet; used by one thread.

    Args:
        quiet_seconds: how long nothing may have come in a session. Some devices close
            a file after each page and open it again for the next.
        unfinished_for: after that, a name that says "not whole yet" is not believed.
    """

    database: Database
    spool: Spool
    intake: Receiver
    live: Live
    clock: Callable[[], datetime]
    business_day: Callable[[datetime], date]
    quiet_seconds: float
    unfinished_for: timedelta
    monotonic: Callable[[], float] = time.monotonic
    _seen: dict[str, _Sight] = field(default_factory=dict)
    _rest_until: float = 0.0
    _trouble: str | None = None

    @property
    def trouble(self) -> str | None:
        """The code of what keeps it from taking in now; None where nothing does."""
        return self._trouble

    def look(self) -> list[int]:
        """Take in what is ready; return the jobs."""
        if self.monotonic() < self._rest_until:
            return []
        jobs = []
        self._trouble = None
        for group in self._ready():
            try:
                job = self._take(group)
            except (KamizeroError, OSError) as error:
                # It waits where it is, and the sender was told the truth: it is safe.
                log.error("uploads_not_taken", error=str(error), first=group[0].id)
                self._tried(group, by=-1)
                self._rest_until = self.monotonic() + PAUSE_SECONDS
                self._trouble = (
                    error.code if isinstance(error, KamizeroError) else "system"
                )
                break
            if job is not None:
                jobs.append(job)
        return jobs

    def _ready(self) -> list[list[Upload]]:
        groups = {_key(group[0]): group for group in self._sessions()}
        self._seen = {key: one for key, one in self._seen.items() if key in groups}
        return [group for key, group in groups.items() if self._is_quiet(key, group)]

    def _sessions(self) -> Iterator[list[Upload]]:
        with self.database.look() as rows:
            whole = uploads.in_state(rows, UploadState.WHOLE)
        ready = [
            row for row in whole if not row.doubtful and not self._is_named_so(row)
        ]
        for _, group in groupby(sorted(ready, key=_key), key=_key):
            yield sorted(group, key=lambda row: row.id)

    def _is_named_so(self, row: Upload) -> bool:
        # A clock that was set back must not hold it for as long again.
        age = abs(self.clock() - row.changed_at)
        return is_unfinished(row.name) and age < self.unfinished_for

    def _is_quiet(self, key: str, group: Sequence[Upload]) -> bool:
        if any(self.live.has(token=row.token, session=row.session) for row in group):
            self._seen.pop(key, None)
            return False
        if group[0].session is None:
            return True
        looks = tuple((row.id, row.answered, row.name) for row in group)
        before = self._seen.get(key)
        if before is None or before.looks != looks:
            self._seen[key] = _Sight(looks, since=self.monotonic())
            return False
        return self.monotonic() - before.since >= self.quiet_seconds

    def _take(self, group: list[Upload]) -> int | None:
        self._tried(group, by=1)
        wanted, hashes = self._sort_out(group)
        job = None
        if wanted:
            job = self.intake.receive(
                [file for row in wanted for file in self._files(row)],
                self._delivery(wanted[0]),
                within=partial(self._mark, hashes),
            )
        for row in group:
            self.spool.remove(row.token)
        return job

    def _mark(self, hashes: dict[int, str], rows: Session, job_id: int) -> None:
        uploads.mark_taken(rows, hashes, job_id=job_id, now=self.clock())

    def _sort_out(self, group: Sequence[Upload]) -> tuple[list[Upload], dict[int, str]]:
        """What the job is made of; the rest is discarded with its reason."""
        wanted: list[Upload] = []
        hashes: dict[int, str] = {}
        for row in group:
            sha256 = self._sha256(row)
            reason = self._reason_against(row, sha256)
            if reason is None:
                wanted.append(row)
                hashes[row.id] = sha256
            else:
                log.info("upload_not_wanted", upload=row.id, reason=reason)
                with self.database.begin() as rows:
                    again = uploads.locked(rows, row.id)
                    uploads.discard(rows, again, reason=reason, now=self.clock())
        return wanted, hashes

    def _sha256(self, row: Upload) -> str:
        """Of the file; of what a mail brings, because each relay changes its head."""
        found = hashlib.sha256()
        for file in self._files(row):
            found.update(hashlib.sha256(file.read()).digest())
        return found.hexdigest()

    def _reason_against(self, row: Upload, sha256: str) -> str | None:
        if row.door != MAIL and is_side_file(row.name):
            return "side file"
        with self.database.look() as rows:
            since = self.clock() - SAME_TRANSFER_WITHIN
            same = uploads.same_taken(rows, row, sha256=sha256, since=since)
        return None if same is None else "repeated"

    def _files(self, row: Upload) -> list[Incoming]:
        if row.door == MAIL:
            mail = parsed(self._bytes(row))
            return [
                Incoming(one.name, partial(bytes, one.data), self._refusal(row))
                for one in attachments(mail)
            ]
        return [Incoming(row.name, partial(self._bytes, row), self._refusal(row))]

    def _refusal(self, row: Upload) -> RefusedError | None:
        if row.tries < 2 * MOST_TRIES:
            return None
        return RefusedError(
            "damaged",
            "Opening this file stopped the program several times. Scan the paper "
            "again, and send the file to who maintains the installation.",
        )

    def _bytes(self, row: Upload) -> bytes:
        return self.spool.path(row.token).read_bytes()

    def _delivery(self, row: Upload) -> Delivery:
        declared: dict[str, Any] = row.details
        given = declared.get("received_on")
        return Delivery(
            door=row.door,
            operator=row.sender,
            site=row.site,
            received_on=date.fromisoformat(given)
            if given
            else self.business_day(row.begun_at),
            sheets=declared.get("sheets"),
            sides=declared.get("sides", 1),
        )

    def _tried(self, group: Sequence[Upload], *, by: int) -> None:
        with self.database.begin() as rows:
            for row in group:
                uploads.locked(rows, row.id).tries += by


def _key(row: Upload) -> str:
    """What belongs together; a token where it is a job of its own."""
    if row.session is None or row.tries >= MOST_TRIES:
        return row.token
    return "\0".join((row.door, row.sender, row.session))
