"""Days of the ledger are closed, open again by themselves, and are held to it."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import (
    Executable,
    create_engine,
    delete,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from delivery.outbox import API
from forms.library import Library
from kamizero.errors import ConflictError, MissingError
from kamizero.model import PageKind
from kamizero.tokyo import business_date
from storage import balance
from storage.columns import Table
from storage.database import Database
from storage.directory import DirectoryStore
from storage.ledger.account import draw_up
from storage.ledger.books import Books, open_books
from storage.ledger.closing import CLOSED, close_days
from storage.ledger.daily import run_daily
from storage.ledger.days import SiteDay
from storage.ledger.footing import STANDS_ON
from storage.ledger.holding import FAILED, HELD_WITHIN, accept, hold, hold_share
from storage.ledger.report import Ledger, Sheet
from storage.ledger.span import EVER, Span
from storage.tables import (
    Arrival,
    AuditEvent,
    Batch,
    Bundle,
    BundleKind,
    Delivery,
    Entry,
    ExportDestination,
    Filing,
    FilingStep,
    Job,
    LedgerDay,
    LedgerReopening,
    MediaFile,
    Page,
    Recall,
    Site,
    Work,
)
from storage.vault import KeyRing, Vault
from tests.desk import NOW, Desk
from tests.ledgers import approved, change, ledger, settled, whole
from tests.sorting import declared
from tests.workshop import a_form, put

NEXT_DAY = NOW + timedelta(days=1)
DAY = business_date(NOW)
ONE = SiteDay("main", DAY)


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    return Desk(
        database=database,
        vault=Vault(KeyRing.load(tmp_path / "keys")),
        store=DirectoryStore(tmp_path),
        definition=Library.shipped().get("2200@2020-12"),
    )


def books(desk: Desk, span: Span = EVER) -> Books:
    with desk.database.look() as session:
        return open_books(session, subscribers=[API], span=span)


def close(desk: Desk, now: datetime = NEXT_DAY) -> int:
    return close_days(desk.database, subscribers=[API], now=now)


def held(desk: Desk, now: datetime = NEXT_DAY) -> None:
    hold(desk.database, subscribers=[API], now=now)


def amiss(desk: Desk) -> Counter[str]:
    return Counter(one.kind for one in books(desk).ledger.differences)


def acts(desk: Desk, act: str) -> list[str]:
    with desk.database.look() as session:
        wanted = select(AuditEvent.subject_id).where(AuditEvent.act == act)
        return list(session.scalars(wanted.order_by(AuditEvent.id)))


def behind_all_guards(desk: Desk, *statements: Executable) -> None:
    """As somebody would who has the database's files: no trigger, no foreign key."""
    engine = create_engine(desk.database.engine.url)
    with engine.begin() as connection:
        if desk.database.dialect == "postgresql":
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            guards = []
        else:
            query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
            guards = list(connection.execute(text(query)))
        for name, _ in guards:
            connection.execute(text(f"DROP TRIGGER {name}"))
        for statement in statements:
            connection.execute(statement)
        for _, made in guards:
            connection.exec_driver_sql(made)
    engine.dispose()


def lay_into_bundle(desk: Desk, filing_id: int) -> None:
    """All of it in a bundle that declares nothing."""
    with desk.database.begin() as session:
        filing = session.get_one(Filing, filing_id)
        bundle = Bundle(
            job_id=filing.arrival.job_id,
            kind=BundleKind.PLAIN,
            number="",
            site="main",
            scheme="",
            form="",
        )
        session.add(bundle)
        session.flush()
        filing.bundle_id, filing.step = bundle.id, FilingStep.DONE
        for page in filing.pages:
            page.bundle_id, page.kind = bundle.id, PageKind.FORM
        balance.settle(session, bundle)


