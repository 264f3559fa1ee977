"""The one reception behind every door: it makes the end of a transfer exact.

A sender is told that its file is safe only after the bytes are synced and the row
says so. What was told is never given up; what was not is taken up again where it
broke off, or discarded after a while, never taken in.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from ingest.doors.live import Live
from ingest.doors.refusals import QuotaError, TakenAlreadyError
from ingest.doors.senders import Accounts, Sender
from ingest.doors.spool import Spool
from ingest.doors.transfer import Transfer
from ingest.file_names import clean_name
from kamizero.errors import MissingError
from storage import uploads
from storage.database import Database
from storage.tables import Upload, UploadState


@dataclass(frozen=True, slots=True)
class Waiting:
    """A transfer no job has taken yet; `length` is in bytes."""

    token: str
    name: str
    length: int
    is_whole: bool
    changed_at: datetime


class Reception:
    """Begins, takes up and looks at the transfers of one door; may be shared by
    threads.

    Whatever a sender does, its account is asked again: everything here that takes a
    sender raises WrongLoginError where it may send no more.

    Args:
        door: what the jobs of these transfers say they came by.
        file_bytes: the longest file, in bytes.
    """

    def __init__(
        self,
        door: str,
        *,
        database: Database,
        spool: Spool,
        file_bytes: int,
        clock: Callable[[], datetime],
        live: Live,
        accounts: Accounts,
    ) -> None:
        self.door = door
        self._database = database
        self._spool = spool
        self._file_bytes = file_bytes
        self._clock = clock
        self._live = live
        self._accounts = accounts

    def begin(
        self,
        sender: Sender,
        sent_name: str | bytes,
        *,
        session: str | None,
        size: int | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> Transfer:
        """A new file, from its first byte.

        What the sender began under this name and was cut off in is given up: it
        sends the whole again. A file that was answered stays beside the new one.

        Raises:
            NoRoomError, QuotaError, TooLargeError: the sender shall wait or split.
        """
        name = clean_name(sent_name)
        sender = self._accounts.as_now(sender)
        room = self._room(sender)
        self._spool.demand_room()
        token = uuid4().hex
        handle = self._spool.create(token)
        turn = self._live.begin(token, session)
        transfer = self._transfer(token, turn, handle=handle, length=0, room=room)
        try:
            transfer.demand_fitting(size or 0)
            with self._database.begin() as rows:
                replaced = self._give_up_cut_off(rows, sender, name)
                rows.add(
                    Upload(
                        token=token,
                        door=self.door,
                        sender=sender.name,
                        site=sender.site,
                        session=session,
                        name=name,
                        size=size,
                        details=dict(details or {}),
                        begun_at=self._clock(),
                        changed_at=self._clock(),
                    )
                )
        except Exception:
            transfer.leave()
            self._spool.remove(token)
            raise
        for old in replaced:
            self._spool.remove(old)
        return transfer

    def go_on(
        self, sender: Sender, sent_name: str | bytes, *, session: str | None
    ) -> Transfer:
        """The file of this name where it ends so far.

        Raises:
            MissingError: there is none.
            TakenAlreadyError: it is in a job; only a whole new file can follow.
        """
        name = clean_name(sent_name)
        with self._database.look() as rows:
            found = uploads.latest_named(
                rows, door=self.door, sender=sender.name, name=name
            )
        if found is None:
            raise MissingError("There is nothing to go on with: send the whole file.")
        return self.go_on_with(sender, found.token, session=session)

    def go_on_with(
        self, sender: Sender, token: str, *, session: str | None
    ) -> Transfer:
        """The sender's transfer of this token; raises what `go_on` does."""
        sender = self._accounts.as_now(sender)
        room = self._room(sender)
        self._spool.demand_room()
        # Marked first: from here on the taking waits for this transfer, and a
        # connection that hangs at it has lost it.
        turn = self._live.begin(token, session)
        try:
            with self._database.begin() as rows:
                found = self._found(rows, sender, token)
                row = uploads.locked(rows, found.id)
                if row.state == UploadState.TAKEN:
                    raise TakenAlreadyError(
                        "This file was taken in already. Send the whole of it again "
                        "under a name of its own."
                    )
                if row.doubtful:
                    # It comes back, so it was cut off, whatever it was answered.
                    row.answered, row.doubtful = None, False
                row.state = UploadState.OPEN
                row.session, row.changed_at = session, self._clock()
                answered = row.answered
            length = self._spool.length(token) or 0
            handle = self._spool.reopen(token)
        except Exception:
            self._live.end(turn)
            raise
        return self._transfer(
            token, turn, handle=handle, length=length, room=room, answered=answered
        )

    def believe(self, token: str) -> None:
        """The sender was heard after its end: it was not cut off there."""
        with self._database.begin() as rows:
            row = uploads.by_token(rows, token)
            if row is not None and row.state == UploadState.WHOLE:
                row.doubtful, row.changed_at = False, self._clock()

    def find(self, sender: Sender, sent_name: str | bytes) -> Waiting | None:
        """What waits under this name."""
        name = clean_name(sent_name)
        found = [one for one in self.waiting(sender) if one.name == name]
        return found[-1] if found else None

    def waiting(self, sender: Sender) -> Sequence[Waiting]:
        sender = self._accounts.as_now(sender)
        with self._database.look() as rows:
            return [
                Waiting(
                    token=row.token,
                    name=row.name,
                    length=self._spool.length(row.token) or 0,
                    is_whole=row.state == UploadState.WHOLE,
                    changed_at=row.changed_at,
                )
                for row in uploads.waiting_of(rows, door=self.door, sender=sender.name)
            ]

    def row(self, sender: Sender, token: str) -> Upload:
        """The sender's transfer, whatever became of it. Raises MissingError."""
        sender = self._accounts.as_now(sender)
        with self._database.look() as rows:
            return self._found(rows, sender, token)

    def length(self, token: str) -> int:
        """How many bytes of it are here."""
        return self._spool.length(token) or 0

    def rename(
        self, sender: Sender, sent_name: str | bytes, new_name: str | bytes
    ) -> None:
        """Give a waiting file its own name, as senders do at the end. MissingError."""
        found = self._waiting_named(sender, sent_name)
        with self._database.begin() as rows:
            row = uploads.locked(rows, self._found(rows, sender, found.token).id)
            row.name, row.changed_at = clean_name(new_name), self._clock()

    def withdraw(self, sender: Sender, sent_name: str | bytes) -> None:
        """Give a waiting file up because the sender says so. Raises MissingError."""
        self.withdraw_token(sender, self._waiting_named(sender, sent_name).token)

    def withdraw_token(self, sender: Sender, token: str) -> None:
        sender = self._accounts.as_now(sender)
        with self._database.begin() as rows:
            row = uploads.locked(rows, self._found(rows, sender, token).id)
            if row.state == UploadState.TAKEN:
                raise TakenAlreadyError("This file was taken in already.")
            self._discard(rows, row, "withdrawn")
        self._spool.remove(token)

    def _waiting_named(self, sender: Sender, sent_name: str | bytes) -> Waiting:
        found = self.find(sender, sent_name)
        if found is None:
            raise MissingError("No file of this name waits here.")
        return found

    def _found(self, rows: Session, sender: Sender, token: str) -> Upload:
        row = uploads.by_token(rows, token)
        if row is None or (row.sender, row.door) != (sender.name, self.door):
            raise MissingError("There is no such upload.")
        if row.state == UploadState.DISCARDED:
            raise MissingError("This upload was given up. Begin a new one.")
        return row

    def _room(self, sender: Sender) -> int | None:
        """How many more bytes the sender may bring today. Raises QuotaError."""
        if sender.daily_bytes is None:
            return None
        since = self._clock() - uploads.DAY
        with self._database.look() as rows:
            used = uploads.bytes_since(rows, sender=sender.name, since=since)
        if used >= sender.daily_bytes:
            raise QuotaError(
                f"{sender.name} has brought {used:,} bytes within a day, as many as it "
                "may. Keep the file and send it tomorrow, or ask for a larger quota."
            )
        return sender.daily_bytes - used

    def _give_up_cut_off(self, rows: Session, sender: Sender, name: str) -> list[str]:
        """Discard what this transfer replaces; return the tokens of its bytes."""
        replaced = []
        for row in uploads.waiting_of(rows, door=self.door, sender=sender.name):
            # Nothing in it: some programs try a name before they send the file.
            was_answered = bool(row.answered)
            # Somebody may be at it: two machines can share an account and a name.
            is_left = not self._live.has(token=row.token, session=None)
            if row.name == name and is_left and not was_answered:
                self._discard(rows, row, "replaced")
                replaced.append(row.token)
        return replaced

    def _discard(self, rows: Session, row: Upload, reason: str) -> None:
        uploads.discard(rows, row, reason=reason, now=self._clock())

    def _transfer(
        self,
        token: str,
        turn: int,
        *,
        handle: int,
        length: int,
        room: int | None,
        answered: int | None = None,
    ) -> Transfer:
        return Transfer(
            token=token,
            spool=self._spool,
            handle=handle,
            database=self._database,
            clock=self._clock,
            live=self._live,
            turn=turn,
            length=length,
            answered=answered,
            most_bytes=self._file_bytes,
            room=room,
        )
