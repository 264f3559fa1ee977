"""The SFTP door with real clients, cut at every place a network can cut."""

import asyncio
import shutil
import subprocess
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from ingest.doors.serving import LoopDoor
from ingest.doors.sftp import SftpDoor, host_key
from tests.desk import Desk
from tests.doors import DEVICE, PASSWORD, House, cut_points, eventually, serving
from tests.scanner import saved, sheet

SCAN = saved(sheet(1), "PNG")
OTHER = saved(sheet(2), "PNG")


def a_door(house: House, folder: Path) -> LoopDoor:
    door = SftpDoor(
        address=("127.0.0.1", 0),
        reception=house.reception("sftp"),
        doorkeeper=house.doorkeeper,
        host_key=host_key(folder / "keys" / "ssh"),
    )
    return LoopDoor(door.open, port_of=lambda server: int(server.get_port()))


@pytest.fixture
def house(desk: Desk, tmp_path: Path) -> House:
    made = House(desk, tmp_path / "incoming")
    made.add_device()
    return made


@pytest.fixture
def port(house: House, tmp_path: Path) -> Iterator[int]:
    with serving(a_door(house, tmp_path)) as port:
        yield port


def visit(
    port: int,
    act: Callable[[asyncssh.SSHClientConnection], Coroutine[Any, Any, None]],
    password: str = PASSWORD,
) -> None:
    """Log in and do something, in a loop of its own."""

    async def run() -> None:
        async with asyncssh.connect(
            "127.0.0.1",
            port,
            username=DEVICE,
            password=password,
            known_hosts=None,
            client_keys=None,
        ) as connection:
            await act(connection)

    asyncio.run(run())


def send(port: int, files: dict[str, bytes]) -> None:
    async def put(connection: asyncssh.SSHClientConnection) -> None:
        async with connection.start_sftp_client() as client:
            for name, data in files.items():
                async with client.open(name, "wb") as file:
                    await file.write(data)

    visit(port, put)


def cut(port: int, name: str, data: bytes, *, hard: bool) -> None:
    async def die(connection: asyncssh.SSHClientConnection) -> None:
        client = await connection.start_sftp_client()
        file = await client.open(name, "wb")
        if data:
            await file.write(data)
        if hard:
            connection.abort()
        else:
            client.exit()
            await client.wait_closed()

    visit(port, die)


def test_the_files_of_one_connection_are_one_job(house: House, port: int) -> None:
    send(port, {"in/a.png": SCAN, "in/b.png": OTHER})

    house.take()

    assert house.jobs() == [[("in/a.png", "taken", SCAN), ("in/b.png", "taken", OTHER)]]


@pytest.mark.parametrize("hard", [False, True], ids=["left", "aborted"])
def test_a_transfer_cut_anywhere_is_not_taken_and_its_retry_is_taken_once(
    house: House, port: int, hard: bool
) -> None:
    for number, point in enumerate(cut_points(len(SCAN))):
        cut(port, f"{number}.png", SCAN[:point], hard=hard)
    eventually(lambda: len(house.uploads()) == 10 and not house.live.sessions())
    assert house.take() == []
    assert {state for _, state, _ in house.uploads()} == {"open"}

    send(port, {f"{number}.png": SCAN for number in range(10)})
    house.take()

    ((*files,),) = house.jobs()
    assert [data for _, _, data in files] == [SCAN] * 10


def test_a_transfer_goes_on_where_it_was_cut(house: House, port: int) -> None:
    cut(port, "scan.png", SCAN[:300], hard=False)

    async def go_on(connection: asyncssh.SSHClientConnection) -> None:
        async with connection.start_sftp_client() as client:
            size = (await client.stat("scan.png")).size or 0
            async with client.open("scan.png", "r+b") as file:
                await file.write(SCAN[size:], offset=size)

    async def go_on_writing(connection: asyncssh.SSHClientConnection) -> None:
        async with connection.start_sftp_client() as client:
            size = (await client.stat("scan.png")).size or 0
            flags = asyncssh.FXF_WRITE | asyncssh.FXF_CREAT
            async with client.open("scan.png", flags, encoding=None) as file:
                await file.write(SCAN[size:], offset=size)

    with pytest.raises(asyncssh.SFTPPermissionDenied):
        visit(port, go_on)
    visit(port, go_on_writing)
    house.take()

    assert house.jobs() == [[("scan.png", "taken", SCAN)]]


