"""The FTP door: a file is whole when its sender still speaks after the last byte.

FTP ends a file by closing a connection, which a sender that dies does too. But then
its control connection is gone as well: only a sender that says something after the
answer to its file was not cut off.
"""

import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import structlog
from pyftpdlib.authorizers import AuthenticationFailed
from pyftpdlib.exceptions import FilesystemError
from pyftpdlib.filesystems import AbstractedFS
from pyftpdlib.handlers import FTPHandler, TLS_DTPHandler, TLS_FTPHandler
from pyftpdlib.handlers.ftp.data import DTPHandler
from pyftpdlib.servers import ThreadedFTPServer

from ingest.doors.doorkeeper import Doorkeeper
from ingest.doors.reception import Reception, Waiting
from ingest.doors.refusals import NoRoomError, QuotaError, TooLargeError
from ingest.doors.senders import Sender
from ingest.doors.tls import Certificate
from ingest.doors.transfer import Transfer
from ingest.file_names import clean_name
from kamizero.errors import KamizeroError, MissingError
from storage.lockout import LockedError, WrongLoginError

log = structlog.get_logger()

# A sender that died would have closed its control connection by then.
HEARD_AFTER_SECONDS = 5.0
_CODES: tuple[tuple[type[KamizeroError], int], ...] = (
    (NoRoomError, 452),
    (QuotaError, 552),
    (TooLargeError, 552),
    (LockedError, 450),
    (WrongLoginError, 530),
)


def answer(error: KamizeroError) -> str:
    """The error as FTP says it: 4xx shall be tried again, 5xx not as it is."""
    code = next((code for kind, code in _CODES if isinstance(error, kind)), None)
    return f"{code or (451 if error.retryable else 550)} {error}"


class Authorizer:
    """The accounts, in pyftpdlib's terms. A device writes, and sees what waits."""

    def __init__(self, doorkeeper: Doorkeeper) -> None:
        self._doorkeeper = doorkeeper

    def validate_authentication(
        self, username: str, password: str, handler: "FTPHandler"
    ) -> None:
        try:
            handler.sender = self._doorkeeper.admit(username, password)
        except WrongLoginError as error:
            raise AuthenticationFailed(str(error)) from error

    def get_home_dir(self, username: str) -> str:
        del username
        return "/"

    def has_perm(self, username: str, perm: str, path: str | None = None) -> bool:
        del username, path
        return perm in self.get_perms("")

    def get_perms(self, username: str) -> str:
        del username
        return "eladfmwT"

    def get_msg_login(self, username: str) -> str:
        return f"{username} may send."

    def get_msg_quit(self, username: str) -> str:
        del username
        return "Goodbye."

    def impersonate_user(self, username: str, password: str) -> None:
        """Nobody becomes a user of this machine."""

    def terminate_impersonation(self, username: str) -> None:
        """See impersonate_user."""


@dataclass(slots=True)
class Received:
    """What pyftpdlib takes for an open file."""

    transfer: Transfer
    name: str
    closed: bool = False

    def write(self, data: bytes) -> None:
        self.transfer.append(data)

    def seek(self, offset: int) -> None:
        self.transfer.cut(offset)

    def close(self) -> None:
        # Whoever completed it has closed it before.
        self.closed = True
        self.transfer.abort()