def new_job(
    desk: Desk,
    *,
    created_at: datetime,
    site: str = "main",
    sheets: int | None = 2,
) -> int:
    """A job that brought nothing, whatever was declared."""
    with desk.database.begin() as session:
        if session.get(Site, site) is None:
            session.add(Site(code=site, name=site))
            session.flush()
        job = Job(
            site=site,
            door="web",
            operator="ken",
            created_at=created_at,
            received_on=business_date(created_at),
            declared_sheets=sheets,
        )
        session.add(job)
        session.flush()
        return job.id


def test_a_day_that_is_over_and_balances_is_closed_once(desk: Desk) -> None:
    whole(desk)
    approved(desk)

    same_day, next_day, again = close(desk, NOW), close(desk), close(desk)

    assert (same_day, next_day, again) == (0, 1, 0)
    assert acts(desk, CLOSED) == [f"main/{DAY}"]
    found = books(desk)
    assert (found.days, found.open_days, found.until) == (1, 0, DAY)
    assert found.held_since == NEXT_DAY
    assert found.ledger == ledger(desk)


def test_a_day_that_differs_stays_open(desk: Desk) -> None:
    settled(desk, declared(1, 3), a_form())

    assert close(desk) == 0
    assert books(desk).ledger == ledger(desk)
    assert (books(desk).days, books(desk).until) == (0, None)


def test_a_day_of_which_pages_are_still_read_stays_open(desk: Desk) -> None:
    bundle = whole(desk)
    with desk.database.begin() as session:
        session.get_one(Bundle, bundle).sorting = True
    put(desk, "sort", bundle)

    assert close(desk) == 0
    assert books(desk).ledger.moving == 1


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


@pytest.mark.parametrize("kind", [Filing, Bundle, Arrival, Job])
def test_a_row_that_vanished_from_a_closed_day_is_found(
    desk: Desk, kind: type[Table]
) -> None:
    whole(desk)
    close(desk)
    (key,) = kind.__table__.primary_key
    with desk.database.look() as session:
        last = session.scalar(select(func.max(key)))

    behind_all_guards(desk, delete(kind).where(key == last))

    assert amiss(desk) == {}
    held(desk)
    gone = [
        (one.subject_kind, one.subject_id)
        for one in books(desk).ledger.differences
        if one.kind == "vanished"
    ]
    assert (kind.__tablename__, last) in gone
    assert acts(desk, FAILED) == [f"main/{DAY}"]


def test_a_page_that_vanished_is_named_as_a_sheet(desk: Desk) -> None:
    whole(desk)
    close(desk)

    behind_all_guards(desk, delete(Page).where(Page.number == 2))
    held(desk)

    (one,) = (x for x in books(desk).ledger.differences if x.kind == "vanished")
    assert (one.subject_kind, one.expected, one.found) == ("job", "4", "3")
    assert one.sheets == (Sheet(0, one.subject_id, 1, 2),)


def test_a_whole_bundle_with_all_its_rows_is_missed_down_to_the_sheet(
    desk: Desk,
) -> None:
    whole(desk)
    bundle = settled(desk, declared(2, 1), a_form())
    close(desk)
    with desk.database.look() as session:
        page = session.scalars(select(Page).where(Page.bundle_id == bundle)).first()
        assert page is not None
        arrival, job = page.arrival_id, page.arrival.job_id

    behind_all_guards(
        desk,
        delete(Page).where(Page.arrival_id == arrival),
        delete(Filing).where(Filing.arrival_id == arrival),
        delete(Bundle).where(Bundle.id == bundle),
        delete(Arrival).where(Arrival.id == arrival),
        delete(Job).where(Job.id == job),
    )
    held(desk)

    assert ledger(desk).balances
    found = books(desk).ledger.differences
    (of_job,) = (one for one in found if one.kind == "vanished" and one.sheets)
    assert (of_job.subject_kind, of_job.subject_id) == ("job", job)
    assert (of_job.expected, of_job.found) == ("2", "0")
    assert [(one.file, one.page) for one in of_job.sheets] == [(1, 1), (1, 2)]
    gone = {(one.subject_kind, one.subject_id) for one in found}
    assert {("bundle", bundle), ("job", job), ("arrival", arrival)} <= gone


