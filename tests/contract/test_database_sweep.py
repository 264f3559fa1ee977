"""What the sweep finds: work that waits, and work that was lost with its worker."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from storage import sweep, work
from storage.database import Database
from storage.tables import Work, WorkState
from storage.work import Claim

NOW = datetime(2026, 11, 24, 1, 2, 3, tzinfo=UTC)
LEASE = timedelta(minutes=5)
AFTER_LEASE = LEASE + timedelta(seconds=1)


def put(database: Database, *subjects: int, kind: str = "read") -> None:
    with database.begin() as session:
        for subject in subjects:
            work.put(session, kind=kind, subject=subject, site="main", now=NOW)


def taken(
    database: Database, *, kind: str = "read", worker: str = "w", now: datetime = NOW
) -> Claim:
    claim = work.claim(database, kinds=[kind], worker=worker, lease=LEASE, now=now)
    assert claim is not None
    return claim


def lost(
    database: Database, *, times: int, kind: str = "read", now: datetime = NOW
) -> datetime:
    """Let workers take it and die; the moment when the last lease is over."""
    for _ in range(times):
        taken(database, kind=kind, now=now)
        now += AFTER_LEASE
    return now


def bury(database: Database, *kinds: str, now: datetime) -> list[int]:
    """The subjects that are mourned."""
    mourned: list[int] = []

    def mourn(session: Session, kind: str, subject: int) -> None:
        del session, kind
        mourned.append(subject)

    sweep.bury(database, kinds=kinds, now=now, mourn=mourn, max_attempts=3)
    return mourned


def states(database: Database) -> list[str]:
    with database.look() as session:
        return list(session.scalars(select(Work.state).order_by(Work.id)))


def due(database: Database, *, now: datetime = NOW) -> dict[str, int]:
    with database.look() as session:
        return sweep.due(session, kinds=["read", "check"], now=now)


def test_only_what_could_be_claimed_is_due(database: Database) -> None:
    put(database, 1, 2, 3)
    put(database, 4, kind="check")
    put(database, 5, kind="review")
    taken(database)
    with database.begin() as session:
        work.finish(session, taken(database), now=NOW)

    assert due(database) == {"read": 1, "check": 1}
    assert due(database, now=NOW + AFTER_LEASE) == {"read": 2, "check": 1}


def test_a_dead_workers_claims_are_free_at_once(database: Database) -> None:
    put(database, 1, 2)
    dead, living = taken(database, worker="dead"), taken(database, worker="living")

    with database.begin() as session:
        sweep.reclaim(session, worker="dead")
    again = taken(database, worker="next")

    assert again.subject == dead.subject
    # A page that kills its workers must end some day.
    assert again.attempts == 2
    assert due(database) == {}
    with database.begin() as session:
        work.hold(session, living, now=NOW)


def test_what_kills_every_worker_is_buried_and_mourned(database: Database) -> None:
    put(database, 1)
    now = lost(database, times=3)
    put(database, 2)

    mourned = bury(database, "read", now=now)

    assert mourned == [1]
    assert states(database) == [WorkState.DEAD, WorkState.OPEN]


def test_what_was_reclaimed_from_every_worker_is_buried_too(
    database: Database,
) -> None:
    put(database, 1)
    for _ in range(3):
        taken(database)
        with database.begin() as session:
            sweep.reclaim(session, worker="w")

    mourned = bury(database, "read", now=NOW)

    assert mourned == [1]


def test_what_a_live_worker_holds_is_not_buried(database: Database) -> None:
    put(database, 1)
    now = lost(database, times=2)
    taken(database, now=now)

    assert bury(database, "read", now=now) == []


def test_what_people_left_lying_is_never_buried(database: Database) -> None:
    put(database, 1, kind="review")
    now = lost(database, times=3, kind="review")

    assert bury(database, "read", "check", now=now) == []
    assert states(database) == [WorkState.OPEN]


def test_what_cannot_be_mourned_is_not_buried(database: Database) -> None:
    put(database, 1)
    now = lost(database, times=3)

    def stop(session: Session, kind: str, subject: int) -> None:
        del session, kind, subject
        raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        sweep.bury(database, kinds=["read"], now=now, mourn=stop, max_attempts=3)

    assert states(database) == [WorkState.OPEN]


def test_an_outage_buries_nothing_however_long(database: Database) -> None:
    put(database, 1)
    now = NOW
    for _ in range(5):
        claim = taken(database, now=now)
        with database.begin() as session:
            work.fail(
                session,
                claim,
                error="the store is down",
                retryable=True,
                now=now,
                max_attempts=None,
            )
        now += timedelta(days=1)

    mourned = bury(database, "read", now=now)
    lost_since = lost(database, now=now, times=3)

    assert (mourned, bury(database, "read", now=lost_since)) == ([], [1])