class Files(AbstractedFS):  # type: ignore[misc]
    """The sender's own waiting files; folders are there as soon as they are named."""

    @property
    def _handler(self) -> "Handling":
        handler: Handling = self.cmd_channel
        return handler

    def _waiting(self, path: str) -> Waiting | None:
        return self._handler.reception.find(self._handler.sender, _bytes_of(path))

    def _demanded(self, path: str) -> Waiting:
        found = self._waiting(path)
        if found is None:
            raise FilesystemError("No file of this name waits here")
        return found

    def open(self, filename: str, mode: str) -> Received:
        handler = self._handler
        if "r" in mode and "+" not in mode:
            raise FilesystemError("Files can be sent here, not fetched")
        name = _bytes_of(filename)
        if "w" in mode:
            transfer = handler.begin(name)
        else:
            try:
                transfer = handler.reception.go_on(
                    handler.sender, name, session=handler.session
                )
            except MissingError:
                if "a" not in mode:
                    raise
                transfer = handler.begin(name)
        return Received(transfer, filename)

    def mkstemp(
        self, suffix: str = "", prefix: str = "", dir: str = "", mode: str = "wb"
    ) -> Received:
        del mode
        return self.open(f"{dir}/{prefix}{uuid4().hex}{suffix}", "w")

    def chdir(self, path: str) -> None:
        self.cwd = self.fs2ftp(path)

    def mkdir(self, path: str) -> None:
        """Nothing is made: any folder is there."""

    def rmdir(self, path: str) -> None:
        """See mkdir."""

    def listdir(self, path: str) -> list[str]:
        folder = clean_name(_bytes_of(path)) + "/" if path.strip("/") else ""
        names = [
            one.name.removeprefix(folder)
            for one in self._handler.reception.waiting(self._handler.sender)
            if one.name.startswith(folder)
        ]
        return [name for name in names if "/" not in name]

    def format_list(
        self, basedir: str, listing: Sequence[str], ignore_err: bool = True
    ) -> Iterator[bytes]:
        del ignore_err
        for name in listing:
            found = self._waiting(f"{basedir}/{name}")
            if found is not None:
                when = f"{found.changed_at:%b %d %H:%M}"
                line = f"-rw------- 1 device device {found.length} {when} {name}\r\n"
                yield line.encode()

    def format_mlsx(
        self,
        basedir: str,
        listing: Sequence[str],
        perms: str,
        facts: Sequence[str],
        ignore_err: bool = True,
    ) -> Iterator[bytes]:
        del perms, facts, ignore_err
        for name in listing:
            found = self._waiting(f"{basedir}/{name}")
            if found is not None:
                when = f"{found.changed_at:%Y%m%d%H%M%S}"
                fact = f"type=file;size={found.length};modify={when};"
                yield f"{fact} {name}\r\n".encode()

    def remove(self, path: str) -> None:
        handler = self._handler
        handler.reception.withdraw(handler.sender, _bytes_of(path))

    def rename(self, src: str, dst: str) -> None:
        handler = self._handler
        handler.reception.rename(handler.sender, _bytes_of(src), _bytes_of(dst))

    def isfile(self, path: str) -> bool:
        return self._waiting(path) is not None

    def isdir(self, path: str) -> bool:
        return self._waiting(path) is None

    def lexists(self, path: str) -> bool:
        return self.isfile(path)

    def getsize(self, path: str) -> int:
        return self._demanded(path).length

    def getmtime(self, path: str) -> float:
        return self._demanded(path).changed_at.timestamp()

    def lstat(self, path: str) -> Waiting:
        return self._demanded(path)

    def realpath(self, path: str) -> str:
        return path

    def validpath(self, path: str) -> bool:
        del path
        # It is a name and leads nowhere.
        return True


class _Data:
    """What happens at the end of a file, mixed into pyftpdlib's data connection."""

    _was_reset = False

    def enable_receiving(self: Any, kind: str, cmd: str) -> None:
        del kind
        # TYPE A would change bytes of a scan.
        super().enable_receiving("i", cmd)  # type: ignore[misc]

    def recv(self: Any, size: int) -> bytes:
        if self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            self._was_reset = True
        data: bytes = super().recv(size)  # type: ignore[misc]
        return data

    def close(self: Any) -> None:
        file = self.file_obj
        if isinstance(file, Received) and not file.closed and self.transfer_finished:
            self._end(file)
        super().close()  # type: ignore[misc]

    def _end(self: Any, file: Received) -> None:
        if self._was_reset:
            self._fail("426 The connection was cut; send the file again.")
            return
        try:
            self.cmd_channel.complete(file.transfer)
            file.closed = True
        except KamizeroError as error:
            self._fail(answer(error))

    def _fail(self: Any, response: str) -> None:
        self.transfer_finished = False
        self._resp = (response, log.debug)

    def handle_error(self: Any) -> None:
        error = sys.exc_info()[1]
        if isinstance(error, KamizeroError):
            self._fail(answer(error))
            self.close()
        else:
            super().handle_error()  # type: ignore[misc]