def test_a_row_that_is_deleted_openly_is_missed_at_once(desk: Desk) -> None:
    whole(desk)
    close(desk)
    blank = select(Page.id).where(Page.kind == "blank").limit(1).scalar_subquery()

    change(desk, delete(Page).where(Page.id == blank))

    assert amiss(desk)["vanished"] == 1
    assert close(desk) == 0


def test_a_change_that_leaves_every_count_is_found(desk: Desk) -> None:
    whole(desk)
    close(desk)
    with desk.database.look() as session:
        first, second = session.scalars(
            select(Page.id).where(Page.kind == "form").order_by(Page.id)
        )
        filings = dict(session.execute(select(Page.id, Page.filing_id)).all())

    behind_all_guards(
        desk,
        update(Page).where(Page.id == first).values(filing_id=filings[second]),
        update(Page).where(Page.id == second).values(filing_id=filings[first]),
    )
    held(desk)

    assert amiss(desk) == {"altered": 1}


def test_a_closing_that_somebody_rewrote_is_found_by_the_chain(desk: Desk) -> None:
    whole(desk)
    close(desk)
    with desk.database.look() as session:
        account = dict(session.scalars(select(LedgerDay.account)).one() or {})

    change(desk, update(LedgerDay).values(account={**account, "bundles": 0}))
    held(desk)

    assert amiss(desk) == {"unproven": 1, "recounted": 1}


def test_what_was_put_right_holds_again(desk: Desk) -> None:
    whole(desk)
    close(desk)
    behind_all_guards(desk, update(Page).values(attachment="other"))
    held(desk)
    assert amiss(desk)["altered"] == 1

    behind_all_guards(desk, update(Page).values(attachment=None))
    still = amiss(desk)
    held(desk)

    assert still == {}
    assert (books(desk).days, books(desk).ledger) == (1, ledger(desk))


def test_what_a_person_accepts_is_closed_as_it_is(desk: Desk) -> None:
    whole(desk)
    close(desk)
    behind_all_guards(desk, update(Page).values(attachment="other"))
    held(desk)
    assert close(desk) == 0

    accept(desk.database, ONE, by="ken", why="a test page", now=NEXT_DAY)

    assert close(desk) == 1
    held(desk)
    assert amiss(desk) == {}
    with desk.database.look() as session:
        row = session.get_one(LedgerDay, ONE)
    assert (row.accepted_by, row.accepted_why) == ("ken", "a test page")


def test_only_a_day_that_was_closed_can_be_accepted(desk: Desk) -> None:
    whole(desk)

    with pytest.raises(ConflictError):
        accept(desk.database, ONE, by="ken", why="", now=NOW)
    with pytest.raises(MissingError):
        accept(desk.database, SiteDay("HQ", DAY), by="ken", why="", now=NOW)


def test_a_day_whose_row_is_gone_is_known_from_the_chain(desk: Desk) -> None:
    whole(desk)
    close(desk)
    with pytest.raises(DBAPIError, match="what was closed stays"):
        change(desk, delete(LedgerDay))

    behind_all_guards(desk, delete(LedgerDay))

    assert books(desk).days == books(desk).open_days == 0
    held(desk)
    assert amiss(desk) == {"unproven": 1}


def test_a_day_with_jobs_has_a_row_again(desk: Desk) -> None:
    whole(desk)
    behind_all_guards(desk, delete(LedgerDay))

    held(desk)

    assert (books(desk).open_days, books(desk).ledger) == (1, ledger(desk))


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


def test_every_closing_is_held_in_its_turn(desk: Desk) -> None:
    first = close_five_days(desk)

    nights = [
        hold_share(desk.database, subscribers=[API], now=first + timedelta(days=night))
        for night in range(1, 6)
    ]

    assert nights == [1] * 5
    assert books(desk).held_since == first + timedelta(days=1)


def test_nights_that_were_missed_are_made_up_for(desk: Desk) -> None:
    later = close_five_days(desk) + timedelta(days=HELD_WITHIN)

    count = hold_share(desk.database, subscribers=[API], now=later)

    assert (count, books(desk).held_since) == (5, later)


