"""Every page and every part of the API, asked as each role."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from kamizero.model import Role
from review import roles
from storage import people
from storage.tables import Person
from tests.office import Office
from web.api import ROUTERS
from web.app import PAGES
from web.rights import OPEN_ROUTES, Right, rights
from web.visitors import SESSION_COOKIE

TABLE = rights(PAGES, ROUTERS)
PEOPLE = sorted(roles.PEOPLE)


def session_of(office: Office, role: Role) -> people.NewSession:
    with office.desk.database.begin() as session:
        person = session.scalars(select(Person).where(Person.role == role)).one()
        return people.open_session(session, person, now=office.now)


def asked(office: Office, right: Right, opened: people.NewSession | None) -> Any:
    """The answer to a request of ours that names things which do not exist."""
    client = office.browser()
    if opened is not None:
        client.cookies.set(SESSION_COOKIE, opened.token)
        client.headers["X-CSRF-Token"] = opened.csrf
    client.headers |= {"Tus-Resumable": "1.0.0", "Idempotency-Key": right.path}
    address = re.sub(r"\{\w+\}", "1", right.path)
    return client.request(right.method, address)


def is_sent_away(answer: Any) -> bool:
    """Tell whether somebody was asked to log in, or told that they may not."""
    to_login = answer.headers.get("location", "").startswith("/login")
    # Logging out leads there too, but takes the cookie away.
    logs_out = "set-cookie" in answer.headers
    return answer.status_code in (401, 403) or bool(to_login and not logs_out)


def wrong_cells(office: Office, role: Role) -> Iterator[str]:
    for right in TABLE:
        # Anew for each: one of the routes logs out.
        answer = asked(office, right, session_of(office, role))
        is_allowed = right.is_open or role in right.roles
        if is_sent_away(answer) == is_allowed:
            yield f"{role} {right.method} {right.path}: {answer.status_code}"


@pytest.mark.parametrize("role", PEOPLE)
def test_each_role_reaches_what_the_table_says_and_nothing_else(
    office: Office, role: Role
) -> None:
    office.employ("rei", role)

    wrong = list(wrong_cells(office, role))

    assert wrong == []


def test_a_stranger_reaches_nothing_but_what_is_open(office: Office) -> None:
    reached = [
        right.path for right in TABLE if not is_sent_away(asked(office, right, None))
    ]

    assert set(reached) <= OPEN_ROUTES


def test_nothing_else_is_open_to_strangers() -> None:
    assert {right.path for right in TABLE if right.is_open} == OPEN_ROUTES


def test_a_key_reaches_nothing_that_only_people_do(office: Office) -> None:
    robot = office.robot(*{right.scope for right in TABLE if right.scope})
    acts = [right for right in TABLE if right.scope is None and not right.is_open]

    answers = [
        robot.request(right.method, re.sub(r"\{\w+\}", "1", right.path))
        for right in acts
    ]

    assert all(is_sent_away(answer) for answer in answers)


@pytest.mark.parametrize(
    "right",
    [right for right in TABLE if right.scope],
    ids=lambda right: f"{right.method} {right.path}",
)
def test_a_key_reaches_only_what_its_scope_names(office: Office, right: Right) -> None:
    others = {other.scope for other in TABLE if other.scope} - {right.scope}
    robot = office.robot(*sorted(filter(None, others)))
    robot.headers |= {"Tus-Resumable": "1.0.0", "Idempotency-Key": "once"}

    answer = robot.request(right.method, re.sub(r"\{\w+\}", "1", right.path))

    assert answer.status_code == 403
