"""Several processes answer at one address, and none is missed for long."""

import os
import signal
from pathlib import Path
from urllib.request import urlopen

from tests.installation import Installation, until


def test_pages_are_answered_by_more_than_one_process(tmp_path: Path) -> None:
    settings = {"KAMIZERO_WORKERS": "0", "KAMIZERO_PAGE_PROCESSES": "2"}
    house = Installation(tmp_path / "data", settings=settings)
    address = house.up()
    try:
        until(lambda: len(house.page_processes()) == 1, seconds=60)
        (beside,) = house.page_processes()
        until(lambda: _answers_alone(house.servers[-1].pid, address), seconds=60)

        os.kill(beside, signal.SIGKILL)
        until(lambda: house.page_processes() not in ([], [beside]), seconds=60)
        (again,) = house.page_processes()
        house.kill()
        until(lambda: not Path(f"/proc/{again}").exists(), seconds=60)
    finally:
        house.stop()


def _answers_alone(server: int, address: str) -> bool:
    """Whether somebody answers while the server itself stands still."""
    os.kill(server, signal.SIGSTOP)
    try:
        with urlopen(f"{address}/readyz", timeout=3) as answer:  # noqa: S310 - our own address.
            return bool(answer.status == 200)
    except OSError:
        return False
    finally:
        os.kill(server, signal.SIGCONT)
