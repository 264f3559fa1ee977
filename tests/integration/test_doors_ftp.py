"""The FTP door with real clients, cut at every place a network can cut."""

import ftplib
import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest

from ingest.doors.ftp import FtpDoor, Passive
from ingest.doors.tls import Certificate
from tests.certificate import made_certificate
from tests.desk import Desk
from tests.doors import (
    DEVICE,
    PASSWORD,
    House,
    cut_points,
    eventually,
    reset,
    serving,
)
from tests.scanner import saved, sheet
from tests.services import free_ports

SCAN = saved(sheet(1), "PNG")
OTHER = saved(sheet(2), "PNG")


def a_door(house: House, certificate: Certificate | None = None) -> FtpDoor:
    return FtpDoor(
        ("127.0.0.1", 0),
        reception=house.reception("ftp"),
        doorkeeper=house.doorkeeper,
        passive=Passive(free_ports(20)),
        certificate=certificate,
    )


@pytest.fixture
def house(desk: Desk, tmp_path: Path) -> House:
    made = House(desk, tmp_path / "incoming")
    made.add_device()
    return made


@pytest.fixture
def port(house: House) -> Iterator[int]:
    with serving(a_door(house)) as port:
        yield port


def login(port: int, name: str = DEVICE) -> ftplib.FTP:
    client = ftplib.FTP(timeout=60)
    client.connect("127.0.0.1", port)
    client.login(name, PASSWORD)
    return client


def cut(
    port: int,
    data: bytes,
    *,
    hard: bool,
    name: str = "scan.png",
    arrived: Callable[[], bool] = lambda: True,
) -> None:
    """Send the beginning of a file and die, with or without a goodbye of TCP's."""
    client = login(port)
    client.voidcmd("TYPE I")
    connection = client.transfercmd(f"STOR {name}")
    connection.sendall(data)
    eventually(arrived)
    assert client.sock is not None
    for one in (connection, client.sock):
        if hard:
            reset(one)
        else:
            one.shutdown(socket.SHUT_RDWR)
            one.close()
    client.close()


def test_a_file_sent_by_ftplib_is_taken(house: House, port: int) -> None:
    client = login(port)
    client.cwd("/scans/2026")
    client.storbinary("STOR a.png", BytesIO(SCAN))
    client.quit()

    house.take()

    assert house.jobs() == [[("scans/2026/a.png", "taken", SCAN)]]


@pytest.mark.parametrize("hard", [False, True], ids=["closed", "reset"])
def test_a_transfer_cut_anywhere_is_not_taken_and_its_retry_is_taken_once(
    house: House, port: int, hard: bool
) -> None:
    for number, point in enumerate(cut_points(len(SCAN))):
        cut(port, SCAN[:point], hard=hard, name=f"{number}.png")
    eventually(lambda: len(house.uploads()) == 10 and not house.live.sessions())
    assert house.take() == []

    client = login(port)
    for number in range(10):
        client.storbinary(f"STOR {number}.png", BytesIO(SCAN))
    client.quit()
    house.take()

    ((*files,),) = house.jobs()
    assert [(name, data) for name, _, data in files] == [
        (f"{number}.png", SCAN) for number in range(10)
    ]


def test_a_transfer_goes_on_where_it_was_cut(house: House, port: int) -> None:
    def arrived() -> bool:
        return [path.stat().st_size for path in house.folder.iterdir()] == [300]

    cut(port, SCAN[:300], hard=False, arrived=arrived)
    eventually(lambda: len(house.uploads()) == 1 and not house.live.sessions())

    client = login(port)
    client.voidcmd("TYPE I")
    size = client.size("scan.png")
    client.storbinary("STOR scan.png", BytesIO(SCAN[size:]), rest=size)
    client.quit()
    house.take()

    assert size == 300
    assert house.jobs() == [[("scan.png", "taken", SCAN)]]


