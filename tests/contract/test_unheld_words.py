"""What no column holds is the caller's fault, and told so, on every database."""

import pytest
from sqlalchemy import select

from kamizero.errors import WrongCallError
from storage.database import Database
from storage.tables import Filing, Person


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**30])
def test_a_number_too_large_for_anything_is_a_wrong_call(
    database: Database, number: int
) -> None:
    with database.look() as session, pytest.raises(WrongCallError, match="too large"):
        session.get(Filing, number)


def test_half_a_character_is_a_wrong_call(database: Database) -> None:
    wanted = select(Person).where(Person.name == "rei\ud800")

    with database.look() as session, pytest.raises(WrongCallError, match="character"):
        session.scalar(wanted)


def test_a_nul_finds_nobody(database: Database) -> None:
    wanted = select(Person).where(Person.name == "rei\0")

    with database.look() as session:
        if database.dialect == "sqlite":
            assert session.scalar(wanted) is None
        else:
            with pytest.raises(WrongCallError, match="character"):
                session.scalar(wanted)
