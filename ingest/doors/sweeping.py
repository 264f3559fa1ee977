"""Puts in order what broken transfers and stopped programs leave behind."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from ingest.doors.live import Live
from ingest.doors.spool import Spool
from storage import uploads
from storage.database import Database
from storage.tables import Upload, UploadState

log = structlog.get_logger()

# A sender that fell silent right at its end may come back and say it was cut off.
DOUBTED_FOR = timedelta(minutes=10)
REMEMBERED_FOR = timedelta(days=30)
# A file is there a moment before its row.
LEAST_AGE_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Sweeper:
    """Harmless to run at any time; nothing that was answered is ever discarded.

    Args:
        partial_for: how long what was cut off waits for its sender to go on.
    """

    database: Database
    spool: Spool
    live: Live
    clock: Callable[[], datetime]
    partial_for: timedelta

    def sweep(self) -> None:
        self._go_back()
        self._end_partial()
        self._end_doubt()
        self._remove_nameless()
        with self.database.look() as rows:
            lost = [
                row
                for row in uploads.in_state(rows, UploadState.WHOLE)
                if self.spool.length(row.token) is None
            ]
        for row in lost:
            # Somebody removed it by hand, or a backup was laid back without it.
            log.error("upload_without_bytes", upload=row.id)
            self._discard(row, "lost")

    def _go_back(self) -> None:
        """A program that stopped while pages were added to an answered file."""
        for row in self._left_open():
            if row.answered is not None:
                with self.database.begin() as rows:
                    uploads.go_back(uploads.locked(rows, row.id), cut=self.spool.cut)

    def _end_partial(self) -> None:
        for row in self._left_open():
            age = self.clock() - row.changed_at
            if row.answered is None and age > self.partial_for:
                log.warning("upload_expired", upload=row.id, door=row.door)
                self._discard(row, "expired")
                self.spool.remove(row.token)

    def _end_doubt(self) -> None:
        with self.database.look() as rows:
            doubtful = [
                row.id
                for row in uploads.in_state(rows, UploadState.WHOLE)
                # A clock that was set back must not hold it for as long again.
                if row.doubtful and abs(self.clock() - row.changed_at) > DOUBTED_FOR
            ]
        if doubtful:
            with self.database.begin() as rows:
                for upload_id in doubtful:
                    uploads.locked(rows, upload_id).doubtful = False

    def _remove_nameless(self) -> None:
        """Bytes no row names, or whose row has ended."""
        for token in list(self.spool.tokens(older_seconds=LEAST_AGE_SECONDS)):
            with self.database.look() as rows:
                row = uploads.by_token(rows, token)
            if row is None or row.state not in uploads.WAITING:
                self.spool.remove(token)
        self.live.tidy()
        with self.database.begin() as rows:
            uploads.forget(rows, before=self.clock() - REMEMBERED_FOR)

    def _left_open(self) -> list[Upload]:
        with self.database.look() as rows:
            return [
                row
                for row in uploads.in_state(rows, UploadState.OPEN)
                if not self.live.has(token=row.token, session=None)
            ]

    def _discard(self, row: Upload, reason: str) -> None:
        with self.database.begin() as rows:
            again = uploads.locked(rows, row.id)
            uploads.discard(rows, again, reason=reason, now=self.clock())
