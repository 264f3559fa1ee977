"""A request with one key is done once, whatever dies or is taken for dead meanwhile."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from signal import SIGKILL
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from kamizero.model import Role
from storage.tables import IdempotentAnswer, Site
from tests.installation import Installation, until
from tests.office import Office
from web.api.callers import Caller
from web.api.once import GIVEN_UP_AFTER, Answer, Note, Once
from web.refusals import StillRunningError

ROOT = Path(__file__).parents[2]


def send(installation: Installation, token: str, moment: str) -> Any:
    """Send the file from a process that is killed then; its exit code and answer."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.struck", token, moment],
        cwd=ROOT,
        env=installation.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, json.loads(done.stdout) if done.stdout else done.stderr


def counted(installation: Installation) -> tuple[int, int]:
    rows = "SELECT (SELECT count(*) FROM job), (SELECT count(*) FROM arrival)"
    ((jobs, arrivals),) = installation.rows(rows)
    return jobs, arrivals


def a_token(installation: Installation) -> str:
    told = installation.answer(
        *("token", "create", "robot", "--scope", "jobs:write", "--json")
    )
    return str(told["token"])


def test_a_job_is_taken_once_though_its_answer_never_left(
    installation: Installation,
) -> None:
    token = a_token(installation)

    killed, _ = send(installation, token, "after")
    _, again = send(installation, token, "never")

    assert killed == -SIGKILL
    assert (again["status"], again["job"]) == (201, "1")
    assert again["headers"]["idempotent-replayed"] == "true"
    assert counted(installation) == (1, 1)


def test_a_job_whose_commit_never_came_leaves_nothing(
    installation: Installation,
) -> None:
    token = a_token(installation)

    killed, _ = send(installation, token, "before")
    _, too_soon = send(installation, token, "never")

    assert killed == -SIGKILL
    assert too_soon["status"] == 409
    assert counted(installation) == (0, 0)
    # A minute later, as the clock of the row says.
    installation.write("UPDATE idempotent_answer SET at = '2020-12-10 00:00:00.000000'")
    _, again = send(installation, token, "never")
    assert (again["status"], counted(installation)) == (201, (1, 1))


def test_a_run_that_was_taken_for_dead_does_nothing_after_another_run(
    office: Office,
) -> None:
    once = Once(
        office.app.state.rooms,
        Caller("robot", Role.ROBOT, frozenset(), is_person=False, sites=None),
        "1",
    )

    def quick(note: Note) -> Answer:
        return know("B", note)

    def slow(note: Note) -> Answer:
        office.now += GIVEN_UP_AFTER + timedelta(seconds=1)
        once.run({}, quick)
        return know("A", note)

    def know(code: str, note: Note) -> Answer:
        with office.desk.database.begin() as session:
            session.add(Site(code=code, name=code))
            return note(session, (201, {"site": code}))

    with pytest.raises(StillRunningError):
        once.run({}, slow)

    replayed = once.run({}, slow)
    with office.desk.database.look() as session:
        known = {code for (code,) in session.query(Site.code)}
    assert json.loads(bytes(replayed.body)) == {"site": "B"}
    assert "B" in known
    assert "A" not in known


def test_a_run_that_lives_keeps_its_request_however_long_it_takes(
    office: Office,
) -> None:
    once = Once(
        office.app.state.rooms,
        Caller("robot", Role.ROBOT, frozenset(), is_person=False, sites=None),
        "1",
        says_so_every=0.02,
    )
    almost = GIVEN_UP_AFTER - timedelta(seconds=1)

    def said_so() -> bool:
        with office.desk.database.look() as session:
            alive = session.scalars(select(IdempotentAnswer.alive_at)).one()
        return alive == office.now

    def slow(note: Note) -> Answer:
        for _ in range(2):
            office.now += almost
            until(said_so, seconds=20)
        with pytest.raises(StillRunningError):
            once.run({}, slow)
        with office.desk.database.begin() as session:
            return note(session, (201, {"site": "A"}))

    assert once.run({}, slow).status_code == 201


def test_what_the_database_refused_may_be_sent_again_at_once(office: Office) -> None:
    once = Once(
        office.app.state.rooms,
        Caller("robot", Role.ROBOT, frozenset(), is_person=False, sites=None),
        "1",
    )

    def twice(note: Note) -> Answer:
        with office.desk.database.begin() as session:
            session.add_all([Site(code="A", name="A"), Site(code="A", name="B")])
            return note(session, (201, {}))

    def rightly(note: Note) -> Answer:
        with office.desk.database.begin() as session:
            return note(session, (201, {"site": "A"}))

    with pytest.raises(IntegrityError):
        once.run({}, twice)

    assert once.run({}, rightly).status_code == 201