def test_a_file_closed_after_every_page_is_one_file(house: House, port: int) -> None:
    client = login(port)
    client.storbinary("STOR scan.png", BytesIO(SCAN[:200]))
    client.storbinary("APPE scan.png", BytesIO(SCAN[200:]))
    client.quit()

    house.take()

    assert house.jobs() == [[("scan.png", "taken", SCAN)]]


def test_a_sender_that_says_nothing_more_is_believed_while_it_is_there(
    house: House, port: int
) -> None:
    client = login(port)
    client.storbinary("STOR scan.png", BytesIO(SCAN))

    eventually(lambda: house.take() != [])

    client.quit()
    assert house.jobs() == [[("scan.png", "taken", SCAN)]]


def test_a_text_transfer_changes_no_byte(house: House, port: int) -> None:
    data = b"\x89PNG\r\n\x1a\n" + b"\r\n" * 100
    client = login(port)
    client.voidcmd("TYPE A")
    connection = client.transfercmd("STOR scan.png")
    connection.sendall(data)
    connection.close()
    client.voidresp()
    client.quit()

    house.take()

    assert house.jobs() == [[("scan.png", "refused", data)]]


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/passwd", "etc/passwd"),
        ("/etc/cron.d/x", "etc/cron.d/x"),
        ("-rf.png", "-rf.png"),
        ("CON", "CON"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("給与\u202egnp.png", "給与\ufffdgnp.png"),
        ("n" * 400 + ".png", "n" * 196 + ".png"),
        ("a\0b.png", "a\ufffdb.png"),
    ],
)
def test_a_hostile_name_is_only_a_name(
    house: House, port: int, sent: str, shown: str
) -> None:
    client = login(port)
    client.encoding = "utf-8"
    client.storbinary(f"STOR {sent}", BytesIO(SCAN))
    client.quit()

    house.take()

    assert house.jobs() == [[(shown, "taken", SCAN)]]
    assert house.waiting_files() == []


def test_a_name_in_shift_jis_is_read(house: House, port: int) -> None:
    client = login(port)
    client.encoding = "cp932"
    client.storbinary("STOR 届書.png", BytesIO(SCAN))
    client.quit()

    house.take()

    assert house.jobs() == [[("届書.png", "taken", SCAN)]]


def test_a_wrong_password_is_refused(port: int) -> None:
    client = ftplib.FTP(timeout=60)
    client.connect("127.0.0.1", port)

    with pytest.raises(ftplib.error_perm, match="530"):
        client.login(DEVICE, "wrong password")

    client.close()


def test_a_device_that_is_removed_while_it_is_logged_in_sends_no_more(
    house: House, port: int
) -> None:
    client = login(port)
    client.storbinary("STOR a.png", BytesIO(SCAN))
    house.remove_device()

    with pytest.raises(ftplib.error_perm, match="530 mfp-1 may send no more"):
        client.storbinary("STOR b.png", BytesIO(OTHER))
    with pytest.raises(ftplib.error_perm, match="530"):
        client.delete("a.png")
    client.quit()
    house.take()

    assert house.jobs() == [[("a.png", "taken", SCAN)]]


def test_a_device_fetches_nothing_and_sees_only_its_own(
    house: House, port: int
) -> None:
    house.add_device("mfp-2")
    client = login(port)
    client.storbinary("STOR scan.png", BytesIO(SCAN))
    listed = client.nlst()
    described = [name for name, _ in client.mlsd()]
    with pytest.raises(ftplib.error_perm, match="550"):
        client.retrbinary("RETR scan.png", lambda _: None)
    client.quit()

    other = login(port, "mfp-2")
    seen = other.nlst()
    other.quit()

    assert (listed, described, seen) == (["scan.png"], ["scan.png"], [])


