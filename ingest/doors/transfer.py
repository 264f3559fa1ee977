"""One transfer under way: bytes in, then complete or cut off, exactly one of them."""

import os
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from ingest.doors.live import Live
from ingest.doors.refusals import QuotaError, TooLargeError, WrongOffsetError
from ingest.doors.spool import Spool
from kamizero.errors import MissingError
from storage import uploads
from storage.database import Database
from storage.tables import Upload, UploadState

# How often a long transfer asks whether the disk still has room, in bytes.
ROOM_EVERY = 4_000_000


class Transfer:
    """Used by one thread at a time; ends with `complete`, `abort` or `leave`."""

    def __init__(
        self,
        *,
        token: str,
        spool: Spool,
        handle: int,
        database: Database,
        clock: Callable[[], datetime],
        live: Live,
        turn: int,
        length: int,
        answered: int | None,
        most_bytes: int,
        room: int | None,
    ) -> None:
        self.token = token
        self.length = length
        self._spool = spool
        self._handle = handle
        self._database = database
        self._clock = clock
        self._live = live
        self._answered = answered
        self._most = most_bytes
        # What was there before was counted, or was never answered.
        self._room = None if room is None else room + (answered or 0)
        self._asked_at = length
        self._open = True
        self._turn = turn

    @property
    def is_open(self) -> bool:
        return self._open

    def append(self, data: bytes) -> None:
        """Add bytes. Raises NoRoomError, QuotaError, TooLargeError, StoreError."""
        self.write(data, at=self.length)

    def write(self, data: bytes, *, at: int) -> None:
        """Write bytes at an offset, which leaves no hole. Also WrongOffsetError."""
        if at > self.length:
            raise WrongOffsetError(
                f"The file has {self.length:,} bytes; nothing can be written at {at:,}."
            )
        self._demand_turn()
        end = max(at + len(data), self.length)
        self.demand_fitting(end)
        if end - self._asked_at >= ROOM_EVERY:
            self._spool.demand_room()
            self._asked_at = end
        self._spool.write(self.token, self._handle, data, at)
        self.length = end

    def cut(self, length: int) -> None:
        """Go on at this offset, forgetting what came after it. WrongOffsetError."""
        if not (self._answered or 0) <= length <= self.length:
            raise WrongOffsetError(
                f"The file has {self.length:,} bytes; it cannot go on at {length:,}."
            )
        if length < self.length:
            self._spool.cut(self.token, length)
            self.length = length

    def demand_fitting(self, length: int) -> None:
        """Raise where a file of so many bytes would be too long."""
        if length > self._most:
            raise TooLargeError(
                f"At most {self._most:,} bytes are taken in one file. Split it into "
                "several files."
            )
        if self._room is not None and length > self._room:
            raise QuotaError(
                f"Only {self._room:,} more bytes are taken from this device today."
            )

    def complete(self, *, doubtful: bool = False) -> None:
        """Make it durable and say so in its row; then the sender may be told.

        Args:
            doubtful: it may as well have been cut off here; `Reception.believe` says
                that it was not.
        """
        self._demand_turn()
        self._spool.sync(self.token, self._handle)
        with self._database.begin() as rows:
            row = uploads.by_token(rows, self.token)
            if row is None or row.state != UploadState.OPEN:
                raise MissingError("This transfer was given up. Send the file again.")
            row.state, row.answered = UploadState.WHOLE, self.length
            row.doubtful, row.changed_at = doubtful, self._clock()
            replaced = self._give_up_beginnings(rows, row)
        for old in replaced:
            self._spool.remove(old)
        self.leave()

    def abort(self) -> None:
        """The sender was cut off: keep what came, so that it can go on from there.

        A file whose earlier pages were answered is what was answered again.
        """
        if not self._open:
            return
        if not self._live.is_turn(self._turn):
            self.leave()
            return
        try:
            with self._database.begin() as rows:
                row = uploads.by_token(rows, self.token)
                if row is not None and row.state == UploadState.OPEN:
                    row.changed_at = self._clock()
                    uploads.go_back(row, cut=self._spool.cut)
        finally:
            self.leave()

    def _give_up_beginnings(self, rows: Session, row: Upload) -> list[str]:
        """Discard what was cut off with an answer, now that the whole of it came.

        Only what is the beginning of this very file: another file of the same name
        that merely ended without a word is kept.
        """
        replaced = []
        for old in uploads.doubted_before(rows, row):
            if self._spool.begins_with(self.token, old.token):
                uploads.discard(rows, old, reason="replaced", now=self._clock())
                replaced.append(old.token)
        return replaced

    def _demand_turn(self) -> None:
        if not self._live.is_turn(self._turn):
            raise WrongOffsetError("Another connection goes on with this file.")

    def leave(self) -> None:
        """Let go of the file."""
        if self._open:
            self._open = False
            os.close(self._handle)
            self._live.end(self._turn)
