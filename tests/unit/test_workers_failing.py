"""Work that cannot be done leaves a state that people see."""

from collections.abc import Sequence

import pytest
from sqlalchemy import select

from kamizero.errors import MissingError
from storage import work
from storage.claims import Claim
from storage.sweep import MOST_LOSSES
from storage.tables import Arrival, AuditEvent, Filing, FilingStep, WorkState
from tests.desk import NOW, Desk
from tests.workshop import (
    LEASE,
    Clock,
    a_page,
    new_arrival,
    only_work,
    page_kinds,
    put,
    rooms,
)
from workers.failing import bury_poison, give_up
from workers.loop import Loop


def events(desk: Desk) -> Sequence[AuditEvent]:
    with desk.database.look() as session:
        failed = select(AuditEvent).where(AuditEvent.act.endswith(".failed"))
        return session.scalars(failed).all()


def step(desk: Desk, filing: int) -> str:
    with desk.database.look() as session:
        return session.get_one(Filing, filing).step


def lose(desk: Desk, clock: Clock, *, kind: str) -> Claim:
    """Claim it, and never come back."""
    claim = work.claim(
        desk.database, kinds=[kind], worker="dead", lease=LEASE, now=clock.now
    )
    assert claim is not None
    clock.now += 2 * LEASE
    return claim


def test_a_file_that_cannot_be_sorted_fails_page_by_page(desk: Desk) -> None:
    arrival = new_arrival(desk, a_page(), a_page())

    with desk.database.begin() as session:
        give_up(session, "identify", arrival, error="The store is gone.", now=NOW)

    assert page_kinds(desk, arrival) == ["failed", "failed"]
    with desk.database.look() as session:
        page = session.get_one(Arrival, arrival).pages[0]
        assert (page.error_code, page.error_message) == (
            "not_identified",
            "The store is gone.",
        )
    (event,) = events(desk)
    assert (event.act, event.subject_id) == ("arrival.failed", str(arrival))


@pytest.mark.parametrize("kind", ["read", "check"])
def test_a_filing_that_cannot_be_worked_on_has_failed(desk: Desk, kind: str) -> None:
    filing = desk.receive()

    with desk.database.begin() as session:
        give_up(session, kind, filing, error="ヤマダ is no number", now=NOW)

    assert step(desk, filing) == FilingStep.FAILED
    (event,) = events(desk)
    # Events are kept for ever: what the error quotes is not.
    assert (event.act, event.body) == ("filing.failed", {"work": kind})


def test_what_kills_every_worker_fails_in_the_end(desk: Desk) -> None:
    filing, clock = desk.receive(), Clock()
    put(desk, "read", filing)
    for _ in range(MOST_LOSSES):
        bury_poison(rooms(desk, clock=clock))
        lose(desk, clock, kind="read")

    bury_poison(rooms(desk, clock=clock))

    assert only_work(desk, kind="read").state == WorkState.DEAD
    assert step(desk, filing) == FilingStep.FAILED


def test_people_may_open_an_entry_as_often_as_they_like(desk: Desk) -> None:
    filing, clock = desk.receive(doubtful=["insured.1.name_kana"]), Clock()
    desk.route(filing)
    for _ in range(MOST_LOSSES + 1):
        lose(desk, clock, kind="review")

    bury_poison(rooms(desk, clock=clock))

    assert only_work(desk, kind="review").state == WorkState.OPEN
    assert events(desk) == []


def test_an_error_no_retry_can_help_ends_the_work_and_says_why(desk: Desk) -> None:
    filing = desk.receive()
    put(desk, "read", filing)

    # Its original was never stored.
    did_work = Loop(rooms(desk), worker="w").work_once(["read"])

    row = only_work(desk, kind="read")
    assert did_work
    assert row.state == WorkState.DEAD
    assert row.last_error is not None
    assert "Restore it from the backup" in row.last_error
    assert step(desk, filing) == FilingStep.FAILED
    assert not MissingError.retryable


def test_a_broken_step_is_tried_again_and_quotes_nothing(desk: Desk) -> None:
    put(desk, "check", 4_711)

    Loop(rooms(desk), worker="w").work_once(["check"])

    row = only_work(desk, kind="check")
    assert row.state == WorkState.OPEN
    assert row.due_at > NOW
    assert row.last_error == "NoResultFound"


def test_where_nothing_waits_there_is_nothing_to_do(desk: Desk) -> None:
    filing = desk.receive(doubtful=["insured.1.name_kana"])
    desk.route(filing)

    # An entry waits for people, and no machine takes it.
    assert not Loop(rooms(desk), worker="w").work_once()


def test_what_is_done_is_done_once(desk: Desk) -> None:
    filing = desk.receive()
    put(desk, "check", filing)
    loop = Loop(rooms(desk), worker="w")

    did = [loop.work_once(["check"]), loop.work_once(["check"])]

    assert did == [True, False]
    assert step(desk, filing) == FilingStep.DONE
    assert only_work(desk, kind="check").state == WorkState.DONE
