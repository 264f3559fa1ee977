"""`up` starts whole or not at all, and leaves nothing behind."""

import select
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

from tests.installation import Installation, until


def test_a_port_in_use_is_told_in_one_line(installation: Installation) -> None:
    port = installation.up().rpartition(":")[2]

    second = installation.run("up", "--port", port)

    assert second.returncode == 1
    assert "Choose another with --port" in " ".join(second.stderr.split())
    assert "Traceback" not in second.stderr


def test_a_folder_is_served_once(installation: Installation) -> None:
    installation.up()

    second = installation.run("up", "--port", "0")

    assert second.returncode == 1
    assert "serves" in second.stderr
    assert "Traceback" not in second.stderr


def test_a_watched_folder_that_is_missing_is_told_at_the_start(
    installation: Installation,
) -> None:
    installation.settings["KAMIZERO_WATCH_DIR"] = str(installation.folder / "nowhere")

    done = installation.run("up", "--port", "0")

    assert done.returncode == 1
    assert "KAMIZERO_WATCH_DIR" in done.stderr


def test_a_stopped_server_takes_its_workers_along(installation: Installation) -> None:
    installation.up()
    until(lambda: len(installation.workers()) == 2, seconds=20)
    workers = installation.workers()

    installation.servers[-1].terminate()
    code = installation.servers.pop().wait(30)

    assert code == 0
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers), seconds=5)


def test_workers_of_a_killed_server_end_by_themselves(
    installation: Installation,
) -> None:
    installation.up()
    until(lambda: len(installation.workers()) == 2, seconds=20)
    workers = installation.workers()

    installation.kill()

    until(lambda: not any(_runs(pid) for pid in workers), seconds=15)


def test_verify_of_a_folder_without_installation_is_no_success(
    installation: Installation,
) -> None:
    done = installation.run("verify", "--json")

    assert done.returncode == 1
    assert "There is no installation" in done.stderr
    assert not installation.folder.exists()


def _runs(pid: int) -> bool:
    """A process that ended but that nobody waited for runs no more."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_a_connection_outlives_the_thought_of_a_person(
    installation: Installation,
) -> None:
    port = int(installation.up().rpartition(":")[2])
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as browser:
        browser.request("GET", "/healthz")
        browser.getresponse().read()

        # The server's own default is to hang up after five seconds.
        hung_up, _, _ = select.select([browser.sock], [], [], 6)

        assert not hung_up
