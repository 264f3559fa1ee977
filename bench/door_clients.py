"""How devices send to each door, and how they die at it: clients for bench/doors.py."""

import asyncio
import base64
import ftplib
import http.client
import smtplib
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

import asyncssh
from minio import Minio

DEVICE, PASSWORD = "mfp", "paper zero"
SECONDS = 60
# What a client raises when its server says no or is gone.
FAILURES = (
    OSError,
    EOFError,
    ftplib.Error,
    http.client.HTTPException,
    smtplib.SMTPException,
    asyncssh.Error,
)


class Client(Protocol):
    """A device at one door."""

    def send(self, name: str, data: bytes) -> None:
        """Send a whole file; it was answered when this returns."""
        ...

    @contextmanager
    def begun(self, name: str, data: bytes, part: int) -> Iterator[Callable[[], None]]:
        """Send so many bytes of a file; what is yielded kills the connection."""
        ...


def _reset(connection: socket.socket) -> None:
    """As a machine goes that loses its power."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


@dataclass(frozen=True, slots=True)
class Ftp:
    port: int

    def _login(self) -> ftplib.FTP:
        client = ftplib.FTP(timeout=SECONDS)  # noqa: S321 - it is the door measured.
        client.encoding = "utf-8"
        client.connect("127.0.0.1", self.port)
        client.login(DEVICE, PASSWORD)
        return client

    def send(self, name: str, data: bytes) -> None:
        with closing(self._login()) as client:
            client.storbinary(f"STOR {name}", BytesIO(data))
            client.quit()

    @contextmanager
    def begun(self, name: str, data: bytes, part: int) -> Iterator[Callable[[], None]]:
        client = self._login()
        client.voidcmd("TYPE I")
        connection = client.transfercmd(f"STOR {name}")
        connection.sendall(data[:part])

        def die() -> None:
            _reset(connection)
            if client.sock is not None:
                _reset(client.sock)

        yield die
        connection.close()
        client.close()


@dataclass(frozen=True, slots=True)
class Sftp:
    port: int

    def _connect(self) -> "asyncssh.connection._ConnectionManager":  # type: ignore[name-defined]
        return asyncssh.connect(
            "127.0.0.1",
            self.port,
            username=DEVICE,
            password=PASSWORD,
            known_hosts=None,
            client_keys=None,
        )

    def send(self, name: str, data: bytes) -> None:
        async def put() -> None:
            async with (
                self._connect() as connection,
                connection.start_sftp_client() as client,
                client.open(name, "wb") as file,
            ):
                await file.write(data)

        asyncio.run(put())

    @contextmanager
    def begun(self, name: str, data: bytes, part: int) -> Iterator[Callable[[], None]]:
        loop = asyncio.new_event_loop()

        async def begin() -> asyncssh.SSHClientConnection:
            connection: asyncssh.SSHClientConnection = await self._connect()
            client = await connection.start_sftp_client()
            file = await client.open(name, "wb")
            if part:
                await file.write(data[:part])
            return connection

        connection = loop.run_until_complete(begin())
        try:
            yield connection.abort
        finally:
            connection.abort()
            with suppress(asyncssh.Error, OSError):
                loop.run_until_complete(connection.wait_closed())
            loop.close()


@dataclass(frozen=True, slots=True)
class Webdav:
    port: int

    def _head(self, name: str, size: int) -> bytes:
        proof = base64.b64encode(f"{DEVICE}:{PASSWORD}".encode()).decode()
        return (
            f"PUT /{quote(name)} HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n"
            f"Authorization: Basic {proof}\r\n\r\n"
        ).encode()

    def send(self, name: str, data: bytes) -> None:
        with socket.create_connection(("127.0.0.1", self.port), SECONDS) as connection:
            connection.sendall(self._head(name, len(data)) + data)
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            if answer.status not in (201, 204):
                raise OSError(f"refused: {answer.status}")

    @contextmanager
    def begun(self, name: str, data: bytes, part: int) -> Iterator[Callable[[], None]]:
        connection = socket.create_connection(("127.0.0.1", self.port), SECONDS)
        connection.sendall(self._head(name, len(data)) + data[:part])
        yield lambda: _reset(connection)
        connection.close()


@dataclass(frozen=True, slots=True)
class Mail:
    port: int

    def _message(self, name: str, data: bytes) -> bytes:
        message = EmailMessage()
        message["Subject"], message["Message-ID"] = "Scan", f"<{hash(data)}@mfp>"
        message.set_content("Scanned.")
        message.add_attachment(data, maintype="image", subtype="png", filename=name)
        return message.as_bytes().replace(b"\n", b"\r\n")

    def _login(self) -> smtplib.SMTP:
        client = smtplib.SMTP("127.0.0.1", self.port, timeout=SECONDS)
        client.login(DEVICE, PASSWORD)
        return client

    def send(self, name: str, data: bytes) -> None:
        with self._login() as client:
            client.sendmail(
                "mfp@x.example", ["in@x.example"], self._message(name, data)
            )

    @contextmanager
    def begun(self, name: str, data: bytes, part: int) -> Iterator[Callable[[], None]]:
        client = self._login()
        client.mail("mfp@x.example")
        client.rcpt("in@x.example")
        client.docmd("DATA")
        connection = client.sock
        if connection is None:
            raise OSError("no connection")
        message = self._message(name, data)
        connection.sendall(message[: len(message) * part // len(data)])
        yield lambda: _reset(connection)
        client.close()


@dataclass(frozen=True, slots=True)
class Tus:
    port: int
    token: str

    def _asked(
        self, method: str, path: str, data: bytes = b"", **more: str
    ) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Tus-Resumable": "1.0.0",
            "Content-Type": "application/offset+octet-stream",
        }
        named = {name.replace("_", "-"): value for name, value in more.items()}
        with closing(connection):
            connection.request(method, path, data, {**headers, **named})
            answer = connection.getresponse()
            answer.read()
        if answer.status >= 400:
            raise OSError(f"refused: {answer.status}")
        return answer

    def _begin(self, name: str, size: int) -> str:
        told = base64.b64encode(name.encode()).decode()
        answer = self._asked(
            "POST",
            "/api/v1/uploads",
            Upload_Length=str(size),
            Upload_Metadata=f"filename {told}",
        )
        return answer.headers["Location"]

    def send(self, name: str, data: bytes) -> None:
        self._asked("PATCH", self._begin(name, len(data)), data, Upload_Offset="0")

    @contextmanager
    def begun(self, name: str, data: bytes, part: int) -> Iterator[Callable[[], None]]:
        head = (
            f"PATCH {self._begin(name, len(data))} HTTP/1.1\r\nHost: x\r\n"
            f"Tus-Resumable: 1.0.0\r\nAuthorization: Bearer {self.token}\r\n"
            "Content-Type: application/offset+octet-stream\r\nUpload-Offset: 0\r\n"
            f"Content-Length: {len(data)}\r\n\r\n"
        )
        connection = socket.create_connection(("127.0.0.1", self.port), SECONDS)
        connection.sendall(head.encode() + data[:part])
        yield lambda: _reset(connection)
        connection.close()


@dataclass(frozen=True, slots=True)
class Folder:
    """A share: nothing is answered, and a file that is cut off just ends."""

    folder: Path

    def send(self, name: str, data: bytes) -> None:
        path = self.folder / name.lstrip("/")
        if ".." in path.parts:
            raise OSError("it would not lie in the folder")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    @contextmanager
    def begun(self, name: str, data: bytes, part: int) -> Iterator[Callable[[], None]]:
        self.send(name, data[:part])
        yield lambda: None


@dataclass(frozen=True, slots=True)
class Bucket:
    address: str
    bucket: str
    access_key: str
    secret_key: str

    def _client(self) -> Minio:
        return Minio(
            self.address.removeprefix("http://"),
            access_key=self.access_key,
            secret_key=self.secret_key,
            secure=False,
        )

    def send(self, name: str, data: bytes) -> None:
        try:
            self._client().put_object(self.bucket, name, BytesIO(data), len(data))
        except ValueError as error:
            raise OSError("the client sends no such name") from error

    @contextmanager
    def begun(self, name: str, data: bytes, part: int) -> Iterator[Callable[[], None]]:
        address = self._client().presigned_put_object(self.bucket, name)
        host, _, path = address.removeprefix("http://").partition("/")
        name_of, _, port = host.partition(":")
        connection = socket.create_connection((name_of, int(port)), SECONDS)
        head = f"PUT /{path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {len(data)}"
        connection.sendall(f"{head}\r\n\r\n".encode() + data[:part])
        time.sleep(0.05)
        yield lambda: _reset(connection)
        connection.close()
