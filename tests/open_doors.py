"""Every door that answers its sender, open in this process, with a device at it."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import uvicorn

from bench.door_clients import DEVICE, Client, Ftp, Mail, Sftp, Tus, Webdav
from ingest.doors.ftp import FtpDoor, Passive
from ingest.doors.senders import AskedBefore
from ingest.doors.serving import LoopDoor
from ingest.doors.sftp import SftpDoor, host_key
from ingest.doors.smtp import SmtpDoor, port_of
from ingest.doors.webdav import WebdavDoor
from kamizero.model import Role
from storage import api_tokens
from tests.desk import LATER
from tests.doors import House, eventually, serving
from tests.office import Office
from tests.services import free_ports

MAIL_BYTES = 30_000_000
Opened = Callable[[House, Path], Iterator[Client]]


def _ftp(house: House, folder: Path) -> Iterator[Client]:
    del folder
    door = FtpDoor(
        ("127.0.0.1", 0),
        reception=house.reception("ftp"),
        doorkeeper=house.doorkeeper,
        passive=Passive(free_ports(20)),
        certificate=None,
    )
    with serving(door) as port:
        yield Ftp(port)


def _sftp(house: House, folder: Path) -> Iterator[Client]:
    door = SftpDoor(
        address=("127.0.0.1", 0),
        reception=house.reception("sftp"),
        doorkeeper=house.doorkeeper,
        host_key=host_key(folder / "keys" / "ssh"),
    )
    loop = LoopDoor(door.open, port_of=lambda server: int(server.get_port()))
    with serving(loop) as port:
        yield Sftp(port)


def _webdav(house: House, folder: Path) -> Iterator[Client]:
    del folder
    door = WebdavDoor(
        ("127.0.0.1", 0),
        reception=house.reception("webdav"),
        doorkeeper=house.doorkeeper,
        certificate=None,
    )
    with serving(door) as port:
        yield Webdav(port)


def _mail(house: House, folder: Path) -> Iterator[Client]:
    del folder
    door = SmtpDoor(
        address=("127.0.0.1", 0),
        reception=house.reception("mail"),
        doorkeeper=house.doorkeeper,
        certificate=None,
        mail_bytes=MAIL_BYTES,
    )
    with serving(LoopDoor(door.open, port_of=port_of)) as port:
        yield Mail(port)


def _tus(house: House, folder: Path) -> Iterator[Client]:
    del folder
    office = Office(house.desk, uploads=house.reception("http", AskedBefore()))
    config = uvicorn.Config(office.app, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    with house.database.begin() as session:
        token = api_tokens.add_token(
            session,
            name=DEVICE,
            role=Role.ROBOT,
            scopes=["jobs:write"],
            expires_at=datetime(2099, 1, 1, tzinfo=UTC),
            now=LATER,
        )
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=server.run, args=[[listening]], daemon=True)
        thread.start()
        eventually(lambda: server.started)
        yield Tus(int(listening.getsockname()[1]), token)
        server.should_exit = True
        thread.join(60)


DOORS: dict[str, Opened] = {
    "ftp": _ftp,
    "sftp": _sftp,
    "webdav": _webdav,
    "mail": _mail,
    "http": _tus,
}


@contextmanager
def opened(door: str, house: House, folder: Path) -> Iterator[Client]:
    """This door, and a device that has an account there."""
    if door != "http":
        house.add_device(DEVICE)
    yield from DOORS[door](house, folder)
