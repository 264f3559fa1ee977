"""Nothing is handed out twice, nothing is lost: on SQLite and PostgreSQL."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

import pytest
from sqlalchemy import Select, select, text

from kamizero.errors import StaleFenceError
from storage import work
from storage.database import Database
from storage.tables import Work, WorkState

NOW = datetime(2026, 11, 24, 1, 2, 3, tzinfo=UTC)
LEASE = timedelta(minutes=5)


def _put(
    database: Database,
    *subjects: int,
    kind: str = "read",
    site: str = "tokyo",
    priority: int = 100,
    due_at: datetime | None = None,
) -> None:
    with database.begin() as session:
        for subject in subjects:
            work.put(
                session,
                kind=kind,
                subject=subject,
                site=site,
                now=NOW,
                priority=priority,
                due_at=due_at,
            )


def _claim(
    database: Database,
    *kinds: str,
    worker: str = "w",
    now: datetime = NOW,
    site: str | None = None,
    subject: int | None = None,
) -> work.Claim | None:
    return work.claim(
        database,
        kinds=kinds or ("read",),
        worker=worker,
        lease=LEASE,
        now=now,
        site=site,
        subject=subject,
    )


def _taken(database: Database, *kinds: str) -> work.Claim:
    claim = _claim(database, *kinds)
    assert claim is not None
    return claim


def _row(database: Database, claim: work.Claim) -> Work:
    with database.look() as session:
        return session.scalars(select(Work).where(Work.id == claim.id)).one()


def _empty(url: str, worker: str) -> list[int]:
    """Claim and finish until nothing is left; another process runs this."""
    database = Database(url)
    done = []
    while (claim := _claim(database, "read", "check", worker=worker)) is not None:
        with database.begin() as session:
            work.hold(session, claim, now=NOW)
            work.finish(session, claim, now=NOW)
        done.append(claim.subject)
    database.close()
    return done


def test_asking_twice_is_one_piece_of_work(database: Database) -> None:
    _put(database, 1)
    _put(database, 1)

    first, second = _claim(database), _claim(database)

    assert first is not None
    assert second is None


def test_what_is_done_may_be_asked_for_again(database: Database) -> None:
    _put(database, 1)
    with database.begin() as session:
        work.finish(session, _taken(database), now=NOW)

    _put(database, 1)

    assert _taken(database).attempts == 1


def test_the_lower_priority_number_comes_first_over_all_kinds(
    database: Database,
) -> None:
    _put(database, 1, kind="read", priority=100)
    _put(database, 2, kind="check", priority=50)
    _put(database, 3, kind="identify", priority=100)

    order = [_taken(database, "identify", "read", "check").subject for _ in range(3)]

    assert order == [2, 1, 3]


def test_only_the_kinds_asked_for_are_handed_out(database: Database) -> None:
    _put(database, 1, kind="review")

    assert _claim(database, "read") is None


def test_a_site_gets_its_own_work(database: Database) -> None:
    _put(database, 1, site="osaka")
    _put(database, 2, site="tokyo")

    claim = _claim(database, site="tokyo")

    assert claim is not None
    assert (claim.subject, claim.site) == (2, "tokyo")


def test_one_subject_can_be_asked_for(database: Database) -> None:
    _put(database, 1, 2)

    claim = _claim(database, subject=2)

    assert claim is not None
    assert claim.subject == 2


def test_what_is_due_later_waits(database: Database) -> None:
    _put(database, 1, due_at=NOW + timedelta(seconds=10))

    assert _claim(database) is None
    assert _claim(database, now=NOW + timedelta(seconds=10)) is not None


def test_a_lease_that_ran_out_is_handed_out_again(database: Database) -> None:
    _put(database, 1)
    first = _taken(database)

    second = _claim(database, worker="v", now=NOW + LEASE + timedelta(seconds=1))

    assert second is not None
    assert second.fence > first.fence
    assert (second.attempts, second.leased_by) == (2, "v")


def test_a_stale_worker_cannot_write(database: Database) -> None:
    _put(database, 1)
    stale = _taken(database)
    later = NOW + LEASE + timedelta(seconds=1)
    _claim(database, worker="v", now=later)

    with pytest.raises(StaleFenceError, match="open it again"), database.begin() as s:
        work.hold(s, stale, now=later)


def test_a_late_worker_still_writes_where_nobody_else_asked(
    database: Database,
) -> None:
    _put(database, 1)
    claim = _taken(database)

    with database.begin() as session:
        work.hold(session, claim, now=NOW + 3 * LEASE)
        work.finish(session, claim, now=NOW + 3 * LEASE)

    assert _row(database, claim).state == WorkState.DONE


def test_more_time_keeps_the_item(database: Database) -> None:
    _put(database, 1)
    claim = _taken(database)
    later = NOW + LEASE - timedelta(seconds=1)

    longer = work.extend(database, claim, lease=LEASE, now=later)

    assert longer.lease_until == later + LEASE
    assert _claim(database, now=NOW + LEASE + timedelta(seconds=1)) is None


def test_what_is_given_back_counts_no_attempt(database: Database) -> None:
    _put(database, 1)
    first = _taken(database)
    with database.begin() as session:
        work.release(session, first, now=NOW)

    second = _taken(database)

    assert second.attempts == 1
    with pytest.raises(StaleFenceError), database.begin() as session:
        work.finish(session, first, now=NOW)


def test_who_gave_it_back_cannot_write_even_before_the_next_one_comes(
    database: Database,
) -> None:
    _put(database, 1, 2)
    released, failed = _taken(database), _taken(database)
    with database.begin() as session:
        work.release(session, released, now=NOW)
        work.fail(session, failed, error="store", retryable=True, now=NOW)

    for claim in (released, failed):
        with pytest.raises(StaleFenceError), database.begin() as session:
            work.hold(session, claim, now=NOW)


def test_each_failure_waits_longer_and_the_last_is_a_dead_letter(
    database: Database,
) -> None:
    _put(database, 1)
    now, waits = NOW, []

    for _ in range(4):
        claim = _claim(database, now=now)
        assert claim is not None
        with database.begin() as session:
            work.fail(session, claim, error="store", retryable=True, now=now)
        due = _row(database, claim).due_at
        waits.append(due - now)
        now = due
    last = _claim(database, now=now)
    assert last is not None
    with database.begin() as session:
        end = work.fail(session, last, error="store", retryable=True, now=now)

    assert waits == [timedelta(seconds=n) for n in (5, 10, 20, 40)]
    assert end == WorkState.DEAD
    assert _row(database, last).last_error == "store"
    assert _claim(database, now=now + timedelta(days=1)) is None


def test_what_no_retry_can_help_is_dead_at_once(database: Database) -> None:
    _put(database, 1)

    with database.begin() as session:
        end = work.fail(
            session, _taken(database), error="bad", retryable=False, now=NOW
        )

    assert end == WorkState.DEAD


def test_a_result_and_its_end_are_one_transaction(database: Database) -> None:
    _put(database, 1)
    claim = _taken(database)

    def finish_and_stop() -> None:
        with database.begin() as session:
            work.finish(session, claim, now=NOW)
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        finish_and_stop()

    assert _row(database, claim).state == WorkState.OPEN


def test_a_worker_finds_the_claim_it_has(database: Database) -> None:
    _put(database, 1, 2)
    claim = _taken(database)

    with database.look() as session:
        mine = work.held_by(session, "w", kind="read", subject=1)
        others = work.held_by(session, "v", kind="read", subject=1)
        untaken = work.held_by(session, "w", kind="read", subject=2)

    assert (mine, others, untaken) == (claim, None, None)


def test_what_was_put_off_is_given_to_nobody_until_it_is_hastened(
    database: Database,
) -> None:
    _put(database, 1)
    tomorrow = NOW + timedelta(days=1)
    with database.begin() as session:
        work.release(session, _taken(database), now=NOW, due_at=tomorrow)
    before = _claim(database)

    with database.begin() as session:
        work.hasten(session, kind="read", subject=1, now=NOW)

    assert before is None
    assert _taken(database).attempts == 1


def test_what_nobody_holds_is_called_off(database: Database) -> None:
    _put(database, 1)
    late = _taken(database)
    now = NOW + LEASE + timedelta(seconds=1)

    with database.begin() as session:
        is_off = work.call_off(session, kind="read", subject=1, now=now)

    assert is_off
    assert _claim(database, now=now) is None
    with pytest.raises(StaleFenceError), database.begin() as session:
        work.finish(session, late, now=now)


def test_what_somebody_holds_is_not_called_off(database: Database) -> None:
    _put(database, 1)
    claim = _taken(database)

    with database.begin() as session:
        is_off = work.call_off(session, kind="read", subject=1, now=NOW)

    assert not is_off
    assert _row(database, claim).state == WorkState.OPEN


def test_many_threads_take_each_thing_once(
    database: Database, database_url: str
) -> None:
    _put(database, *range(60))
    _put(database, *range(60, 80), kind="check")

    with ThreadPoolExecutor(6) as pool:
        taken = list(pool.map(lambda n: _empty(database_url, f"t{n}"), range(6)))

    assert sorted(chain.from_iterable(taken)) == list(range(80))


def test_many_processes_take_each_thing_once(
    database: Database, database_url: str
) -> None:
    _put(database, *range(60))

    with ProcessPoolExecutor(3, multiprocessing.get_context("spawn")) as pool:
        taken = list(pool.map(_empty, [database_url] * 3, ["a", "b", "c"]))

    assert sorted(chain.from_iterable(taken)) == list(range(60))


def test_a_row_somebody_is_just_taking_is_passed_over(postgres_url: str) -> None:
    database = Database(postgres_url)
    database.upgrade()
    _put(database, 1, 2)

    with database.begin() as session:
        session.scalars(select(Work).where(Work.subject == 1).with_for_update()).one()
        claim = _claim(database)

    database.close()
    assert claim is not None
    assert claim.subject == 2


def test_a_long_queue_is_served_from_the_index(postgres_url: str) -> None:
    database = Database(postgres_url)
    database.upgrade()
    with database.begin() as session:
        session.execute(
            text(
                "INSERT INTO work (kind, subject, site, priority, due_at, state,"
                " attempts, fence, created_at) SELECT 'read', n, 'tokyo', 100, :now,"
                " 'open', 0, 0, :now FROM generate_series(1, 20000) n"
            ),
            {"now": NOW},
        )
        session.execute(text("ANALYZE work"))

    first = _plan(database, work._NEXT.params(kind="read", now=NOW))
    heads = _plan(database, work._heads(("read", "check"), ()).params(now=NOW))

    database.close()
    assert "ix_work_next" in first
    assert "Sort" not in first
    assert heads.count("ix_work_next") == 2
    assert "Seq Scan" not in heads


def _plan(database: Database, asked: Select[Any]) -> str:
    said = asked.compile(database.engine, compile_kwargs={"literal_binds": True})
    with database.look() as session:
        return "\n".join(session.scalars(text(f"EXPLAIN {said}")))
