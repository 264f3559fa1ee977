"""What needs somebody is said as data, on every database."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from forms.standards import Standards
from kamizero.errors import StoreError
from storage import audit, work
from storage.alerts import WORDS, alerts_of
from storage.clocks import start_clock
from storage.directory import DirectoryStore
from storage.ledger.daily import run_daily
from storage.machine_clock import Kept, KernelClock, compare_daily
from storage.retention.record_files import keep_up
from storage.retention.schedule import Schedule
from storage.tables import (
    AuditEvent,
    Clock,
    Entry,
    Job,
    Stamped,
    TimeStamp,
    Work,
    WorkState,
)
from tests.archive import Archive
from tests.desk import NOW, Desk


class Silent(DirectoryStore):
    """A store that does not answer."""

    def keys(self, prefix: str) -> Iterator[str]:
        raise StoreError(f"{prefix}: it does not answer")


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


def stamp(desk: Desk, *, ends: timedelta, off: int = 0, over: int = 0) -> int:
    """A stamp of an authority whose certificate ends then; `over` an earlier stamp."""
    with desk.database.begin() as session:
        row = TimeStamp(
            kind=Stamped.STAMP if over else Stamped.HEAD,
            subject=over or 1,
            over_sha256="0" * 64,
            over_key="heads/1",
            over_version="1",
            authority="an authority",
            is_proof=True,
            kept_at=NOW,
            stamped_at=NOW + timedelta(seconds=off),
            serial="1",
            policy="1.2.3",
            ends_at=NOW + ends,
            sha256="0" * 64,
            store_key="stamps/1",
            store_version="1",
        )
        session.add(row)
        session.flush()
        return row.id


def test_stamps_whose_certificates_end_are_said_until_stamped_again(
    desk: Desk,
) -> None:
    stamp(desk, ends=timedelta(days=40))
    quiet = kinds(desk)
    first = stamp(desk, ends=timedelta(days=20))
    soon = kinds(desk), kinds(desk, later=timedelta(days=21))

    stamp(desk, ends=timedelta(days=400), over=first)

    assert quiet == {}
    assert soon == ({"stamps_ending": 1}, {"stamps_ending": 1, "stamps_ended": 1})
    assert kinds(desk) == {}


def test_an_authority_that_gives_nothing_is_said(desk: Desk) -> None:
    put(desk, "stamp_head", 1)
    quiet = kinds(desk)

    with desk.database.begin() as session:
        session.execute(update(Work).values(excused=1))

    assert (quiet, kinds(desk)) == ({}, {"authority": 1})


def test_a_clock_that_differs_from_the_authority_is_said(desk: Desk) -> None:
    stamp(desk, ends=timedelta(days=400), off=59)
    quiet = kinds(desk)

    stamp(desk, ends=timedelta(days=400), off=-90)

    assert (quiet, kinds(desk)) == ({}, {"clock_off": 90})


def compare(desk: Desk, kept: Kept, *, days: int = 0) -> bool:
    """The kernel's word of a day, written down."""
    return compare_daily(
        desk.database, lambda: KernelClock(kept), now=NOW + timedelta(days=days)
    )


@pytest.mark.parametrize("kept", [Kept.BY_NOBODY, Kept.UNKNOWN])
def test_a_clock_that_nothing_vouches_for_is_said(desk: Desk, kept: Kept) -> None:
    compare(desk, kept)
    alone = kinds(desk, later=timedelta(0))

    compare(desk, Kept.BY_SERVER, days=1)

    held = kinds(desk, later=timedelta(days=1))
    assert (alone.get("clock_unchecked"), "clock_unchecked" in held) == (1, False)


def test_an_authority_vouches_for_a_clock_as_well(desk: Desk) -> None:
    stamp(desk, ends=timedelta(days=400), off=2)

    compare(desk, Kept.BY_NOBODY)
    vouched = "clock_unchecked" in kinds(desk)
    compare(desk, Kept.BY_NOBODY, days=3)

    assert (vouched, "clock_unchecked" in kinds(desk)) == (False, True)


def test_what_the_time_rests_on_is_an_event_of_each_day(desk: Desk) -> None:
    stamp(desk, ends=timedelta(days=400), off=2)

    done = [compare(desk, Kept.BY_NOBODY) for _ in range(2)]

    with desk.database.look() as session:
        (event,) = session.scalars(select(AuditEvent)).all()
    assert done == [True, False]
    assert (event.act, event.subject_id) == ("clock.compared", "2020-12-10")
    assert event.body == {
        "kernel": "by_nobody",
        "most_off_ms": None,
        "off_authority_ms": -2000,
    }


def test_originals_in_no_file_are_said(desk: Desk, tmp_path: Path) -> None:
    Archive(tmp_path, desk.database, desk.store, desk.vault).receive(
        until=NOW + timedelta(days=1)
    )
    quiet = kinds(desk)

    short = timedelta(days=120)
    keep_up(desk.database, desk.store, Schedule.shipped(), short_lock=short, now=NOW)

    assert ("unclassified" in quiet, kinds(desk)["unclassified"]) == (False, 1)
