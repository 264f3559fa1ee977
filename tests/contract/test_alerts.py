"""What needs somebody is said as data, on every database."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete

from forms.library import Library
from forms.standards import Standards
from kamizero.errors import StoreError
from storage import audit, work
from storage.alerts import WORDS, alerts_of
from storage.clocks import start_clock
from storage.database import Database
from storage.directory import DirectoryStore
from storage.ledger.daily import run_daily
from storage.tables import Clock, Entry, Job, Work, WorkState
from storage.vault import KeyRing, Vault
from tests.desk import NOW, Desk


class Silent(DirectoryStore):
    """A store that does not answer."""

    def keys(self, prefix: str) -> Iterator[str]:
        raise StoreError(f"{prefix}: it does not answer")


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    return Desk(
        database=database,
        vault=Vault(KeyRing.load(tmp_path / "keys")),
        store=DirectoryStore(tmp_path),
        definition=Library.shipped().get("2200@2020-12"),
    )


def kinds(
    desk: Desk,
    *,
    later: timedelta = timedelta(0),
    free: int = 2_000,
    store: DirectoryStore | None = None,
) -> dict[str, int]:
    found = alerts_of(
        desk.database,
        store or desk.store,
        free_bytes=lambda: free,
        least_free=1_000,
        now=NOW + later,
    )
    assert all(one.as_json()["words"] == WORDS[one.kind] for one in found)
    return {one.kind: one.count for one in found}


def put(desk: Desk, kind: str, subject: int) -> None:
    with desk.database.begin() as session:
        work.put(session, kind=kind, subject=subject, site="main", now=NOW)


def test_a_house_where_all_is_well_says_nothing(desk: Desk) -> None:
    put(desk, "read", 1)

    assert kinds(desk, later=timedelta(minutes=1)) == {}


def test_a_full_disk_and_a_silent_store_are_said(desk: Desk, tmp_path: Path) -> None:
    assert kinds(desk, free=999) == {"disk": 999}
    assert kinds(desk, store=Silent(tmp_path)) == {"store": 1}


def test_work_that_no_machine_takes_is_stuck_and_that_of_people_is_not(
    desk: Desk,
) -> None:
    put(desk, "read", 1)
    put(desk, "review", 2)

    assert kinds(desk, later=timedelta(minutes=16)) == {"stuck": 1}


def test_work_that_is_held_is_not_stuck_until_its_lease_ends(desk: Desk) -> None:
    put(desk, "read", 1)
    work.claim(
        desk.database, kinds=["read"], worker="w", lease=timedelta(hours=1), now=NOW
    )

    assert kinds(desk, later=timedelta(minutes=59)) == {}
    assert kinds(desk, later=timedelta(minutes=61)) == {"stuck": 1}


def test_work_that_was_given_up_is_said(desk: Desk) -> None:
    put(desk, "read", 1)
    with desk.database.begin() as session:
        row = session.get_one(Work, 1)
        row.state, row.done_at = WorkState.DEAD, NOW

    assert kinds(desk) == {"given_up": 1}


def test_events_that_stay_out_of_the_chain_are_said(desk: Desk) -> None:
    with desk.database.begin() as session:
        audit.record(
            session, actor="a", act="b", subject_kind="c", subject_id=1, now=NOW
        )

    late = timedelta(minutes=6)
    before = kinds(desk, later=late)
    audit.seal(desk.database, desk.store, now=NOW)

    assert before == {"unsealed": 1}
    assert kinds(desk, later=late) == {}


def test_a_clock_that_was_set_back_is_said(desk: Desk) -> None:
    with desk.database.begin() as session:
        audit.record(
            session, actor="a", act="b", subject_kind="c", subject_id=1, now=NOW
        )

    assert kinds(desk, later=timedelta(hours=-1)) == {"clock": 3600}


def test_an_entry_past_its_day_is_overdue_until_it_is_approved(desk: Desk) -> None:
    filing = desk.receive()
    desk.route(filing)
    with desk.database.begin() as session:
        entry = session.get_one(Entry, desk.entry_id(filing))
        start_clock(session, entry, standards=Standards.shipped())
        session.get_one(Clock, entry.id).due_on = date(2020, 12, 8)

    before = kinds(desk)
    desk.approve(filing)

    assert before == {"overdue": 1}
    assert "overdue" not in kinds(desk)


def test_a_ledger_that_differs_or_is_missing_is_said(desk: Desk) -> None:
    desk.receive()
    with desk.database.begin() as session:
        session.execute(delete(Work))
        session.add(
            Job(
                site="main",
                door="cli",
                operator="ken",
                created_at=NOW,
                received_on=date(2020, 12, 9),
                declared_sheets=3,
            )
        )
    ledger = run_daily(desk.database, subscribers=["api"], now=NOW)
    audit.seal(desk.database, desk.store, now=NOW)

    assert ledger is not None
    found = kinds(desk)
    assert found == {"ledger": len(ledger.differences)}
    assert kinds(desk, later=timedelta(days=3)).keys() == {"ledger", "ledger_missing"}
