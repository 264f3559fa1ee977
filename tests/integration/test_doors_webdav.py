"""The WebDAV door with real clients, cut at every place a network can cut."""

import base64
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ingest.doors.webdav import WebdavDoor
from tests.certificate import made_certificate
from tests.desk import Desk
from tests.doors import DEVICE, PASSWORD, House, cut_points, eventually, reset, serving
from tests.scanner import saved, sheet

SCAN = saved(sheet(1), "PNG")
OTHER = saved(sheet(2), "PNG")
LOGIN = (DEVICE, PASSWORD)


def a_door(house: House) -> WebdavDoor:
    return WebdavDoor(
        ("127.0.0.1", 0),
        reception=house.reception("webdav"),
        doorkeeper=house.doorkeeper,
        certificate=None,
    )


@pytest.fixture
def house(desk: Desk, tmp_path: Path) -> House:
    made = House(desk, tmp_path / "incoming")
    made.add_device()
    return made


@pytest.fixture
def address(house: House) -> Iterator[str]:
    with serving(a_door(house)) as port:
        yield f"http://127.0.0.1:{port}"


def put(address: str, path: str, data: bytes) -> httpx.Response:
    return httpx.put(f"{address}{path}", content=data, auth=LOGIN, timeout=60)


def cut(address: str, name: str, point: int, *, hard: bool, chunked: bool) -> None:
    """Announce a whole file, send the beginning of it and die."""
    proof = base64.b64encode(":".join(LOGIN).encode()).decode()
    announced = (
        "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(SCAN)}"
    )
    head = (
        f"PUT /{name} HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {proof}\r\n"
        f"{announced}\r\n\r\n"
    ).encode()
    body = b"%x\r\n%s" % (len(SCAN), SCAN[:point]) if chunked else SCAN[:point]
    port = int(address.rpartition(":")[2])
    connection = socket.create_connection(("127.0.0.1", port))
    connection.sendall(head + body)
    if hard:
        reset(connection)
    else:
        connection.shutdown(socket.SHUT_RDWR)
        connection.close()


def test_the_files_of_one_folder_are_one_job(house: House, address: str) -> None:
    answers = [
        put(address, "/in/a.png", SCAN),
        put(address, "/in/b.png", OTHER),
    ]

    house.take()

    assert [one.status_code for one in answers] == [201, 201]
    assert house.jobs() == [[("in/a.png", "taken", SCAN), ("in/b.png", "taken", OTHER)]]


@pytest.mark.parametrize("chunked", [False, True], ids=["announced", "chunked"])
@pytest.mark.parametrize("hard", [False, True], ids=["closed", "reset"])
def test_a_transfer_cut_anywhere_is_not_taken_and_its_retry_is_taken_once(
    house: House, address: str, hard: bool, chunked: bool
) -> None:
    for number, point in enumerate(cut_points(len(SCAN))):
        cut(address, f"{number}.png", point, hard=hard, chunked=chunked)
    eventually(lambda: not house.live.sessions())
    assert house.take() == []

    answers = [put(address, f"/{number}.png", SCAN) for number in range(10)]
    # A slow server may hear of a cut one only now, and then waits for its session.
    eventually(lambda: bool(house.take()))

    assert {one.status_code for one in answers} <= {201, 204}
    ((*files,),) = house.jobs()
    assert [data for _, _, data in files] == [SCAN] * 10


def test_a_file_announced_empty_first_is_one_file(house: House, address: str) -> None:
    put(address, "/scan.png", b"")
    put(address, "/scan.png", SCAN)

    house.take()

    assert house.jobs() == [[("scan.png", "taken", SCAN)]]


