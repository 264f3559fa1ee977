"""A transfer is taken by one job, on every database."""

from datetime import UTC, date, datetime, timedelta

import pytest

from kamizero.errors import StaleFenceError
from storage import uploads
from storage.database import Database
from storage.tables import Job, Site, Upload, UploadState

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)


def put(database: Database, name: str = "a", **known: object) -> int:
    with database.begin() as session:
        row = Upload(
            **{
                "token": name,
                "door": "ftp",
                "sender": "mfp",
                "site": "HQ",
                "name": f"{name}.pdf",
                "state": UploadState.WHOLE,
                "answered": 10,
                "begun_at": NOW,
                "changed_at": NOW,
                **known,
            }
        )
        session.add(row)
        session.flush()
        return row.id


@pytest.fixture
def job_id(database: Database) -> int:
    with database.begin() as session:
        session.add(Site(code="HQ", name="HQ"))
        session.flush()
        job = Job(
            site="HQ",
            door="ftp",
            operator="mfp",
            created_at=NOW,
            received_on=date(2026, 11, 25),
        )
        session.add(job)
        session.flush()
        return job.id


def test_a_transfer_is_taken_once(database: Database, job_id: int) -> None:
    upload_id = put(database)
    with database.begin() as session:
        uploads.mark_taken(session, {upload_id: "0" * 64}, job_id=job_id, now=NOW)

    with pytest.raises(StaleFenceError), database.begin() as session:
        uploads.mark_taken(session, {upload_id: "0" * 64}, job_id=job_id, now=NOW)


def test_what_is_written_on_is_not_taken(database: Database, job_id: int) -> None:
    whole, open_again = put(database), put(database, "b", state=UploadState.OPEN)

    hashes = {whole: "0" * 64, open_again: "1" * 64}
    with pytest.raises(StaleFenceError), database.begin() as session:
        uploads.mark_taken(session, hashes, job_id=job_id, now=NOW)

    with database.look() as session:
        states = [one.state for one in uploads.in_state(session, UploadState.WHOLE)]
    assert states == ["whole"]


def test_the_bytes_of_a_day_are_those_that_were_answered(database: Database) -> None:
    put(database, "a", answered=10)
    put(database, "b", answered=None, state=UploadState.OPEN)
    put(database, "c", answered=100, state=UploadState.DISCARDED)
    put(database, "d", answered=1000, begun_at=NOW - timedelta(days=2))
    put(database, "e", answered=10_000, sender="other")

    with database.look() as session:
        since = NOW - timedelta(days=1)
        count = uploads.bytes_since(session, sender="mfp", since=since)

    assert count == 10


def test_ended_transfers_are_forgotten_and_others_stay(database: Database) -> None:
    put(database, "a", state=UploadState.DISCARDED, changed_at=NOW - timedelta(days=31))
    put(database, "b", state=UploadState.DISCARDED)
    put(database, "c", changed_at=NOW - timedelta(days=31))

    with database.begin() as session:
        uploads.forget(session, before=NOW - timedelta(days=30))

    with database.look() as session:
        left = [uploads.by_token(session, token) is not None for token in "abc"]
    assert left == [False, True, True]
