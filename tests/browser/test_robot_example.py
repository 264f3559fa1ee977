"""The example robot in Robot Framework, in Chromium, against a real office."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from examples.robots.legacy_screen import LegacyHost
from tests.robots import approved, open_queue, registrations, robot_of, states
from tests.served import ServedOffice

ROOT = Path(__file__).parents[2]
SUITE = ROOT / "examples" / "robots" / "register.robot"


@pytest.fixture
def host() -> Iterator[LegacyHost]:
    """The legacy screen, served."""
    made = LegacyHost()
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join()


def test_the_example_registers_what_waits_once_each(
    served: ServedOffice, host: LegacyHost, tmp_path: Path
) -> None:
    office = served.office
    open_queue(office, must_show=("insured.birth_date",))
    approved(office, entries=2)
    robot = robot_of(office)
    token = robot.client.headers["Authorization"].removeprefix("Bearer ")

    done = subprocess.run(
        [
            *(sys.executable, "-m", "robot", "--outputdir", str(tmp_path)),
            *("--variable", f"ADDRESS:{served.address}"),
            *("--variable", f"HOST:{host.address}"),
            str(SUITE),
        ],
        env={**os.environ, "KAMIZERO_TOKEN": token},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stdout
    assert sorted(host.counts().values()) == [1, 1]
    assert states(office) == ["registered"] * 2
    assert registrations(office) == ["registered"] * 2
    assert host.registered[0]["name_kanji"] == "山田　太郎"
