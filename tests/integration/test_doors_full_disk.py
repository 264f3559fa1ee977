"""A disk that is truly full: every door says so, and nothing that was told is lost."""

import os
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from bench.door_clients import (
    DEVICE,
    FAILURES,
    PASSWORD,
    Client,
    Ftp,
    Mail,
    Sftp,
    Tus,
    Webdav,
)
from tests.installation import Installation, until
from tests.services import free_port, free_ports, unavailable

# The whole data folder lies on it: database, incoming files and originals.
DISK_BYTES = 40_000_000
# Mounts a disk of memory over the data folder, which only this program sees.
ON_A_DISK = (
    'mount -t tmpfs -o size="$1" none "$2" && cp -a "$3/." "$2/" && shift 3 && '
    'exec "$@"'
)


class Disk:
    """The small disk, reached from outside through the program that lives on it."""

    def __init__(self, pid: int, folder: Path) -> None:
        self.folder = Path(f"/proc/{pid}/root") / folder.relative_to("/")

    def fill(self, *, but: int = 0) -> None:
        """Write until nothing goes on it, then give a little of it back."""
        with (self.folder / "ballast").open("wb", buffering=0) as ballast:
            with suppress(OSError):
                while True:
                    ballast.write(bytes(4096))
            ballast.truncate(max(ballast.tell() - but, 0))

    def free(self) -> None:
        (self.folder / "ballast").unlink()


House = tuple[Disk, dict[str, Client], str, str]


@pytest.fixture
def house(make_installation: Callable[[str], Installation]) -> House:
    alone = ["unshare", "--mount", "--map-root-user"]
    if subprocess.run([*alone, "true"], check=False, capture_output=True).returncode:
        unavailable("a mount of its own", "this user may not make one")
    prepared, made = make_installation("prepared"), make_installation("data")
    account = ("device", "add", DEVICE, "--password-stdin")
    assert prepared.run(*account, stdin=f"{PASSWORD}\n").returncode == 0
    scopes = ("--scope", "jobs:write", "--scope", "jobs:read")
    key = ("token", "create", "uploader", *scopes, "--json")
    token = prepared.answer(*key)["token"]
    made.folder.mkdir()
    made.within = [
        *(*alone, "sh", "-c", ON_A_DISK, "sh"),
        *(str(DISK_BYTES), str(made.folder), str(prepared.folder)),
    ]
    ports = {name: free_port() for name in ("FTP", "SFTP", "WEBDAV", "SMTP")}
    made.settings |= {f"KAMIZERO_{name}_PORT": str(n) for name, n in ports.items()}
    passive = free_ports(20)
    made.settings |= {
        "KAMIZERO_FTP_PASSIVE_PORTS": f"{passive[0]}-{passive[-1]}",
        "KAMIZERO_DOOR_PLAIN": "1",
        "KAMIZERO_DOOR_QUIET_SECONDS": "1",
        "KAMIZERO_WORKERS": "0",
        # Nothing warns before it is full: the system itself says so.
        "KAMIZERO_DOOR_FREE_BYTES": "0",
    }
    address = made.up()
    clients: dict[str, Client] = {
        "ftp": Ftp(ports["FTP"]),
        "sftp": Sftp(ports["SFTP"]),
        "webdav": Webdav(ports["WEBDAV"]),
        "mail": Mail(ports["SMTP"]),
        "http": Tus(int(address.rpartition(":")[2]), token),
    }
    return Disk(made.servers[-1].pid, made.folder), clients, address, token


def test_a_full_disk_is_told_by_every_door_and_nothing_told_is_lost(
    house: House,
) -> None:
    disk, clients, address, token = house
    large = {door: os.urandom(3_000_000) for door in clients}
    answered = []

    disk.fill(but=1_500_000)
    for door, client in clients.items():
        # Either there is no room for the row, or there is none for the bytes.
        with pytest.raises(FAILURES):
            client.send(f"{door}-large.png", large[door])
    disk.free()
    disk.fill()
    for door, client in clients.items():
        with pytest.raises(FAILURES):
            client.send(f"{door}-small.txt", door.encode())
    disk.free()
    for door, client in clients.items():
        client.send(f"{door}-large.png", large[door])
        answered.append(f"{door}-large.png")

    until(lambda: taken(address, token) == sorted(answered), seconds=120)
    originals = disk.folder / "objects" / "originals"
    kept = {path.read_bytes() for path in originals.rglob("*") if path.is_file()}
    assert kept == set(large.values())


def taken(address: str, token: str) -> list[str]:
    """What is in jobs, each file once for each time it arrived."""
    with httpx.Client(
        base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=60
    ) as client:
        jobs = client.get("/api/v1/jobs").json()["items"]
        found = [client.get(f"/api/v1/jobs/{job['id']}").json() for job in jobs]
    return sorted(file["source"] for job in found for file in job["files"])