def close_five_days(desk: Desk) -> datetime:
    """Days with a job each; when they were closed."""
    for days in range(5):
        new_job(desk, created_at=NOW + timedelta(days=days), sheets=None)
    at = NOW + timedelta(days=6)
    assert close(desk, at) == 5
    return at


def test_a_site_sees_its_own_days(desk: Desk) -> None:
    whole(desk)
    new_job(desk, created_at=NOW, site="HQ", sheets=None)
    close(desk)

    own, other = (books(desk, Span(site=site)) for site in ("main", "HQ"))

    assert (own.days, own.ledger.bundles) == (1, 1)
    assert (other.days, other.ledger.bundles) == (1, 0)
    assert own.ledger == ledger(desk, Span(site="main"))
    narrowed = desk.database.within(frozenset({"HQ"}))
    with narrowed.look() as session:
        assert open_books(session, subscribers=[API]).ledger.bundles == 0


def test_nothing_is_missed_of_a_bundle_whose_sheet_names_another_site(
    desk: Desk,
) -> None:
    whole(desk)
    close(desk)
    change(desk, update(Page).values(attachment="other"))

    with desk.database.within(frozenset({"main"})).look() as session:
        found = open_books(session, subscribers=[API])

    assert (found.open_days, list(found.ledger.differences)) == (1, [])


def test_the_days_of_a_span_alone_are_added_up(desk: Desk) -> None:
    whole(desk)
    new_job(desk, created_at=NEXT_DAY)
    close(desk, NEXT_DAY + timedelta(days=1))

    first, second = (
        books(desk, Span(DAY, DAY)),
        books(desk, Span(business_date(NEXT_DAY))),
    )

    assert (first.days, first.open_days, first.ledger.balances) == (1, 0, True)
    assert (second.days, second.open_days, second.ledger.balances) == (0, 1, False)


def test_other_laws_or_receivers_do_not_go_by_what_was_closed(desk: Desk) -> None:
    approved(desk)
    close(desk)

    with desk.database.look() as session:
        found = open_books(session, subscribers=[API, "second"])

    assert (found.days, found.open_days) == (0, 1)
    assert [one.kind for one in found.ledger.differences] == ["not_put_out"]


def test_the_daily_ledger_closes_what_is_over_and_tells_of_what_fails(
    desk: Desk,
) -> None:
    whole(desk)
    first = run_daily(desk.database, subscribers=[API], now=NEXT_DAY)
    behind_all_guards(desk, update(Page).values(attachment="other"))

    later = NEXT_DAY + timedelta(days=1)
    second = run_daily(desk.database, subscribers=[API], now=later)

    assert first is not None
    assert second is not None
    assert first.balances
    assert acts(desk, CLOSED) == [f"main/{DAY}"]
    assert {one.kind for one in second.differences} >= {"altered"}


def test_two_who_close_at_once_close_each_day_once(desk: Desk) -> None:
    close_five_days(desk)
    change(desk, *_all_opened())
    at = NOW + timedelta(days=7)

    with ThreadPoolExecutor(2) as pool:
        counts = list(pool.map(lambda _: close(desk, at), range(2)))

    close(desk, at)
    assert sum(counts) <= 10
    assert (books(desk).days, books(desk).open_days) == (5, 0)
    held(desk, at)
    assert amiss(desk) == {}


def _all_opened() -> list[Executable]:
    return [update(Job).values(declared_sheets=None)]


def test_nobody_closes_a_day_over_a_change_that_is_not_committed(desk: Desk) -> None:
    whole(desk)
    if desk.database.has_one_writer:
        pytest.skip("one writer at a time: nobody else closes meanwhile")

    with desk.database.begin() as session:
        session.execute(update(Page).values(attachment="other"))
        meanwhile = close(desk)

    assert (meanwhile, close(desk)) == (0, 1)
    held(desk)
    assert amiss(desk) == {}


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
