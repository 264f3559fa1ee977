"""`ingest --wait` returns when its job is read, whoever else comes and goes."""

import fcntl
import json
import subprocess
import sys

from tests.installation import SAMPLES, Installation, until

SCAN = SAMPLES / "scans" / "special" / "unknown-letter.jpg"


def test_the_work_is_done_here_as_soon_as_nobody_else_does_it(
    installation: Installation,
) -> None:
    installation.run("doctor")
    locks = installation.folder / "locks"
    locks.mkdir()
    with (locks / "worker-0.lock").open("a") as somebody_else:
        fcntl.flock(somebody_else, fcntl.LOCK_EX)
        waiting = subprocess.Popen(
            [sys.executable, "-m", "kamizero", "ingest", str(SCAN), "--wait", "--json"],
            env=installation.environment,
            stdout=subprocess.PIPE,
        )
        until(lambda: installation.rows("SELECT id FROM work") != [], seconds=30)

    said, _ = waiting.communicate(timeout=120)

    assert waiting.returncode == 0
    assert json.loads(said)["job"] == "1"
    assert installation.rows("SELECT state FROM work") == [("done",)]
