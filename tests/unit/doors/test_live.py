"""Who is at a transfer, told between processes of one folder."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.doors.live import Live

TOKEN = "0" * 32


@pytest.fixture
def here(tmp_path: Path) -> Live:
    return Live(tmp_path)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Live:
    """The same folder, seen by another process."""
    return Live(tmp_path)


def test_everybody_sees_that_somebody_is_at_it(here: Live, elsewhere: Live) -> None:
    turn = here.begin(TOKEN, None)
    assert elsewhere.has(token=TOKEN, session=None)
    here.end(turn)
    assert not elsewhere.has(token=TOKEN, session=None)


def test_who_comes_later_has_it_wherever_it_came_in(
    here: Live, elsewhere: Live
) -> None:
    before = here.begin(TOKEN, None)
    after = elsewhere.begin(TOKEN, None)

    assert not here.is_turn(before)
    here.end(before)
    assert elsewhere.is_turn(after)
    assert here.has(token=TOKEN, session=None)
    elsewhere.end(after)


def test_a_session_of_this_process_is_at_all_it_brings(here: Live) -> None:
    turn = here.begin(TOKEN, "one")
    assert here.has(token="1" * 32, session="one")
    assert here.sessions() == ["one"]
    here.end(turn)
    assert not here.has(token="1" * 32, session="one")


def test_what_a_killed_process_was_at_is_free_and_tidied_away(
    tmp_path: Path, here: Live
) -> None:
    words = (
        "import os, signal; from pathlib import Path; "
        "from ingest.doors.live import Live; "
        f"Live(Path({str(tmp_path)!r})).begin({TOKEN!r}, None); "
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", words], check=False)
    kept = here.begin("1" * 32, None)
    left = list(tmp_path.iterdir())
    assert len(left) == 2
    here.tidy()
    assert list(tmp_path.iterdir()) == left
    for path in left:
        os.utime(path, (0, 0))

    assert not here.has(token=TOKEN, session=None)
    here.tidy()

    assert [path.name for path in tmp_path.iterdir()] == [f"{'1' * 32}.turn"]
    assert here.is_turn(kept)
    here.end(kept)
    assert not list(tmp_path.iterdir())