def test_a_file_that_is_too_long_is_told(desk: Desk, tmp_path: Path) -> None:
    house = House(desk, tmp_path / "incoming", file_bytes=1_000)
    house.add_device()
    with serving(a_door(house)) as port:
        client = login(port)
        client.voidcmd("TYPE I")
        connection = client.transfercmd("STOR scan.png")
        with suppress(ConnectionError):
            connection.sendall(bytes(200_000))
        connection.close()
        with pytest.raises(ftplib.error_perm, match="552 At most 1,000 bytes"):
            client.voidresp()
        client.close()

    assert house.take() == []


def test_a_full_disk_is_told_as_something_that_passes(
    desk: Desk, tmp_path: Path
) -> None:
    house = House(desk, tmp_path / "incoming", free_bytes=10**18)
    house.add_device()
    with serving(a_door(house)) as port:
        client = login(port)
        with pytest.raises(ftplib.error_temp, match="452 There is no room"):
            client.storbinary("STOR scan.png", BytesIO(SCAN))
        client.quit()


def test_a_hundred_files_at_once_are_one_job(house: House, port: int) -> None:
    client = login(port)
    for number in range(100):
        client.storbinary(f"STOR {number:03}.txt", BytesIO(b"%d" % number))
    client.quit()

    house.take()

    ((*files,),) = house.jobs()
    assert [data for _, _, data in files] == [b"%d" % number for number in range(100)]


def test_senders_at_the_same_time_get_in_nobodys_way(house: House, port: int) -> None:
    def send(number: int) -> None:
        client = login(port)
        client.storbinary("STOR scan.txt", BytesIO(b"%02d" % number))
        client.quit()

    with ThreadPoolExecutor(20) as senders:
        list(senders.map(send, range(40)))
    house.take()

    sent = sorted(data for job in house.jobs() for _, _, data in job)
    assert sent == sorted(b"%02d" % number for number in range(40))


def test_over_tls_no_password_goes_in_the_clear(desk: Desk, tmp_path: Path) -> None:
    house = House(desk, tmp_path / "incoming")
    house.add_device()
    certificate = made_certificate(tmp_path)
    trusted = ssl.create_default_context(cafile=str(certificate.chain))
    with serving(a_door(house, certificate)) as port:
        plain = ftplib.FTP(timeout=60)
        plain.connect("127.0.0.1", port)
        with pytest.raises(ftplib.error_perm, match="550 SSL/TLS required"):
            plain.login(DEVICE, PASSWORD)
        plain.close()
        client = ftplib.FTP_TLS(context=trusted, timeout=60)
        client.connect("localhost", port)
        client.login(DEVICE, PASSWORD)
        client.prot_p()
        client.storbinary("STOR scan.png", BytesIO(SCAN))
        client.quit()

    house.take()

    assert house.jobs() == [[("scan.png", "taken", SCAN)]]


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not here")
def test_curl_sends_by_ftp(house: House, port: int, tmp_path: Path) -> None:
    scan = tmp_path / "scan.png"
    scan.write_bytes(SCAN)

    done = subprocess.run(
        [
            *("curl", "-sS", "--ftp-create-dirs", "-T", str(scan)),
            *("-u", f"{DEVICE}:{PASSWORD}", f"ftp://127.0.0.1:{port}/in/scan.png"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    house.take()

    assert done.returncode == 0, done.stderr
    assert house.jobs() == [[("in/scan.png", "taken", SCAN)]]


@pytest.mark.skipif(shutil.which("lftp") is None, reason="lftp is not here")
def test_lftp_sends_a_folder(house: House, port: int, tmp_path: Path) -> None:
    (tmp_path / "job").mkdir()
    for name, data in (("a.png", SCAN), ("b.png", OTHER)):
        (tmp_path / "job" / name).write_bytes(data)

    done = subprocess.run(
        [
            *("lftp", "-u", f"{DEVICE},{PASSWORD}", f"ftp://127.0.0.1:{port}"),
            *("-e", f"set ftp:ssl-allow no; mput {tmp_path}/job/*.png; bye"),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    house.take()

    assert done.returncode == 0, done.stderr
    ((*files,),) = house.jobs()
    assert [name for name, _, _ in files] == ["a.png", "b.png"]
