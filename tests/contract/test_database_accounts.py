"""What the database itself refuses to do to an account."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from kamizero.model import Role
from storage import people
from storage.database import Database

NOW = datetime(2026, 11, 24, 1, 2, 3, tzinfo=UTC)


def employ(database: Database, name: str, role: Role) -> None:
    with database.begin() as session:
        people.add_person(
            session, name=name, role=role, password="correct horse", now=NOW
        )


def do(database: Database, statement: str) -> None:
    with database.begin() as session:
        session.execute(text(statement))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE person SET active = false",
        "UPDATE person SET role = 'auditor'",
    ],
)
def test_one_administrator_stays(database: Database, statement: str) -> None:
    employ(database, "ada", Role.ADMINISTRATOR)
    employ(database, "ken", Role.KEYER)

    with pytest.raises(IntegrityError, match="one administrator stays"):
        do(database, statement)


def test_one_of_two_administrators_may_go(database: Database) -> None:
    employ(database, "ada", Role.ADMINISTRATOR)
    employ(database, "bob", Role.ADMINISTRATOR)

    do(database, "UPDATE person SET active = false WHERE name = 'ada'")

    with pytest.raises(IntegrityError, match="one administrator stays"):
        do(database, "UPDATE person SET active = false WHERE name = 'bob'")


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        (
            Role.KEYER,
            "UPDATE person SET valid_from = '2026-11-25', valid_until = '2026-11-24'",
        ),
        (Role.ADMINISTRATOR, "UPDATE person SET valid_until = '2026-11-24'"),
    ],
)
def test_no_account_has_days_that_cannot_be(
    database: Database, role: Role, statement: str
) -> None:
    employ(database, "ada", role)

    with pytest.raises(IntegrityError, match="ck_person"):
        do(database, statement)
