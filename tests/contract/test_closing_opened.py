"""What changes a row of a closed day opens the day, and the whole stays right."""

from collections import Counter
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from delivery.outbox import API
from storage.columns import Table
from storage.ledger.account import draw_up
from storage.ledger.books import open_books
from storage.ledger.footing import STANDS_ON
from storage.ledger.report import Ledger
from storage.tables import (
    Arrival,
    Batch,
    Bundle,
    Delivery,
    Entry,
    ExportDestination,
    Filing,
    Job,
    LedgerDay,
    LedgerReopening,
    MediaFile,
    Page,
    Recall,
    Work,
)
from tests.closings import (
    NEXT_DAY,
    amiss,
    behind_all_guards,
    books,
    close,
    lay_into_bundle,
    new_job,
)
from tests.desk import NOW, Desk
from tests.ledgers import approved, change, ledger, settled, whole
from tests.sorting import declared
from tests.workshop import a_form


def test_an_approval_opens_its_day_and_nothing_is_counted_twice(desk: Desk) -> None:
    whole(desk)
    waiting = desk.receive()
    lay_into_bundle(desk, waiting)
    desk.route(waiting)
    assert close(desk) == 1

    desk.approve(waiting)

    found = books(desk)
    assert (found.days, found.open_days) == (0, 1)
    assert found.ledger == ledger(desk)
    assert found.ledger.entries["approved"] == 1
    assert close(desk) == 1
    assert (books(desk).days, books(desk).ledger) == (1, ledger(desk))


def test_a_job_of_an_earlier_day_opens_that_day(desk: Desk) -> None:
    whole(desk)
    close(desk)

    new_job(desk, created_at=NOW + timedelta(minutes=1))

    assert books(desk).open_days == 1
    assert amiss(desk) == {"job_sheets": 1}


def test_what_is_rolled_back_opens_nothing(desk: Desk) -> None:
    whole(desk)
    close(desk)

    with pytest.raises(DBAPIError):
        change(
            desk,
            update(Page).values(attachment="other"),
            update(Page).values(standing="nonsense"),
        )

    assert books(desk).days == 1


def test_lost_work_opens_the_day_whose_entry_waits_for_it(desk: Desk) -> None:
    waiting = desk.receive(doubtful=["insured.1.name_kana"])
    lay_into_bundle(desk, waiting)
    desk.route(waiting)
    assert close(desk) == 1

    change(desk, delete(Work))

    assert amiss(desk) == {"stranded": 1}


def test_the_number_of_a_closed_bundle_used_again_opens_its_day(desk: Desk) -> None:
    first = whole(desk)
    close(desk)
    job = new_job(desk, created_at=NEXT_DAY, sheets=None)

    with desk.database.begin() as session:
        before = session.get_one(Bundle, first)
        said = ("number", "site", "scheme", "form", "received_on", "kind")
        again = Bundle(job_id=job, **{name: getattr(before, name) for name in said})
        session.add(again)
        session.flush()
        page = session.scalars(select(Page).where(Page.kind == "blank")).one()
        page.bundle_id = again.id

    assert books(desk).ledger == ledger(desk)
    assert amiss(desk)["number_again"] == 2


@pytest.mark.parametrize(
    ("since", "opened"), [(timedelta(days=-9), 1), (timedelta(days=2), 0)]
)
def test_a_receiver_of_what_was_approved_before_opens_the_days(
    desk: Desk, since: timedelta, opened: int
) -> None:
    approved(desk)
    close(desk)

    with desk.database.begin() as session:
        session.add(
            ExportDestination(
                name="host",
                form="2200",
                terms={},
                since=NOW + since,
                made_at=NOW + since,
                made_by="ken",
            )
        )

    assert books(desk).open_days == opened
    assert books(desk).ledger == ledger(desk)
    assert amiss(desk)["not_put_out"] == opened


def a_row_of_every_table(desk: Desk) -> None:
    """What no paper of these tests brings lies beside what an approved filing does."""
    entry = desk.entry_id(approved(desk))
    with desk.database.look() as session:
        arrival = session.scalars(select(Arrival)).one()
    other = desk.entry_id(desk.receive())
    whom = {"entry_id": entry, "new_entry_id": other, "case_id": 1}
    behind_all_guards(
        desk,
        insert(Batch).values(
            job_id=arrival.job_id,
            number="1",
            site="main",
            declared_bundles=1,
            declared_sheets=1,
        ),
        insert(MediaFile).values(arrival_id=arrival.id, role="table", records={}),
        insert(Recall).values(
            **whom, proposed_by="ken", proposed_at=NOW, state="proposed"
        ),
    )


@pytest.mark.parametrize("kind", STANDS_ON, ids=lambda kind: kind.__tablename__)
def test_each_column_that_an_account_stands_on_opens_its_day(
    desk: Desk, kind: type[Table]
) -> None:
    a_row_of_every_table(desk)
    closed = {"closed_at": NOW, "held_at": NOW, "laws": "", "account": {}}
    change(desk, update(LedgerDay).values(**closed, footing={}))
    fixed, silent = [], []

    for name in STANDS_ON[kind].split():
        try:
            change(desk, update(kind).values({name: getattr(kind, name)}))
        except DBAPIError:
            # It never changes, whoever asks.
            fixed.append(name)
            continue
        with desk.database.begin() as session:
            what = session.scalars(select(LedgerReopening.what)).all()
            session.execute(delete(LedgerReopening))
        if what != [kind.__tablename__]:
            silent.append(name)

    assert (silent, set(fixed) - {"page_count"}) == ([], set())


def said(found: Ledger) -> tuple[object, ...]:
    lines = Counter(
        (one.kind, one.subject_kind, one.subject_id, one.expected, one.found)
        for one in found.differences
        # A job that is given another day is gone from its own.
        if one.kind != "vanished"
    )
    return found.counts(), lines


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_changes_closed_and_open_days_are_the_whole(
    desk: Desk, seed: int
) -> None:
    chance = Random(seed)  # noqa: S311
    whole(desk)
    settled(desk, declared(2, 1), a_form())
    approved(desk)
    waiting = desk.receive(doubtful=["insured.1.name_kana"])
    lay_into_bundle(desk, waiting)
    desk.route(waiting)
    change(desk, update(Job).where(Job.id % 2 == 0).values(created_at=NEXT_DAY))
    later = NEXT_DAY + timedelta(days=1)
    assert close(desk, later) == 2
    changes = [
        _is_counted_once(desk, kind, name, chance)
        for kind, name in chance.choices(_changeable(), k=25)
    ]

    assert sum(changes) > 5
    assert books(desk).days == 2


def _is_counted_once(desk: Desk, kind: type[Table], name: str, chance: Random) -> bool:
    """Change one column of a row and look; False where that may not be."""
    with Session(desk.database.engine) as session:
        rows = session.scalars(select(kind)).all()
        one, other = chance.choice(rows), chance.choice(rows)
        can_be_none = kind.__table__.columns[name].nullable
        values = [getattr(other, name), *([None] if can_be_none else [])]
        setattr(one, name, chance.choice(values))
        try:
            session.flush()
        except DBAPIError:
            return False
        counted = draw_up(session, subscribers=[API])
        found = open_books(session, subscribers=[API]).ledger
        assert said(found) == said(counted), (kind, name)
        return True


def _changeable() -> list[tuple[type[Table], str]]:
    return [
        (kind, name)
        for kind in (Page, Filing, Bundle, Entry, Delivery, Job)
        for name in STANDS_ON[kind].split()
    ]
