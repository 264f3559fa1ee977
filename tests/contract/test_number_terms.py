"""My Numbers leave the record when their own time is over, on every database."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from forms.library import Library
from kamizero.errors import MissingError
from storage.retention import holds, register
from storage.retention.record_files import Kept, keep_up
from storage.retention.schedule import Schedule
from storage.tables import AuditEvent, HoldKind, RecordFile
from storage.values import body_of
from storage.verification import verify
from tests.archive import MY_NUMBER, NOW, Archive, archive, field_named

# Filed for three years, its numbers for none: they were over in March 2026.
RECEIVED = date(2025, 5, 7)
BEFORE = datetime(2026, 3, 1, tzinfo=UTC)
SCHEDULE = Schedule.read(
    """
revisions:
  - from: 2000-01-01
    classes:
      - {code: all, title: 届書, title_en: Filings, forms: [], years: 3,
         my_number_years: 0, starts: receipt, measure: destroy,
         approver: records_manager, paper_days: 90}
"""
)


@pytest.fixture
def kept(tmp_path: Path, database_url: str) -> Iterator[Archive]:
    opened = archive(tmp_path, database_url)
    opened.approve(opened.receive(received_on=RECEIVED))
    yield opened
    opened.database.close()


def _keep_up(
    kept: Archive, schedule: Schedule = SCHEDULE, *, now: datetime = NOW
) -> Kept:
    return keep_up(
        kept.database, kept.store, schedule, short_lock=timedelta(days=120), now=now
    )


def _said(kept: Archive, name: str) -> str:
    with kept.database.look() as session:
        version = field_named(session, name).as_written
        assert version is not None
        return body_of(version, kept.vault).value


def _over(kept: Archive) -> list[tuple[date | None, int, int]]:
    with kept.database.look() as session:
        found = register.attention(session, now=NOW).numbers
        return [(one.file.my_number_ends_on, one.values, one.images) for one in found]


def test_a_number_goes_when_its_time_is_over_and_the_rest_stays(kept: Archive) -> None:
    done = _keep_up(kept), _keep_up(kept)

    kept.seal()
    with kept.database.look() as session:
        (event,) = session.scalars(
            select(AuditEvent).where(AuditEvent.act == "original.numbers_erased")
        )
    assert [one.numbers for one in done] == [1, 0]
    assert event.body == {"values": 1}
    with pytest.raises(MissingError, match="erased"):
        _said(kept, "insured.1.my_number")
    assert _said(kept, "insured.1.name_kanji") == "山田　太郎"
    assert (kept.found_by(number=MY_NUMBER), kept.found_by(name="山田")) == ([], [1])
    assert verify(kept.database, kept.store, kept.vault).differences == []


def test_an_image_that_outlives_the_right_to_its_number_is_told(kept: Archive) -> None:
    _keep_up(kept)

    assert _over(kept) == [(date(2026, 3, 31), 0, 1)]


def test_a_hold_keeps_the_number_and_the_check_says_so(kept: Archive) -> None:
    in_time = _keep_up(kept, now=BEFORE)
    with kept.database.begin() as session:
        file = session.scalars(select(RecordFile)).one()
        hold = holds.hold_file(
            session,
            file,
            kind=HoldKind.LITIGATION,
            reason="令和8年(ワ)第1号",
            by="rika",
            now=NOW,
        ).id

    held = _keep_up(kept)
    told = _over(kept)
    with kept.database.begin() as session:
        holds.lift(session, hold, why="終結", by="rika", now=NOW)

    assert (in_time.filed, in_time.numbers, held.numbers) == (1, 0, 0)
    assert told == [(date(2026, 3, 31), 1, 1)]
    assert _keep_up(kept).numbers == 1


def test_a_number_without_a_time_of_its_own_stays(kept: Archive) -> None:
    done = _keep_up(kept, Schedule.shipped())

    assert (done.numbers, _over(kept)) == (0, [])
    assert _said(kept, "insured.1.my_number") == MY_NUMBER


def test_every_form_calls_its_my_numbers_alike() -> None:
    fields = [field for form in Library.shipped().all() for field in form.fields]

    assert {one.name for one in fields if one.format == "my_number"} == {
        one.name for one in fields if one.name.endswith("my_number")
    }


def test_a_number_that_was_written_where_none_belongs_goes_with_the_others(
    tmp_path: Path, database_url: str
) -> None:
    opened = archive(tmp_path, database_url)
    name = "insured.1.name_kanji"
    filing = opened.receive(received_on=RECEIVED)
    opened.correct(name, f"山田　太郎 {MY_NUMBER}")
    opened.approve(filing)

    done = _keep_up(opened)

    assert done.numbers == 1
    with pytest.raises(MissingError, match="erased"):
        _said(opened, name)
    with pytest.raises(MissingError, match="erased"):
        _said(opened, "insured.1.my_number")
    opened.database.close()
