"""Accounts: who is let in on which day, who closes them, and the list of rights."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.errors import ConflictError, WrongCallError
from kamizero.model import Role
from storage import accounts, api_tokens, people, site_rights
from storage.accounts import (
    AccountState,
    LastAdministratorError,
    OwnAccountError,
    RightsChangedError,
)
from storage.database import Database, embedded_url
from storage.lockout import MAX_WRONG, LockedError, WrongLoginError
from storage.people import NotLoggedInError
from storage.tables import AuditEvent, Person, Site

NOW = datetime(2026, 11, 24, 1, 2, 3, tzinfo=UTC)
TODAY = date(2026, 11, 24)
DAY = timedelta(days=1)
PASSWORD = "correct horse"
NEW = "battery staple"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(embedded_url(tmp_path))
    opened.upgrade()
    yield opened
    opened.close()


def added(
    session: Session,
    name: str,
    role: Role = Role.KEYER,
    *,
    first: date | None = None,
    last: date | None = None,
) -> Person:
    return people.add_person(
        session,
        name=name,
        role=role,
        password=PASSWORD,
        valid_from=first,
        valid_until=last,
        now=NOW,
    )


def acts(database: Database) -> list[tuple[str, str]]:
    with database.look() as session:
        events = session.scalars(select(AuditEvent).order_by(AuditEvent.id))
        return [(event.actor, event.act) for event in events]


def login(database: Database, name: str, *, now: datetime = NOW) -> Person:
    return people.authenticate(database, name=name, password=PASSWORD, now=now)


def token_for(database: Database, person: Person) -> str:
    with database.begin() as session:
        return people.open_session(session, person, now=NOW).token


def is_in(database: Database, token: str, *, now: datetime = NOW) -> bool:
    with database.look() as session:
        try:
            people.session_of(session, token, now=now)
        except NotLoggedInError:
            return False
        return True


@pytest.mark.parametrize(
    ("first", "last", "enters"),
    [
        (None, None, True),
        (TODAY, TODAY, True),
        (TODAY + DAY, None, False),
        (None, TODAY - DAY, False),
        (TODAY - DAY, TODAY + DAY, True),
    ],
)
def test_a_contractor_comes_in_from_the_first_day_to_the_last(
    database: Database, first: date | None, last: date | None, *, enters: bool
) -> None:
    with database.begin() as session:
        person = added(session, "ken", first=first, last=last)
    token = token_for(database, person)

    assert is_in(database, token) is enters
    if enters:
        login(database, "ken")
    else:
        with pytest.raises(WrongLoginError, match=r"^Name or password is wrong\.$"):
            login(database, "ken")


def test_a_session_ends_with_the_last_day_in_tokyo(database: Database) -> None:
    with database.begin() as session:
        person = added(session, "ken", last=TODAY)
    midnight = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)

    with database.begin() as session:
        token = people.open_session(session, person, now=NOW, lasts=3 * DAY).token

    assert is_in(database, token, now=midnight - timedelta(seconds=1)) is True
    assert is_in(database, token, now=midnight) is False


def test_the_last_day_does_not_lie_before_the_first(database: Database) -> None:
    with pytest.raises(WrongCallError, match="before"), database.begin() as session:
        added(session, "ken", first=TODAY, last=TODAY - DAY)


def test_an_administrator_has_no_last_day(database: Database) -> None:
    with (
        pytest.raises(WrongCallError, match="administrator"),
        database.begin() as session,
    ):
        added(session, "ada", Role.ADMINISTRATOR, last=TODAY)


def test_the_last_login_is_known(database: Database) -> None:
    with database.begin() as session:
        added(session, "ken")

    login(database, "ken", now=NOW + DAY)

    with database.look() as session:
        assert accounts.person_named(session, "ken").last_login_at == NOW + DAY


def test_a_closed_account_ends_its_sessions_and_can_be_opened_again(
    database: Database,
) -> None:
    with database.begin() as session:
        person = added(session, "ken")
    token = token_for(database, person)

    with database.begin() as session:
        one = accounts.person_named(session, "ken")
        accounts.disable(session, one, actor="ada", now=NOW)
        accounts.disable(session, one, actor="ada", now=NOW)
    with pytest.raises(WrongLoginError):
        login(database, "ken")
    with database.begin() as session:
        one = accounts.person_named(session, "ken")
        accounts.enable(session, one, actor="ada", now=NOW)

    assert not is_in(database, token)
    login(database, "ken")
    assert acts(database)[1:3] == [
        ("ada", "person.disabled"),
        ("ada", "person.enabled"),
    ]


def test_nobody_closes_their_own_account(database: Database) -> None:
    with database.begin() as session:
        added(session, "ada", Role.ADMINISTRATOR)
        added(session, "bob", Role.ADMINISTRATOR)

    with database.begin() as session:
        one = accounts.person_named(session, "ada")
        with pytest.raises(OwnAccountError):
            accounts.disable(session, one, actor="ada", now=NOW)


def test_one_administrator_stays(database: Database) -> None:
    with database.begin() as session:
        ada = added(session, "ada", Role.ADMINISTRATOR)
        bob = added(session, "bob", Role.ADMINISTRATOR)
        accounts.disable(session, bob, actor="root", now=NOW)

        with pytest.raises(LastAdministratorError, match="ada"):
            accounts.disable(session, ada, actor="root", now=NOW)


def test_ones_own_new_password_ends_the_other_sessions(database: Database) -> None:
    with database.begin() as session:
        person = added(session, "ken")
    here, there = token_for(database, person), token_for(database, person)

    people.change_password(
        database, name="ken", old=PASSWORD, new=NEW, keep=here, now=NOW
    )

    people.authenticate(database, name="ken", password=NEW, now=NOW)
    assert (is_in(database, here), is_in(database, there)) == (True, False)
    assert ("ken", "person.password_changed") in acts(database)


def test_wrong_old_passwords_count_as_at_the_login(database: Database) -> None:
    with database.begin() as session:
        added(session, "ken")
    for _ in range(MAX_WRONG):
        with pytest.raises(WrongLoginError):
            people.change_password(
                database, name="ken", old="guess", new=NEW, keep="", now=NOW
            )

    with pytest.raises(LockedError):
        login(database, "ken")


def test_the_state_of_an_account_is_told() -> None:
    seen = {"last_login_at": NOW}
    stand = {
        AccountState.OPEN: Person(role="keyer", active=True),
        AccountState.UNUSED: Person(
            role="keyer", active=True, last_login_at=NOW - 91 * DAY
        ),
        AccountState.LOCKED: Person(active=True, locked_until=NOW + DAY / 1440, **seen),
        AccountState.NOT_YET: Person(active=True, valid_from=TODAY + DAY, **seen),
        AccountState.OVER: Person(active=True, valid_until=TODAY - DAY, **seen),
        AccountState.DISABLED: Person(active=False, **seen),
    }

    assert {
        state: accounts.state_of(person, now=NOW) for state, person in stand.items()
    } == {state: state for state in AccountState}


def test_the_list_of_rights_is_confirmed_as_it_was_shown(database: Database) -> None:
    with database.begin() as session:
        added(session, "ada", Role.ADMINISTRATOR)
        shown = accounts.fingerprint(session, accounts.all_people(session))
        added(session, "ken")

        with pytest.raises(RightsChangedError):
            accounts.confirm(session, shown=shown, actor="ada", now=NOW)
        shown = accounts.fingerprint(session, accounts.all_people(session))
        accounts.confirm(session, shown=shown, actor="ada", now=NOW)

    with database.look() as session:
        confirmed = accounts.last_confirmed(session)
        assert confirmed is not None
        assert (confirmed.at, confirmed.body["people"]) == (NOW, 2)
        assert "ken" not in str(confirmed.body)
        assert not accounts.is_due(confirmed, now=NOW + 183 * DAY)
        assert accounts.is_due(confirmed, now=NOW + 184 * DAY)


def test_other_sites_are_another_list_of_rights(database: Database) -> None:
    with database.begin() as session:
        session.add(Site(code="tokyo", name="東京"))
        ken = added(session, "ken")
        before = accounts.fingerprint(session, [ken])
        site_rights.keep_to_sites(session, ken, ["tokyo"], now=NOW)

        assert accounts.sites_seen(session, ken) == "tokyo"
        assert accounts.fingerprint(session, [ken]) != before


def test_a_list_nobody_confirmed_is_due(database: Database) -> None:
    with database.look() as session:
        assert accounts.is_due(accounts.last_confirmed(session), now=NOW)


def test_a_revoked_key_opens_nothing_and_its_name_stays_taken(
    database: Database,
) -> None:
    def key(session: Session) -> str:
        return api_tokens.add_token(
            session,
            name="robot",
            role=Role.ROBOT,
            scopes=[],
            expires_at=NOW + DAY,
            now=NOW,
        )

    with database.begin() as session:
        token = key(session)
        api_tokens.revoke_token(session, name="robot", actor="root", now=NOW)

    with database.look() as session, pytest.raises(NotLoggedInError):
        api_tokens.token_of(session, token, now=NOW)
    with database.begin() as session:
        with pytest.raises(ConflictError, match="ended"):
            api_tokens.revoke_token(session, name="robot", actor="root", now=NOW)
        with pytest.raises(ConflictError, match="robot"):
            key(session)
    assert acts(database)[-1] == ("root", "token.revoked")


def test_another_role_ends_the_sessions_and_leaves_the_old_one_written_down(
    database: Database,
) -> None:
    with database.begin() as session:
        ken = added(session, "ken")
    token = token_for(database, ken)

    with database.begin() as session:
        ken = accounts.person_named(session, "ken")
        accounts.set_role(session, ken, role=Role.APPROVER, actor="ada", now=NOW)

    assert not is_in(database, token)
    with database.look() as session:
        assert accounts.person_named(session, "ken").role == Role.APPROVER
        event = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()))
        told = event.first()
        assert told is not None
        assert (told.act, told.actor) == ("person.role_set", "ada")
        assert told.body == {"role": "approver", "was": "keyer"}


def test_nobody_changes_their_own_role_or_sites(database: Database) -> None:
    with database.begin() as session:
        ada = added(session, "ada", Role.ADMINISTRATOR)
        added(session, "bob", Role.ADMINISTRATOR)

        with pytest.raises(OwnAccountError):
            accounts.set_role(session, ada, role=Role.APPROVER, actor="ada", now=NOW)
        with pytest.raises(OwnAccountError):
            accounts.set_sites(session, ada, sites=None, actor="ada", now=NOW)


def test_the_last_administrator_keeps_the_role(database: Database) -> None:
    with database.begin() as session:
        ada = added(session, "ada", Role.ADMINISTRATOR)

        with pytest.raises(LastAdministratorError):
            accounts.set_role(session, ada, role=Role.KEYER, actor="root", now=NOW)
        added(session, "bob", Role.ADMINISTRATOR)
        accounts.set_role(session, ada, role=Role.KEYER, actor="bob", now=NOW)

        assert ada.role == Role.KEYER


@pytest.mark.parametrize(
    ("role", "last"),
    [(Role.ROBOT, None), (Role.MACHINE, None), (Role.ADMINISTRATOR, TODAY)],
)
def test_a_role_that_somebody_cannot_have_is_refused(
    database: Database, role: Role, last: date | None
) -> None:
    with database.begin() as session:
        ken = added(session, "ken", last=last)

        with pytest.raises(WrongCallError):
            accounts.set_role(session, ken, role=role, actor="ada", now=NOW)


def test_other_sites_end_the_sessions_and_leave_the_old_ones_written_down(
    database: Database,
) -> None:
    with database.begin() as session:
        session.add(Site(code="tokyo", name="東京"))
        ken = added(session, "ken")
    token = token_for(database, ken)

    with database.begin() as session:
        ken = accounts.person_named(session, "ken")
        accounts.set_sites(session, ken, sites=["tokyo"], actor="ada", now=NOW)

    assert not is_in(database, token)
    with database.look() as session:
        events = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
        assert (events[-1].actor, events[-1].act) == ("ada", "sites.set")
        assert events[-1].body == {"was": None, "sites": ["tokyo"]}
