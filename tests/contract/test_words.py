"""No My Number comes to lie where words and names of files are kept."""

import pytest
from sqlalchemy import Text, select, update
from sqlalchemy.exc import StatementError

from kamizero.errors import NumberInWordsError
from kamizero.model import FieldState
from storage.columns import Table
from storage.database import Database
from storage.tables import Arrival, Field, FieldValue, FieldVersion, Hold, Question
from storage.values import body_of, write_correction
from storage.words import MASK, FileName, Words
from tests.desk import NOW, Desk

NUMBER = "１２３４-5678-9018"

# Columns of running text in which nobody writes words about a person.
OTHERS = {
    "arrival.error_message",
    "finding.message_en",
    "finding.message_ja",
    "finding.record",
    "page.error_message",
    "work.last_error",
    # Hashes, and where a visitor goes on after signing in.
    "device.password_hash",
    "person.password_hash",
    "sign_in_attempt.back",
    # A tracking number of the post has twelve digits too.
    "received_paper.mark",
    # By this name a sender goes on with a file that broke off; it is gone in days.
    "upload.name",
}


def test_every_column_of_running_text_is_guarded_or_says_why_not() -> None:
    columns = [
        column for table in Table.metadata.tables.values() for column in table.columns
    ]

    plain = {str(one) for one in columns if isinstance(one.type, Text)}
    guarded = [one for one in columns if isinstance(one.type, (Words, FileName))]

    assert plain == OTHERS
    assert len(guarded) > 20


def test_words_with_a_number_are_refused_before_they_are_kept() -> None:
    with pytest.raises(NumberInWordsError, match="without the number") as refused:
        Hold(reason=f"本人の番号は{NUMBER}")

    assert "5678" not in str(refused.value)


def test_a_statement_with_a_number_is_refused_and_quotes_nothing(
    database: Database,
) -> None:
    with pytest.raises(StatementError) as refused, database.begin() as session:
        session.execute(update(Question).values(answer=NUMBER))

    assert isinstance(refused.value.orig, NumberInWordsError)
    assert "5678" not in str(refused.value)


def test_the_name_of_a_file_is_kept_without_its_number() -> None:
    arrival = Arrival(source=f"scans/{NUMBER}_1.tif")

    assert arrival.source == f"scans/{MASK}_1.tif"


def test_a_value_with_a_number_is_sealed_wherever_it_was_written(desk: Desk) -> None:
    name = "insured.1.remarks"
    filing = desk.receive(written={name: "備考"})
    with desk.database.begin() as session:
        field = session.scalars(select(Field).where(Field.name == name)).one()
        before = field.sensitive
        version = write_correction(
            session,
            desk.vault,
            field,
            value=f"夫 {NUMBER}",
            state=FieldState.READ,
            author="rei",
            now=NOW,
        )
        session.flush()
        version_id = version.id

    with desk.database.look() as session:
        field = session.scalars(select(Field).where(Field.name == name)).one()
        row = session.get_one(FieldValue, version_id)
        said = body_of(session.get_one(FieldVersion, version_id), desk.vault)
    assert filing
    assert (before, field.sensitive, row.body) == (False, True, None)
    assert said.value == f"夫 {NUMBER}"


def test_what_was_read_with_a_number_in_it_is_sealed_from_the_start(
    desk: Desk,
) -> None:
    name = "insured.1.remarks"
    desk.receive(written={name: "妻 123456789018"})

    with desk.database.look() as session:
        field = session.scalars(select(Field).where(Field.name == name)).one()
        bodies = session.scalars(select(FieldValue.body))
        assert field.sensitive
        assert not any("123456789018" in str(body) for body in bodies)
