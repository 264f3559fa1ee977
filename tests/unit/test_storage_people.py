"""Who may come in, and what a stolen database gives away: nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from kamizero.errors import ConflictError, WrongCallError
from kamizero.model import Role
from storage.api_tokens import add_token, token_of
from storage.database import Database, embedded_url
from storage.lockout import LOCKED_FOR, MAX_WRONG, WrongLoginError
from storage.people import (
    NotLoggedInError,
    add_person,
    authenticate,
    close_session,
    open_session,
    session_of,
    set_password,
)
from storage.tables import ApiToken, AuditEvent, LoginSession, Person

NOW = datetime(2026, 11, 24, 1, 2, 3, tzinfo=UTC)
PASSWORD = "correct horse"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(embedded_url(tmp_path))
    opened.upgrade()
    with opened.begin() as session:
        add_person(
            session, name="hanako", role=Role.REVIEWER, password=PASSWORD, now=NOW
        )
    yield opened
    opened.close()


def _login(
    database: Database, password: str = PASSWORD, *, now: datetime = NOW
) -> Person:
    return authenticate(database, name="hanako", password=password, now=now)


def _wrong(database: Database, times: int) -> None:
    for _ in range(times):
        with pytest.raises(WrongLoginError):
            _login(database, "wrong")


def _acts(database: Database) -> list[str]:
    with database.look() as session:
        return list(session.scalars(select(AuditEvent.act).order_by(AuditEvent.id)))


def test_the_right_password_lets_in(database: Database) -> None:
    person = _login(database)

    assert (person.name, person.role) == ("hanako", Role.REVIEWER)
    assert _acts(database) == ["person.added", "login.done"]


def test_the_password_is_not_in_the_database(database: Database) -> None:
    with database.look() as session:
        stored = session.scalars(select(Person.password_hash)).one()

    assert stored.startswith("$argon2id$")
    assert PASSWORD not in stored


@pytest.mark.parametrize("name", ["hanako", "nobody"])
def test_a_refusal_does_not_tell_whether_the_name_exists(
    database: Database, name: str
) -> None:
    with pytest.raises(WrongLoginError, match=r"^Name or password is wrong\.$"):
        authenticate(database, name=name, password="wrong", now=NOW)


def test_five_wrong_passwords_lock_even_the_right_one_out(database: Database) -> None:
    _wrong(database, MAX_WRONG)

    with pytest.raises(WrongLoginError, match="locked until 01:12"):
        _login(database)

    assert _acts(database)[-1] == "login.locked"


def test_the_lock_ends_by_itself(database: Database) -> None:
    _wrong(database, MAX_WRONG)

    _login(database, now=NOW + LOCKED_FOR)


def test_after_the_lock_the_count_starts_anew(database: Database) -> None:
    _wrong(database, MAX_WRONG)
    later = NOW + LOCKED_FOR
    with pytest.raises(WrongLoginError, match="wrong"):
        _login(database, "wrong", now=later)

    _login(database, now=later)


def test_a_right_password_forgives_the_wrong_ones(database: Database) -> None:
    _wrong(database, MAX_WRONG - 1)
    _login(database)
    _wrong(database, MAX_WRONG - 1)

    _login(database)


def test_a_new_password_lifts_the_lock_and_ends_the_sessions(
    database: Database,
) -> None:
    with database.begin() as session:
        token = open_session(session, _of(database), now=NOW).token
    _wrong(database, MAX_WRONG)
    with database.begin() as session:
        set_password(session, name="hanako", password="battery staple", now=NOW)

    _login(database, "battery staple")

    with pytest.raises(NotLoggedInError), database.look() as session:
        session_of(session, token, now=NOW)


def test_who_has_left_does_not_come_in(database: Database) -> None:
    with database.begin() as session:
        person = session.scalars(select(Person)).one()
        token = open_session(session, person, now=NOW).token
        person.active = False

    with pytest.raises(WrongLoginError):
        _login(database)
    with pytest.raises(NotLoggedInError), database.look() as session:
        session_of(session, token, now=NOW)


def test_a_name_belongs_to_one_person(database: Database) -> None:
    with pytest.raises(ConflictError, match="hanako"), database.begin() as session:
        add_person(
            session, name="hanako", role=Role.APPROVER, password=PASSWORD, now=NOW
        )


def test_a_name_belongs_to_a_person_or_a_key_alone(database: Database) -> None:
    _token(database)

    with pytest.raises(ConflictError, match="robot-1"), database.begin() as session:
        add_person(session, name="robot-1", role=Role.KEYER, password=PASSWORD, now=NOW)
    with pytest.raises(ConflictError, match="hanako"):
        _token(database, name="hanako")


def test_a_name_has_no_blanks_around_it(database: Database) -> None:
    with database.begin() as session:
        person = add_person(
            session, name=" ichiro ", role=Role.KEYER, password=PASSWORD, now=NOW
        )

    assert person.name == "ichiro"


def test_a_short_password_is_refused(database: Database) -> None:
    with pytest.raises(WrongCallError, match="at least 8"), database.begin() as session:
        add_person(session, name="ichiro", role=Role.KEYER, password="short", now=NOW)


def test_a_session_knows_its_person_until_it_ends(database: Database) -> None:
    person = _of(database)
    with database.begin() as session:
        opened = open_session(session, person, now=NOW, lasts=timedelta(hours=1))

    with database.look() as session:
        found = session_of(session, opened.token, now=NOW)
        assert (found.person.name, found.csrf) == ("hanako", opened.csrf)
        with pytest.raises(NotLoggedInError, match="Log in again"):
            session_of(session, opened.token, now=NOW + timedelta(hours=1))


def test_the_token_of_a_session_is_not_in_the_database(database: Database) -> None:
    with database.begin() as session:
        opened = open_session(session, _of(database), now=NOW)

    with database.look() as session:
        row = session.scalars(select(LoginSession)).one()
    assert opened.token != row.token_hash
    assert len(opened.token) >= 43


def test_logging_out_ends_the_session(database: Database) -> None:
    with database.begin() as session:
        token = open_session(session, _of(database), now=NOW).token
    with database.begin() as session:
        close_session(session, token)

    with pytest.raises(NotLoggedInError), database.look() as session:
        session_of(session, token, now=NOW)


def test_sessions_that_ended_are_forgotten(database: Database) -> None:
    with database.begin() as session:
        open_session(session, _of(database), now=NOW, lasts=timedelta(hours=1))
    with database.begin() as session:
        open_session(session, _of(database), now=NOW + timedelta(hours=2))

    with database.look() as session:
        assert len(session.scalars(select(LoginSession)).all()) == 1


def test_an_api_token_has_its_scopes_until_it_ends(database: Database) -> None:
    token = _token(database, scopes=["filings:read", "work:lease"])

    with database.look() as session:
        found = token_of(session, token, now=NOW)
        assert found.scopes == ["filings:read", "work:lease"]
        assert found.token_hash != token
        with pytest.raises(NotLoggedInError, match="token create"):
            token_of(session, token, now=NOW + timedelta(days=1))
        with pytest.raises(NotLoggedInError):
            token_of(session, "guess", now=NOW)


def test_the_name_of_a_token_is_given_once(database: Database) -> None:
    _token(database)

    with pytest.raises(ConflictError, match="robot-1"):
        _token(database)

    with database.look() as session:
        assert len(session.scalars(select(ApiToken)).all()) == 1


def test_no_key_can_approve(database: Database) -> None:
    with pytest.raises(WrongCallError, match="person's act"):
        _token(database, role=Role.APPROVER)


def _of(database: Database) -> Person:
    with database.look() as session:
        return session.scalars(select(Person)).one()


def _token(
    database: Database,
    *,
    name: str = "robot-1",
    role: Role = Role.ROBOT,
    scopes: list[str] | None = None,
) -> str:
    with database.begin() as session:
        return add_token(
            session,
            name=name,
            role=role,
            scopes=scopes or [],
            expires_at=NOW + timedelta(days=1),
            now=NOW,
        )