def test_a_file_under_a_name_of_its_own_is_taken(house: House, port: int) -> None:
    send(port, {"scan.png.filepart": SCAN})
    assert house.take() == []

    async def rename(connection: asyncssh.SSHClientConnection) -> None:
        async with connection.start_sftp_client() as client:
            await client.rename("scan.png.filepart", "scan.png")

    visit(port, rename)
    house.take()

    assert house.jobs() == [[("scan.png", "taken", SCAN)]]


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/passwd", "etc/passwd"),
        ("/root/.ssh/authorized_keys", "root/.ssh/authorized_keys"),
        ("-rf.png", "-rf.png"),
        ("CON", "CON"),
        ("n" * 400 + ".png", "n" * 196 + ".png"),
        ("a\0b.png", "a\ufffdb.png"),
        ("改行\n.png", "改行\ufffd.png"),
    ],
)
def test_a_hostile_name_is_only_a_name(
    house: House, port: int, sent: str, shown: str
) -> None:
    send(port, {sent: SCAN})

    house.take()

    assert house.jobs() == [[(shown, "taken", SCAN)]]


def test_a_wrong_password_is_refused(port: int) -> None:
    async def nothing(connection: asyncssh.SSHClientConnection) -> None:
        del connection

    with pytest.raises(asyncssh.PermissionDenied):
        visit(port, nothing, password="wrong password")


def test_a_device_that_is_removed_while_it_is_logged_in_sends_no_more(
    house: House, port: int
) -> None:
    async def stay(connection: asyncssh.SSHClientConnection) -> None:
        async with connection.start_sftp_client() as client:
            async with client.open("a.png", "wb") as file:
                await file.write(SCAN)
            house.remove_device()
            with pytest.raises(asyncssh.SFTPPermissionDenied, match="no more"):
                await client.open("b.png", "wb")
            with pytest.raises(asyncssh.SFTPPermissionDenied, match="no more"):
                await client.remove("a.png")

    visit(port, stay)
    house.take()

    assert house.jobs() == [[("a.png", "taken", SCAN)]]


def test_nobody_gets_a_shell(port: int) -> None:
    async def shell(connection: asyncssh.SSHClientConnection) -> None:
        await connection.run("id", check=True)

    with pytest.raises((asyncssh.ChannelOpenError, asyncssh.ProcessError)):
        visit(port, shell)


def test_a_full_disk_is_told(desk: Desk, tmp_path: Path) -> None:
    house = House(desk, tmp_path / "incoming", free_bytes=10**18)
    house.add_device()
    with (
        serving(a_door(house, tmp_path)) as port,
        pytest.raises(asyncssh.SFTPError, match="no room"),
    ):
        send(port, {"scan.png": SCAN})


@pytest.mark.skipif(shutil.which("sshpass") is None, reason="sshpass is not here")
def test_openssh_sends(house: House, port: int, tmp_path: Path) -> None:
    scan = tmp_path / "scan.png"
    scan.write_bytes(SCAN)

    done = subprocess.run(
        [
            *("sshpass", "-p", PASSWORD, "sftp", "-o", "BatchMode=no", "-b", "-"),
            *("-o", "StrictHostKeyChecking=no", "-P", str(port)),
            *("-o", "UserKnownHostsFile=/dev/null", f"{DEVICE}@127.0.0.1:/in"),
        ],
        input=f"put -p {scan} scan.png\nls -l\n",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    house.take()

    assert done.returncode == 0, done.stderr
    assert "scan.png" in done.stdout
    assert house.jobs() == [[("in/scan.png", "taken", SCAN)]]


@pytest.mark.skipif(shutil.which("lftp") is None, reason="lftp is not here")
def test_lftp_sends_by_sftp(house: House, port: int, tmp_path: Path) -> None:
    scan = tmp_path / "scan.png"
    scan.write_bytes(SCAN)
    ssh = "ssh -a -x -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null"

    done = subprocess.run(
        [
            *("lftp", "-u", f"{DEVICE},{PASSWORD}", f"sftp://127.0.0.1:{port}"),
            *("-e", f"set sftp:connect-program '{ssh}'; put {scan}; bye"),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    house.take()

    assert done.returncode == 0, done.stderr
    assert house.jobs() == [[("scan.png", "taken", SCAN)]]
