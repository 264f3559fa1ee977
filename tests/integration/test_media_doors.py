"""A disc or an e-filing through real doors: one job, one bundle, nothing lost."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import asyncssh
import httpx
import pytest

from ingest.doors.serving import LoopDoor
from ingest.doors.sftp import SftpDoor, host_key
from ingest.doors.webdav import WebdavDoor
from kamizero.model import Role
from storage.tables import Medium
from tests.desk import Desk
from tests.doors import DEVICE, PASSWORD, House, serving
from tests.installation import Installation
from tests.media import a_letter, a_summary, a_table, media, take_in, work_off
from tests.office import Office

RECORDS = {"2200700": 3, "2201700": 2}
NUMBER = "2020120100001234"
FILES = {
    f"{NUMBER}/letters/letter.png": a_letter(),
    f"{NUMBER}/SHFD0006.CSV": a_table(RECORDS),
    f"{NUMBER}/総括票.csv": a_summary(RECORDS),
}


@pytest.fixture
def house(desk: Desk, tmp_path: Path) -> House:
    made = House(desk, tmp_path / "incoming")
    made.add_device()
    return made


@pytest.fixture
def webdav(house: House) -> Iterator[str]:
    door = WebdavDoor(
        ("127.0.0.1", 0),
        reception=house.reception("webdav"),
        doorkeeper=house.doorkeeper,
        certificate=None,
    )
    with serving(door) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def sftp(house: House, tmp_path: Path) -> Iterator[int]:
    door = SftpDoor(
        address=("127.0.0.1", 0),
        reception=house.reception("sftp"),
        doorkeeper=house.doorkeeper,
        host_key=host_key(tmp_path / "keys" / "ssh"),
    )
    looped = LoopDoor(door.open, port_of=lambda server: int(server.get_port()))
    with serving(looped) as port:
        yield port


def is_one_balanced_medium(house: House) -> bool:
    house.take()
    work_off(house.desk)
    kept = [{source: data for source, _, data in job} for job in house.jobs()]
    return kept == [FILES] and media(house.desk) == [(Medium.E_FILING, NUMBER, ())]


def test_a_folder_sent_by_webdav_is_one_medium(house: House, webdav: str) -> None:
    login = (DEVICE, PASSWORD)

    for name, data in FILES.items():
        answer = httpx.put(f"{webdav}/{name}", content=data, auth=login, timeout=20)
        assert answer.status_code == 201

    assert is_one_balanced_medium(house)


def test_a_folder_sent_by_sftp_is_one_medium(house: House, sftp: int) -> None:
    async def send() -> None:
        async with (
            asyncssh.connect(
                "127.0.0.1", sftp, username=DEVICE, password=PASSWORD,
                known_hosts=None, client_keys=None,
            ) as connection,
            connection.start_sftp_client() as client,
        ):  # fmt: skip
            for name, data in FILES.items():
                async with client.open(name, "wb") as file:
                    await file.write(data)

    asyncio.run(send())

    assert is_one_balanced_medium(house)


def test_a_folder_on_the_command_line_is_one_medium(
    installation: Installation, tmp_path: Path
) -> None:
    for name, data in FILES.items():
        path = tmp_path / "disc" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    done = installation.run("ingest", str(tmp_path / "disc"), "--wait", "--json")
    verified = installation.run("verify")

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (len(told["originals"]), told["refused"]) == (3, [])
    query = "SELECT kind, number, balance FROM bundle"
    assert installation.rows(query) == [("media", NUMBER, "balanced")]
    assert verified.returncode == 0, verified.stdout


def test_the_desk_says_what_is_wrong_with_a_medium(office: Office) -> None:
    half = a_table(RECORDS)[:-30]
    job = take_in(office.desk, {"SHFD0006.CSV": half, "総括票.csv": a_summary(RECORDS)})
    ken = office.person("ken", Role.SCANNER)

    desk = ken.get("/sorting/1").text
    listed = ken.get("/sorting").text
    of_job = ken.get(f"/jobs/{job}").text

    assert 'data-issue="media_tables"' in desk
    assert "cut off or not in its form" in desk
    assert "CD or DVD" in listed
    assert "Bundles that do not balance 1" in ken.get("/jobs").text
    assert "0 / 5" in of_job


@pytest.mark.parametrize(
    "wrong",
    [{"records": {"2200700": -1}}, {"records": {"form": 1}}, {"number": "9" * 33}],
)
def test_what_no_medium_can_declare_is_refused(
    office: Office, wrong: dict[str, object]
) -> None:
    take_in(office.desk, {"SHFD0006.CSV": a_table(RECORDS)})
    ken = office.person("ken", Role.SCANNER)

    refused = ken.send("/sorting/1/acts", act="declare_medium", **wrong)

    assert refused.status_code in (400, 422), refused.text
    assert media(office.desk)[0][1] == "003"
