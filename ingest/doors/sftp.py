"""The SFTP door: a file is whole when its sender closes it in the protocol's words."""

import asyncio
import stat
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn
from uuid import uuid4

import asyncssh
from asyncssh import FXF_APPEND, FXF_CREAT, FXF_READ, FXF_TRUNC, FXF_WRITE

from ingest.doors.doorkeeper import Doorkeeper
from ingest.doors.reception import Reception, Waiting
from ingest.doors.refusals import NoRoomError, QuotaError
from ingest.doors.senders import Sender
from ingest.doors.transfer import Transfer
from ingest.file_names import clean_name
from kamizero.errors import KamizeroError, MissingError
from storage.lockout import WrongLoginError

LOGIN_SECONDS = 60
_FOLDER = asyncssh.SFTPAttrs(permissions=stat.S_IFDIR | 0o700)


def _refuse(error: KamizeroError) -> NoReturn:
    """Raise the error as SFTP says it; older clients see a failure with its words."""
    if isinstance(error, NoRoomError):
        raise asyncssh.SFTPNoSpaceOnFilesystem(str(error)) from error
    if isinstance(error, QuotaError):
        raise asyncssh.SFTPQuotaExceeded(str(error)) from error
    if isinstance(error, MissingError):
        raise asyncssh.SFTPNoSuchFile(str(error)) from error
    if isinstance(error, WrongLoginError):
        raise asyncssh.SFTPPermissionDenied(str(error)) from error
    raise asyncssh.SFTPFailure(str(error)) from error


class Login(asyncssh.SSHServer):
    """One connection: a device with its password, nothing else."""

    def __init__(self, doorkeeper: Doorkeeper) -> None:
        self._doorkeeper = doorkeeper

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn

    def password_auth_supported(self) -> bool:
        return True

    async def validate_password(self, username: str, password: str) -> bool:
        try:
            sender = await asyncio.to_thread(self._doorkeeper.admit, username, password)
        except WrongLoginError:
            return False
        self._connection.set_extra_info(sender=sender)
        return True


class Files(asyncssh.SFTPServer):
    """The sender's own waiting files; any folder is there as soon as it is named."""

    def __init__(self, chan: asyncssh.SSHServerChannel[Any], door: Reception) -> None:
        super().__init__(chan)
        self._door = door
        self._sender: Sender = chan.get_extra_info("sender")
        self._session = uuid4().hex

    async def open(
        self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs
    ) -> Transfer:
        del attrs
        if pflags & FXF_READ or not pflags & FXF_WRITE:
            raise asyncssh.SFTPPermissionDenied("Files can be sent here, not fetched.")
        transfer: Transfer = await self._done(self._opened, path, pflags)
        return transfer

    async def close(self, file_obj: object) -> None:
        assert isinstance(file_obj, Transfer)  # noqa: S101 - `open` made it.
        # A connection that ends closes what is open too, while its end is handled:
        # only a close that was asked for says that the file is whole.
        was_cut_off = sys.exc_info()[1] is not None
        await self._done(file_obj.abort if was_cut_off else file_obj.complete)

    async def write(self, file_obj: object, offset: int, data: bytes) -> int:
        assert isinstance(file_obj, Transfer)  # noqa: S101 - `open` made it.
        await self._done(lambda: file_obj.write(data, at=offset))
        return len(data)

    async def stat(self, path: bytes) -> asyncssh.SFTPAttrs:
        found = await self._done(self._door.find, self._sender, path)
        if found is not None:
            return _attributes(found)
        # A name that looks like a file is none before it is sent.
        if Path(path.decode("utf-8", "replace")).suffix:
            raise asyncssh.SFTPNoSuchFile("No file of this name waits here.")
        return _FOLDER

    lstat = stat

    async def fstat(self, file_obj: object) -> asyncssh.SFTPAttrs:
        assert isinstance(file_obj, Transfer)  # noqa: S101 - `open` made it.
        return asyncssh.SFTPAttrs(
            size=file_obj.length, permissions=stat.S_IFREG | 0o600
        )

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        folder = clean_name(path) + "/" if path.strip(b"/.") else ""
        waiting = await self._done(self._door.waiting, self._sender)
        for one in waiting:
            name = one.name.removeprefix(folder)
            if one.name.startswith(folder) and "/" not in name:
                yield asyncssh.SFTPName(name.encode(), attrs=_attributes(one))

    async def rename(self, oldpath: bytes, newpath: bytes) -> None:
        await self._done(self._door.rename, self._sender, oldpath, newpath)

    posix_rename = rename

    async def remove(self, path: bytes) -> None:
        await self._done(self._door.withdraw, self._sender, path)

    async def setstat(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        """Times and rights of the sender mean nothing here; it is not told off."""

    lsetstat = setstat

    async def fsetstat(self, file_obj: object, attrs: asyncssh.SFTPAttrs) -> None:
        """See setstat."""

    async def mkdir(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        """Nothing is made: any folder is there."""

    async def rmdir(self, path: bytes) -> None:
        """See mkdir."""

    async def fsync(self, file_obj: object) -> None:
        """Everything is synced when the file is closed."""

    async def realpath(self, path: bytes) -> bytes:
        parts = [part for part in path.split(b"/") if part not in (b"", b".", b"..")]
        return b"/" + b"/".join(parts)

    async def readlink(self, path: bytes) -> bytes:
        del path
        raise asyncssh.SFTPNoSuchFile("There are no links here.")

    symlink = link = rmdir  # type: ignore[assignment]

    def _opened(self, path: bytes, flags: int) -> Transfer:
        goes_on = not flags & FXF_TRUNC or flags & FXF_APPEND
        if goes_on:
            try:
                return self._door.go_on(self._sender, path, session=self._session)
            except MissingError:
                if not flags & FXF_CREAT:
                    raise
        return self._door.begin(self._sender, path, session=self._session)

    async def _done(self, call: Any, *arguments: object) -> Any:
        """What the call answers; it waits for disk and database in a thread."""
        try:
            return await asyncio.to_thread(call, *arguments)
        except KamizeroError as error:
            _refuse(error)


def _attributes(one: Waiting) -> asyncssh.SFTPAttrs:
    return asyncssh.SFTPAttrs(
        size=one.length,
        permissions=stat.S_IFREG | 0o600,
        mtime=int(one.changed_at.timestamp()),
        atime=int(one.changed_at.timestamp()),
    )


@dataclass(frozen=True, slots=True)
class SftpDoor:
    """Opens the door in the running event loop."""

    address: tuple[str, int]
    reception: Reception
    doorkeeper: Doorkeeper
    host_key: Path

    async def open(self) -> asyncssh.SSHAcceptor:
        return await asyncssh.listen(
            *self.address,
            server_factory=lambda: Login(self.doorkeeper),
            server_host_keys=[self.host_key],
            sftp_factory=lambda channel: Files(channel, self.reception),
            login_timeout=LOGIN_SECONDS,
            # A sender that vanished without a word is found out within two minutes.
            keepalive_interval=30,
            keepalive_count_max=4,
            allow_scp=False,
            agent_forwarding=False,
            x11_forwarding=False,
        )


def host_key(path: Path) -> Path:
    """The key devices know this server by, made where there is none yet."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = asyncssh.generate_private_key("ssh-ed25519")
        draft = path.with_suffix(".draft")
        draft.touch(mode=0o600)
        key.write_private_key(draft)
        draft.replace(path)
    return path