class PlainData(_Data, DTPHandler):  # type: ignore[misc]
    """A data connection in the clear."""


class TlsData(_Data, TLS_DTPHandler):  # type: ignore[misc]
    """A data connection over TLS."""


class Handling:
    """One control connection: one session, mixed into pyftpdlib's handler."""

    banner = "kamizero"
    use_sendfile = False
    # Bytes of a name that is no UTF-8 are kept, to be read as what they may be.
    unicode_errors = "surrogateescape"
    abstracted_fs = Files
    reception: Reception
    sender: Sender
    # Completed, but the sender has said nothing since.
    unheard: Transfer | None = None

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self.session = uuid4().hex
        super().__init__(*arguments, **named)

    def begin(self, name: bytes) -> Transfer:
        return self.reception.begin(self.sender, name, session=self.session)

    def complete(self, transfer: Transfer) -> None:
        """Answered from now on; held back until the sender is heard again."""
        transfer.complete(doubtful=True)
        self.unheard = transfer
        self.ioloop.call_later(HEARD_AFTER_SECONDS, self._hear)  # type: ignore[attr-defined]

    def pre_process_command(self, line: str, cmd: str, arg: str) -> None:
        with self._answering():
            self._hear()
            super().pre_process_command(line, cmd, arg)  # type: ignore[misc]

    def _hear(self) -> None:
        if self.unheard is not None and self.connected:  # type: ignore[attr-defined]
            self.reception.believe(self.unheard.token)
            self.unheard = None

    def log_exception(self, instance: object) -> None:
        del instance
        log.error("ftp_failed", exc_info=True)

    def logline(self, *_: object, **__: object) -> None:
        """Names of files stay out of logs; so in the three below."""

    log = log_cmd = log_transfer = logline

    @contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            yield
        except KamizeroError as error:
            self.respond(answer(error))  # type: ignore[attr-defined]


class PlainHandler(Handling, FTPHandler):  # type: ignore[misc]
    """A connection in the clear."""

    dtp_handler = PlainData


class TlsHandler(Handling, TLS_FTPHandler):  # type: ignore[misc]
    """A connection that must turn to TLS before it names a password."""

    dtp_handler = TlsData
    tls_control_required = True
    tls_data_required = True


@dataclass(frozen=True, slots=True)
class Passive:
    """Where senders find data connections: ports, and an address before a router."""

    ports: range
    address: str | None = None


class FtpDoor:
    """Serves until it is stopped; each connection has a thread of its own."""

    def __init__(
        self,
        address: tuple[str, int],
        *,
        reception: Reception,
        doorkeeper: Doorkeeper,
        passive: Passive,
        certificate: Certificate | None,
    ) -> None:
        base = PlainHandler if certificate is None else TlsHandler
        known: dict[str, Any] = {
            "reception": reception,
            "authorizer": Authorizer(doorkeeper),
            "passive_ports": passive.ports,
            "masquerade_address": passive.address,
        }
        if certificate is not None:
            certificate.context()
            known["certfile"] = str(certificate.chain)
            known["keyfile"] = str(certificate.key)
        handler = type("Handler", (base,), known)
        self._server = ThreadedFTPServer(address, handler)
        self._server.max_cons = 256

    @property
    def port(self) -> int:
        return int(self._server.address[1])

    def serve(self) -> None:
        self._server.serve_forever(timeout=1.0, handle_exit=False)

    def stop(self) -> None:
        self._server.close_all()


def _bytes_of(path: str) -> bytes:
    return str(Path(path)).encode("utf-8", "surrogateescape")
