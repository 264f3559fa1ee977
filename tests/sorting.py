"""What tests of the scanning desk do: lay pages into bundles, and sort them."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.model import PageKind, Role
from review.sorting import acts
from review.sorting.acts import Declared
from review.sorting.record import Clerk
from storage.balance import weigh
from storage.contents import valid_pages
from storage.tables import Arrival, Bundle, Filing, FilingStep, Page
from tests.desk import LATER, NOW, Desk
from tests.workshop import a_separator, new_arrival
from workers.bundles import open_run
from workers.filings import sort_bundle

KEN = Clerk("ken", Role.SCANNER, LATER)


def sorted_bundles(desk: Desk, *pages: Page) -> list[int]:
    """The bundles of a file with these pages, all of it read."""
    arrival = new_arrival(desk, *pages)
    with desk.database.begin() as session:
        bundles = open_run(session, session.get_one(Arrival, arrival))
        for bundle in bundles:
            sort_bundle(session, bundle, now=NOW)
        all_read(session.scalars(select(Filing)).all())
        return [bundle.id for bundle in bundles]


def sort_again(desk: Desk) -> None:
    """What the worker does after people moved pages."""
    with desk.database.begin() as session:
        for bundle in session.scalars(select(Bundle).where(Bundle.sorting)):
            sort_bundle(session, bundle, now=LATER)
        all_read(session.scalars(select(Filing)).all())


def all_read(filings: Sequence[Filing]) -> None:
    for filing in filings:
        filing.step = FilingStep.DONE


def page_ids(desk: Desk, bundle_id: int) -> list[int]:
    with desk.database.look() as session:
        bundle = session.get_one(Bundle, bundle_id)
        return [page.id for page in valid_pages(session, bundle)]


def issues(desk: Desk, bundle_id: int) -> tuple[str, ...]:
    with desk.database.look() as session:
        return weigh(session, session.get_one(Bundle, bundle_id)).issues


def live(desk: Desk) -> list[list[int]]:
    """The page ids of each filing that is not dissolved."""
    with desk.database.look() as session:
        filings = session.scalars(
            select(Filing).where(
                Filing.dissolved_at.is_(None), Filing.bundle_id.is_not(None)
            )
        )
        return [[page.id for page in filing.pages] for filing in filings]


def split(session: Session, bundle_id: int, page: int, what: Declared) -> None:
    acts.split(session, KEN, session.get_one(Bundle, bundle_id), page, what)


def turn(session: Session, bundle_id: int, page: int, *, clerk: Clerk = KEN) -> None:
    acts.turn(session, clerk, session.get_one(Bundle, bundle_id), [page], 90)


def call_blank(session: Session, bundle_id: int, page: int) -> None:
    bundle = session.get_one(Bundle, bundle_id)
    acts.retype(session, KEN, bundle, [page], PageKind.BLANK)


def declared(number: int, sheets: int) -> Page:
    return a_separator(number, sheets=sheets, entries=0)
