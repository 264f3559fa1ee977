"""Uploads over HTTP that go on where they broke off, as tus clients speak."""

import base64
import hashlib
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
import uvicorn

from ingest.doors.senders import AskedBefore
from kamizero.model import Role
from storage import api_tokens, sites
from tests.desk import LATER, Desk
from tests.doors import House, cut_points, eventually, reset
from tests.office import Office
from tests.scanner import saved, sheet

SCAN = saved(sheet(1), "PNG")
TUS = {"Tus-Resumable": "1.0.0"}
PART = {"Content-Type": "application/offset+octet-stream"}


def latin(headers: dict[str, str]) -> httpx.Headers:
    """As HTTP sends letters that are no ASCII."""
    return httpx.Headers(headers, encoding="latin-1")


class Site:
    """The web pages on a port, with a house behind their uploads."""

    def __init__(self, desk: Desk, folder: Path) -> None:
        self.house = House(desk, folder / "incoming", file_bytes=1_000_000)
        office = Office(desk, uploads=self.house.reception("http", AskedBefore()))
        config = uvicorn.Config(office.app, log_config=None, lifespan="off")
        self.server = uvicorn.Server(config)
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        self.thread = threading.Thread(
            target=self.server.run, args=[[self.socket]], daemon=True
        )
        with desk.database.begin() as session:
            sites.know(session, "OSAKA")
            self.token = api_tokens.add_token(
                session,
                name="uploader",
                role=Role.ROBOT,
                scopes=["jobs:write"],
                expires_at=datetime(2099, 1, 1, tzinfo=UTC),
                now=LATER,
            )
        self.client = httpx.Client(
            base_url=self.address,
            headers={"Authorization": f"Bearer {self.token}", **TUS},
            timeout=60,
        )

    def begin(self, name: str = "scan.png", size: int = len(SCAN), **told: str) -> str:
        metadata = {"filename": name, **told}
        answer = self.client.post(
            "/api/v1/uploads",
            headers={
                "Upload-Length": str(size),
                "Upload-Metadata": ",".join(
                    f"{key} {base64.b64encode(value.encode()).decode()}"
                    for key, value in metadata.items()
                ),
            },
        )
        assert answer.status_code == 201, answer.text
        return answer.headers["Location"]

    def add(self, place: str, data: bytes, at: int, **more: str) -> httpx.Response:
        return self.client.patch(
            place,
            content=data,
            headers=latin({**PART, "Upload-Offset": str(at), **more}),
        )

    def offset(self, place: str) -> int:
        answer = self.client.head(place)
        assert answer.status_code == 200
        return int(answer.headers["Upload-Offset"])

    def goes_on(self, place: str, data: bytes) -> bool:
        """Send what is missing; False where the offset moved meanwhile.

        The part that was cut may be heard only now. Clients then ask again where the
        upload ends, as tus has it.
        """
        offset = self.offset(place)
        status = self.add(place, data[offset:], offset).status_code
        assert status in (204, 409)
        return status == 204

    def cut(self, place: str, data: bytes, announced: int, *, hard: bool) -> None:
        """Announce a part, send the beginning of it and die."""
        head = (
            f"PATCH {place} HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\n"
            f"Authorization: Bearer {self.token}\r\nUpload-Offset: 0\r\n"
            f"Content-Type: {PART['Content-Type']}\r\n"
            f"Content-Length: {announced}\r\n\r\n"
        )
        port = urlsplit(self.address).port or 0
        connection = socket.create_connection(("127.0.0.1", port))
        connection.sendall(head.encode() + data)
        if hard:
            reset(connection)
        else:
            connection.shutdown(socket.SHUT_RDWR)
            connection.close()


@pytest.fixture
def site(desk: Desk, tmp_path: Path) -> Iterator[Site]:
    made = Site(desk, tmp_path)
    made.thread.start()
    eventually(lambda: made.server.started)
    yield made
    made.client.close()
    made.server.should_exit = True
    made.thread.join(60)
    made.socket.close()


def test_a_whole_upload_is_a_job_with_what_was_told(site: Site) -> None:
    place = site.begin("給与.png", sheets="3", received_on="2020-12-01", site="OSAKA")
    middle = site.add(place, SCAN[:100], 0)
    last = site.add(place, SCAN[100:], 100)

    site.house.take()

    assert (middle.status_code, middle.headers["Upload-Offset"]) == (204, "100")
    assert last.status_code == 204
    assert site.house.jobs() == [[("給与.png", "taken", SCAN)]]
    assert [str(day) for day in site.house.received_on()] == ["2020-12-01"]
    looked = site.client.head(place)
    assert looked.headers["Upload-Offset"] == str(len(SCAN))
    assert looked.headers["Kamizero-Job"] == "1"


@pytest.mark.parametrize("hard", [False, True], ids=["closed", "reset"])
def test_an_upload_cut_anywhere_goes_on_where_it_broke(site: Site, hard: bool) -> None:
    places = [site.begin(f"{n}.png") for n in range(10)]
    for place, point in zip(places, cut_points(len(SCAN)), strict=True):
        site.cut(place, SCAN[:point], len(SCAN), hard=hard)
    eventually(lambda: not site.house.live.sessions())
    assert site.house.take() == []

    for place in places:
        assert site.offset(place) < len(SCAN)
        eventually(partial(site.goes_on, place, SCAN))
    site.house.take()

    kept = [data for job in site.house.jobs() for _, _, data in job]
    assert kept == [SCAN] * 10


