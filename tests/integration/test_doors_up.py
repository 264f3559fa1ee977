"""`up` with its doors: what is sent is taken, and a kill loses and doubles nothing."""

import ftplib
import json
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.certificate import made_certificate
from tests.installation import Installation, until
from tests.scanner import saved, sheet
from tests.services import free_port, free_ports

PASSWORD = "paper zero"
SCAN = saved(sheet(1), "PNG")


@pytest.fixture
def installation(make_installation: Callable[[str], Installation]) -> Installation:
    made = make_installation("data")
    passive = free_ports(10)
    made.settings |= {
        "KAMIZERO_FTP_PORT": str(free_port()),
        "KAMIZERO_FTP_PASSIVE_PORTS": f"{passive[0]}-{passive[-1]}",
        "KAMIZERO_DOOR_PLAIN": "1",
        "KAMIZERO_DOOR_QUIET_SECONDS": "1",
        "KAMIZERO_WORKERS": "0",
    }
    done = made.run("device", "add", "mfp", "--password-stdin", stdin=f"{PASSWORD}\n")
    assert done.returncode == 0, done.stderr
    return made


def login(installation: Installation) -> ftplib.FTP:
    client = ftplib.FTP(timeout=60)
    port = int(installation.settings["KAMIZERO_FTP_PORT"])

    def is_open() -> bool:
        with suppress(OSError, EOFError):
            client.connect("127.0.0.1", port)
            return True
        return False

    until(is_open, seconds=120)
    client.login("mfp", PASSWORD)
    return client


def arrivals(installation: Installation) -> list[tuple[str, str]]:
    rows = installation.rows("SELECT source, state FROM arrival ORDER BY id")
    return [(source, state) for source, state in rows]


def doors(address: str) -> dict[str, dict[str, Any]]:
    """How each door stands, as whoever watches the house sees it."""
    answer = httpx.get(f"{address}/healthz", timeout=60)
    return dict(answer.json()["doors"]["each"])


def test_a_transfer_survives_a_kill_of_its_process(installation: Installation) -> None:
    installation.up()
    client = login(installation)
    client.storbinary("STOR whole.png", BytesIO(SCAN))
    client.voidcmd("NOOP")
    connection = client.transfercmd("STOR half.png")
    connection.sendall(SCAN[:200])
    until(
        lambda: bool(installation.rows("SELECT 1 FROM upload WHERE id = 2")), seconds=60
    )

    installation.kill_doors()
    connection.close()
    client.close()
    until(lambda: arrivals(installation) == [("whole.png", "taken")], seconds=120)
    again = login(installation)
    again.storbinary("STOR half.png", BytesIO(SCAN + b"\0"))
    again.quit()

    until(
        lambda: (
            arrivals(installation) == [("whole.png", "taken"), ("half.png", "taken")]
        ),
        seconds=60,
    )
    assert not list((installation.folder / "incoming").iterdir())


def test_health_shows_each_door_and_the_death_of_their_process(
    installation: Installation, tmp_path: Path
) -> None:
    scans = tmp_path / "scans"
    scans.mkdir()
    installation.settings["KAMIZERO_WATCH_DIR"] = str(scans)
    port = int(installation.settings["KAMIZERO_FTP_PORT"])
    address = installation.up()
    before = doors(address)

    installation.kill_doors()
    until(lambda: doors(address)["ftp"]["state"] == "closed", seconds=30)
    until(lambda: doors(address) == before, seconds=120)
    scans.rmdir()
    until(lambda: doors(address)["watched folder"]["state"] == "away", seconds=30)

    assert before == {
        "taking": {"state": "open", "port": None, "why": None},
        "ftp": {"state": "open", "port": port, "why": None},
        "watched folder": {"state": "open", "port": None, "why": None},
    }
    assert doors(address)["ftp"]["state"] == "open"
    assert httpx.get(f"{address}/healthz", timeout=60).status_code == 503
    assert httpx.get(f"{address}/readyz", timeout=60).status_code == 200


def test_devices_are_listed_and_removed(installation: Installation) -> None:
    listed = installation.answer("device", "list", "--json")
    removed = installation.run("device", "remove", "mfp")
    after = installation.run("device", "list", "--json")

    assert listed == {"devices": [{"name": "mfp", "site": "HQ", "daily_bytes": None}]}
    assert removed.returncode == 0
    assert json.loads(after.stdout) == {"devices": []}


def test_doors_do_not_open_in_the_clear_unless_a_setting_says_so(
    installation: Installation,
) -> None:
    installation.settings["KAMIZERO_DOOR_PLAIN"] = "0"

    done = installation.run("up", "--port", "0")

    assert done.returncode == 1
    assert "KAMIZERO_DOOR_PLAIN=1" in done.stderr


def test_a_certificate_that_cannot_be_used_is_named(
    installation: Installation, tmp_path: Path
) -> None:
    certificate = made_certificate(tmp_path)
    installation.settings["KAMIZERO_DOOR_TLS_CERT"] = str(certificate.chain)
    alone = installation.run("up", "--port", "0")
    installation.settings["KAMIZERO_DOOR_TLS_KEY"] = str(tmp_path / "none.pem")
    missing = installation.run("up", "--port", "0")

    assert (alone.returncode, missing.returncode) == (1, 1)
    assert "or neither" in alone.stderr
    assert "none.pem" in missing.stderr


def test_a_port_that_is_taken_is_named(installation: Installation) -> None:
    installation.up()
    login(installation).quit()
    port = installation.settings["KAMIZERO_FTP_PORT"]

    done = installation.run("up", "--port", "0")

    assert done.returncode == 1
    assert f"127.0.0.1:{port}" in done.stderr
