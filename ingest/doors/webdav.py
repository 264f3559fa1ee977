"""The WebDAV door: a PUT is whole when all bytes it announced have come."""

import base64
import binascii
import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import Any

from cheroot.ssl.builtin import BuiltinSSLAdapter
from cheroot.wsgi import Server
from wsgidav.dav_error import (
    HTTP_FORBIDDEN,
    HTTP_INSUFFICIENT_STORAGE,
    HTTP_REQUEST_ENTITY_TOO_LARGE,
    HTTP_SERVICE_UNAVAILABLE,
    DAVError,
)
from wsgidav.dav_provider import DAVCollection, DAVNonCollection, DAVProvider
from wsgidav.wsgidav_app import WsgiDAVApp

from ingest.doors.doorkeeper import Doorkeeper
from ingest.doors.reception import Reception, Waiting
from ingest.doors.refusals import NoRoomError, QuotaError, TooLargeError
from ingest.doors.senders import Sender
from ingest.doors.tls import Certificate
from ingest.doors.transfer import Transfer
from ingest.file_names import clean_name
from ingest.media.folder import folder_of_job
from kamizero.errors import KamizeroError, StoreError
from storage.lockout import WrongLoginError

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

SENDER = "kamizero.sender"
THREADS = 10
# A sender that says nothing for so long is gone, in seconds.
SILENCE_SECONDS = 120
# These name a file, not a folder, where the name does not end with a slash.
_OF_FILES = ("PUT", "LOCK", "UNLOCK", "DELETE", "MOVE", "COPY", "MKCOL", "PROPPATCH")
_STATUSES: tuple[tuple[type[KamizeroError], int], ...] = (
    (NoRoomError, HTTP_INSUFFICIENT_STORAGE),
    (QuotaError, HTTP_INSUFFICIENT_STORAGE),
    (TooLargeError, HTTP_REQUEST_ENTITY_TOO_LARGE),
    (StoreError, HTTP_SERVICE_UNAVAILABLE),
)


@contextmanager
def _told() -> Iterator[None]:
    """Raise errors of the house as WebDAV says them."""
    try:
        yield
    except KamizeroError as error:
        fitting = (code for kind, code in _STATUSES if isinstance(error, kind))
        raise DAVError(next(fitting, HTTP_FORBIDDEN), str(error)) from error


class Body:
    """What wsgidav writes a PUT's bytes to."""

    def __init__(self, transfer: Transfer, announced: int | None) -> None:
        self._transfer = transfer
        self._announced = announced

    def write(self, data: bytes) -> None:
        with _told():
            self._transfer.append(data)

    def close(self) -> None:
        """Complete it; a connection that ended early is no end of a file."""
        if self._announced is not None and self._transfer.length != self._announced:
            raise DAVError(
                HTTP_SERVICE_UNAVAILABLE, "The connection was cut; send it again."
            )
        with _told():
            self._transfer.complete()

    def abort(self) -> None:
        self._transfer.abort()


class Scan(DAVNonCollection):  # type: ignore[misc]
    """A file being sent, or one that waits."""

    def __init__(
        self, path: str, environ: dict[str, Any], door: Reception, one: Waiting | None
    ) -> None:
        super().__init__(path, environ)
        self._door = door
        self._one = one
        self._sender: Sender = environ[SENDER]
        self._body: Body | None = None

    def get_content_length(self) -> int:
        return self._one.length if self._one else 0

    def get_content_type(self) -> str:
        return "application/octet-stream"

    def get_last_modified(self) -> float | None:
        return self._one.changed_at.timestamp() if self._one else None

    def get_etag(self) -> str | None:
        return f"{self._one.token}-{self._one.length}" if self._one else None

    def support_etag(self) -> bool:
        return True

    def get_content(self) -> None:
        raise DAVError(HTTP_FORBIDDEN, "Files can be sent here, not fetched.")

    def begin_write(self, *, content_type: str | None = None) -> Body:
        del content_type
        announced = self.environ.get("CONTENT_LENGTH") or None
        size = int(announced) if announced is not None else None
        folder = str(folder_of_job(PurePosixPath(clean_name(self.path))))
        with _told():
            transfer = self._door.begin(
                self._sender,
                self.path,
                # HTTP knows no sessions: what comes into one folder at a time is one.
                session=hashlib.sha256(folder.encode()).hexdigest()[:32],
                size=size,
            )
        self._body = Body(transfer, size)
        return self._body

    def end_write(self, *, with_errors: bool) -> None:
        if with_errors and self._body is not None:
            self._body.abort()

    def support_recursive_move(self, dest_path: str) -> bool:
        del dest_path
        return True

    def move_recursive(self, dest_path: str) -> list[Any]:
        with _told():
            self._door.rename(self._sender, self.path, dest_path)
        return []

    def copy_move_single(self, dest_path: str, *, is_move: bool) -> None:
        del dest_path, is_move
        raise DAVError(HTTP_FORBIDDEN, "A file is sent once; it is not copied.")

    def delete(self) -> None:
        with _told():
            self._door.withdraw(self._sender, self.path)


