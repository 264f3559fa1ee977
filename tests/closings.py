"""Days of the ledger that tests close, and what they change behind its back."""

from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy import Executable, create_engine, select, text

from delivery.outbox import API
from kamizero.model import PageKind
from kamizero.tokyo import business_date
from storage import balance
from storage.ledger.books import Books, open_books
from storage.ledger.closing import close_days
from storage.ledger.days import SiteDay
from storage.ledger.holding import hold
from storage.ledger.span import EVER, Span
from storage.tables import AuditEvent, Bundle, BundleKind, Filing, FilingStep, Job, Site
from tests.desk import NOW, Desk

NEXT_DAY = NOW + timedelta(days=1)
DAY = business_date(NOW)
ONE = SiteDay("main", DAY)


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
    desk: Desk, *, created_at: datetime, site: str = "main", sheets: int | None = 2
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


def close_five_days(desk: Desk) -> datetime:
    """Days with a job each; when they were closed."""
    for days in range(5):
        new_job(desk, created_at=NOW + timedelta(days=days), sheets=None)
    at = NOW + timedelta(days=6)
    assert close(desk, at) == 5
    return at