def test_a_last_answer_that_was_lost_is_given_again(site: Site) -> None:
    place = site.begin()
    site.add(place, SCAN, 0)

    assert site.offset(place) == len(SCAN)
    assert site.add(place, b"", len(SCAN)).status_code == 204
    site.house.take()
    assert site.add(place, b"", len(SCAN)).status_code == 204
    assert len(site.house.jobs()) == 1


def test_a_part_at_another_offset_is_a_conflict(site: Site) -> None:
    place = site.begin()
    site.add(place, SCAN[:100], 0)

    again = site.add(place, SCAN[:100], 0)

    assert again.status_code == 409
    assert again.json()["type"] == "urn:kamizero:problem:wrong_offset"
    assert site.offset(place) == 100


def test_a_damaged_part_is_told_and_sent_again(site: Site) -> None:
    place = site.begin()
    proof = base64.b64encode(hashlib.sha1(SCAN, usedforsecurity=False).digest())
    checksum = {"Upload-Checksum": f"sha1 {proof.decode()}"}

    damaged = site.add(place, b"x" + SCAN[1:], 0, **checksum)
    after = site.offset(place)
    whole = site.add(place, SCAN, 0, **checksum)

    assert (damaged.status_code, after, whole.status_code) == (460, 0, 204)


def test_what_cannot_be_is_told_in_http_words(site: Site) -> None:
    begin = {"Upload-Length": "10"}
    answers = {
        "version": site.client.post(
            "/api/v1/uploads", headers={**begin, "Tus-Resumable": "0.2"}
        ),
        "site": site.client.post(
            "/api/v1/uploads", headers={**begin, "Upload-Metadata": "site S1lPVE8="}
        ),
        "tomorrow": site.client.post(
            "/api/v1/uploads",
            # 2099-01-01
            headers={**begin, "Upload-Metadata": "received_on MjA5OS0wMS0wMQ=="},
        ),
        "long": site.client.post(
            "/api/v1/uploads", headers={"Upload-Length": "1000001"}
        ),
        "login": httpx.post(f"{site.address}/api/v1/uploads", headers={**begin, **TUS}),
        "unknown": site.add("/api/v1/uploads/" + "0" * 32, b"x", 0),
        "more": site.add(site.begin(size=3), b"four", 0),
        "metadata": site.client.post(
            "/api/v1/uploads", headers=latin({**begin, "Upload-Metadata": "filename é"})
        ),
        "checksum": site.add(site.begin(), SCAN, 0, **{"Upload-Checksum": "sha1 é"}),
    }
    site.house.spool._free = 10**18
    answers["full"] = site.client.post("/api/v1/uploads", headers=begin)

    assert {name: one.status_code for name, one in answers.items()} == {
        "version": 412,
        "site": 400,
        "tomorrow": 400,
        "long": 413,
        "login": 401,
        "unknown": 404,
        "more": 413,
        "metadata": 400,
        "checksum": 400,
        "full": 507,
    }


def test_nobody_else_sees_or_ends_an_upload(site: Site, desk: Desk) -> None:
    place = site.begin()
    with desk.database.begin() as session:
        other = api_tokens.add_token(
            session,
            name="other",
            role=Role.ROBOT,
            scopes=["jobs:write"],
            expires_at=datetime(2099, 1, 1, tzinfo=UTC),
            now=LATER,
        )
    as_other = {"Authorization": f"Bearer {other}"}

    assert site.client.head(place, headers=as_other).status_code == 404
    assert site.client.delete(place, headers=as_other).status_code == 404
    assert site.client.delete(place).status_code == 204
    assert site.client.head(place).status_code == 404


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/passwd", "etc/passwd"),
        ("a\0b.png", "a\ufffdb.png"),
        ("n" * 400 + ".png", "n" * 196 + ".png"),
        ("/..", "unnamed"),
    ],
)
def test_a_hostile_name_is_only_a_name(site: Site, sent: str, shown: str) -> None:
    site.add(site.begin(sent), SCAN, 0)

    site.house.take()

    assert site.house.jobs() == [[(shown, "taken", SCAN)]]


def test_what_is_spoken_is_described(site: Site) -> None:
    answer = site.client.options("/api/v1/uploads")

    assert answer.headers["Tus-Version"] == "1.0.0"
    assert "checksum" in answer.headers["Tus-Extension"]
    assert answer.headers["Tus-Max-Size"]


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not here")
def test_curl_sends_a_part(site: Site, tmp_path: Path) -> None:
    (tmp_path / "scan.png").write_bytes(SCAN)
    place = site.begin()

    done = subprocess.run(
        [
            *("curl", "-sS", "--fail", "-X", "PATCH", f"{site.address}{place}"),
            *("--data-binary", f"@{tmp_path}/scan.png", "-H", "Upload-Offset: 0"),
            *("-H", f"Content-Type: {PART['Content-Type']}"),
            *("-H", "Tus-Resumable: 1.0.0"),
            *("-H", f"Authorization: Bearer {site.token}"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    site.house.take()

    assert done.returncode == 0, done.stderr
    assert site.house.jobs() == [[("scan.png", "taken", SCAN)]]