class Folder(DAVCollection):  # type: ignore[misc]
    """Any folder that is named: it holds the sender's own waiting files."""

    def __init__(self, path: str, environ: dict[str, Any], door: Reception) -> None:
        super().__init__(path, environ)
        self._door = door
        self._sender: Sender = environ[SENDER]

    def get_member_names(self) -> list[str]:
        folder = clean_name(self.path) + "/" if self.path.strip("/") else ""
        names = [
            one.name.removeprefix(folder)
            for one in self._door.waiting(self._sender)
            if one.name.startswith(folder)
        ]
        return [name for name in names if "/" not in name]

    def get_member(self, name: str) -> Scan | None:
        path = self.path.rstrip("/") + "/" + name
        one = self._door.find(self._sender, path)
        return Scan(path, self.environ, self._door, one) if one else None

    def create_empty_resource(self, name: str) -> Scan:
        path = self.path.rstrip("/") + "/" + name
        return Scan(path, self.environ, self._door, None)

    def create_collection(self, name: str) -> None:
        """Nothing is made: any folder is there."""


class Provider(DAVProvider):  # type: ignore[misc]
    """Finds what a path means to the device that asks."""

    def __init__(self, door: Reception) -> None:
        super().__init__()
        self._door = door

    def get_resource_inst(
        self, path: str, environ: dict[str, Any]
    ) -> Scan | Folder | None:
        if path.endswith("/") or not path:
            return Folder(path or "/", environ, self._door)
        with _told():
            found = self._door.find(environ[SENDER], path)
        if found is not None:
            return Scan(path, environ, self._door, found)
        is_named = PurePosixPath(path).suffix or environ["REQUEST_METHOD"] in _OF_FILES
        return None if is_named else Folder(path, environ, self._door)


class Guarded:
    """Lets devices through that prove who they are, by HTTP's Basic login."""

    def __init__(self, inner: Wsgi, doorkeeper: Doorkeeper) -> None:
        self._inner = inner
        self._doorkeeper = doorkeeper

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        try:
            environ[SENDER] = self._sender(environ)
        except (WrongLoginError, ValueError):
            asked = [("WWW-Authenticate", 'Basic realm="kamizero", charset="UTF-8"')]
            start_response("401 Unauthorized", [*asked, ("Content-Length", "0")])
            return []
        # Segments that lead upwards would be refused, and lead nowhere here.
        parts = environ["PATH_INFO"].split("/")
        kept = [part for part in parts if part not in (".", "..")]
        environ["PATH_INFO"] = "/".join(kept)
        return self._inner(environ, start_response)

    def _sender(self, environ: dict[str, Any]) -> Sender:
        scheme, _, proof = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != "basic":
            raise ValueError("no login")
        try:
            name, _, password = base64.b64decode(proof).decode().partition(":")
        except binascii.Error as error:
            raise ValueError("no base64") from error
        return self._doorkeeper.admit(name, password)


class WebdavDoor:
    """Serves until it is stopped; each request has a thread."""

    def __init__(
        self,
        address: tuple[str, int],
        *,
        reception: Reception,
        doorkeeper: Doorkeeper,
        certificate: Certificate | None,
    ) -> None:
        # It logs names of files.
        logging.getLogger("wsgidav").setLevel(logging.CRITICAL)
        inner = WsgiDAVApp(
            {
                "provider_mapping": {"/": Provider(reception)},
                # Who it is was asked before.
                "simple_dc": {"user_mapping": {"*": True}},
                "lock_storage": True,
                "property_manager": True,
                "dir_browser": {"enable": False},
                "logging": {"enable": False},
                "verbose": 0,
            }
        )
        self._server = Server(
            address,
            Guarded(inner, doorkeeper),
            numthreads=THREADS,
            server_name="kamizero",
            timeout=SILENCE_SECONDS,
        )
        if certificate is not None:
            adapter = BuiltinSSLAdapter(str(certificate.chain), str(certificate.key))
            adapter.context = certificate.context()
            self._server.ssl_adapter = adapter
        self._server.prepare()

    @property
    def port(self) -> int:
        return int(self._server.bind_addr[1])

    def serve(self) -> None:
        self._server.serve()

    def stop(self) -> None:
        self._server.stop()