def test_a_file_is_moved_to_its_own_name(house: House, address: str) -> None:
    put(address, "/scan.png.part", SCAN)
    assert house.take() == []

    moved = httpx.request(
        "MOVE",
        f"{address}/scan.png.part",
        headers={"Destination": f"{address}/scan.png"},
        auth=LOGIN,
    )
    house.take()

    assert moved.status_code == 201
    assert house.jobs() == [[("scan.png", "taken", SCAN)]]


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("/%2e%2e/%2e%2e/etc/passwd", "etc/passwd"),
        ("//etc/cron.d/x", "etc/cron.d/x"),
        ("/-rf.png", "-rf.png"),
        ("/CON", "CON"),
        ("/" + "n" * 400 + ".png", "n" * 196 + ".png"),
        ("/%E7%B5%A6%E4%B8%8E.png", "給与.png"),
        ("/a%00b.png", "a\ufffdb.png"),
    ],
)
def test_a_hostile_name_is_only_a_name(
    house: House, address: str, sent: str, shown: str
) -> None:
    answer = put(address, sent, SCAN)

    house.take()

    if answer.status_code == 201:
        assert house.jobs() == [[(shown, "taken", SCAN)]]
    else:
        assert answer.status_code in (400, 403, 404, 409)
        assert house.uploads() == []


def test_a_wrong_password_is_refused(house: House, address: str) -> None:
    answers = [
        httpx.put(f"{address}/a.png", content=SCAN, auth=(DEVICE, "wrong one")),
        httpx.put(f"{address}/a.png", content=SCAN),
        httpx.put(
            f"{address}/a.png", content=SCAN, headers={"Authorization": "Basic !"}
        ),
    ]

    assert [one.status_code for one in answers] == [401, 401, 401]
    assert house.uploads() == []


def test_a_removed_device_sends_no_more_over_an_open_connection(
    house: House, address: str
) -> None:
    with httpx.Client(base_url=address, auth=LOGIN, timeout=60) as client:
        before = client.put("/a.png", content=SCAN)
        house.remove_device()
        after = client.put("/b.png", content=OTHER)
        listed = client.request("PROPFIND", "/", headers={"Depth": "1"})
    house.take()

    answers = (before.status_code, after.status_code, listed.status_code)
    assert answers == (201, 401, 401)
    assert house.jobs() == [[("a.png", "taken", SCAN)]]


def test_a_device_sees_what_waits_and_fetches_nothing(
    house: House, address: str
) -> None:
    put(address, "/in/a.png", SCAN)

    listed = httpx.request(
        "PROPFIND", f"{address}/in/", headers={"Depth": "1"}, auth=LOGIN
    )
    fetched = httpx.get(f"{address}/in/a.png", auth=LOGIN)

    assert listed.status_code == 207
    assert "/in/a.png" in listed.text
    assert str(len(SCAN)) in listed.text
    assert fetched.status_code == 403
    house.take()
    assert len(house.jobs()) == 1


def test_a_full_disk_and_a_long_file_are_told(desk: Desk, tmp_path: Path) -> None:
    house = House(desk, tmp_path / "incoming", file_bytes=1_000)
    house.add_device()
    with serving(a_door(house)) as port:
        long = put(f"http://127.0.0.1:{port}", "/a.png", bytes(1_001))
        house.spool._free = 10**18
        full = put(f"http://127.0.0.1:{port}", "/b.png", b"scan")

    assert (long.status_code, full.status_code) == (413, 507)
    assert "Split it" in long.text
    assert "send it again later" in full.text
    assert house.take() == []


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not here")
def test_curl_sends_over_tls(desk: Desk, tmp_path: Path) -> None:
    house = House(desk, tmp_path / "incoming")
    house.add_device()
    certificate = made_certificate(tmp_path)
    scan = tmp_path / "scan.png"
    scan.write_bytes(SCAN)
    door = WebdavDoor(
        ("127.0.0.1", 0),
        reception=house.reception("webdav"),
        doorkeeper=house.doorkeeper,
        certificate=certificate,
    )
    with serving(door) as port:
        done = subprocess.run(
            [
                *("curl", "-sS", "--fail", "--cacert", str(certificate.chain)),
                *("-u", f"{DEVICE}:{PASSWORD}", "-T", str(scan)),
                f"https://localhost:{port}/in/",
            ],
            capture_output=True,
            text=True,
            check=False,
        )

    house.take()

    assert done.returncode == 0, done.stderr
    assert house.jobs() == [[("in/scan.png", "taken", SCAN)]]
