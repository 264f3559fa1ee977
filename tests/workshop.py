"""What workers are given in tests: a desk's real things, and no model."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import select

from forms.library import Library
from forms.standards import Standards
from ingest.page_image import Limits
from kamizero.model import FilingKind, PageKind
from ocr.engines.onnx_engine import OnnxRecogniser
from ocr.engines.text_finder import TextFinder
from storage import work
from storage.database import Database
from storage.tables import Arrival, Page, Work
from tests.desk import NOW, Desk
from tests.paper import new_filing
from workers.recheck import Recheck
from workers.rooms import Rooms

LEASE = timedelta(seconds=60)


class Clock:
    """The time, which tests move."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def rooms(
    desk: Desk,
    *,
    database: Database | None = None,
    clock: Clock | None = None,
    lease: timedelta = LEASE,
    library: Library | None = None,
) -> Rooms:
    """The rooms of a worker; `database` where it is not the desk's."""
    library = library or Library.shipped()
    time = clock or Clock()
    return Rooms(
        database=database or desk.database,
        store=desk.store,
        vault=desk.vault,
        library=library,
        recheck=Recheck(
            library=library,
            vault=desk.vault,
            records=lambda _: None,
            clock=time,
            standards=Standards.shipped(),
        ),
        engine=OnnxRecogniser,
        finder=TextFinder,
        limits=Limits(),
        clock=time,
        lease=lease,
    )


def put(desk: Desk, kind: str, subject: int) -> None:
    with desk.database.begin() as session:
        work.put(session, kind=kind, subject=subject, site="main", now=NOW)


def only_work(desk: Desk, *, kind: str) -> Work:
    """The one row of work of a kind."""
    with desk.database.look() as session:
        return session.scalars(select(Work).where(Work.kind == kind)).one()


def new_arrival(desk: Desk, *pages: Page) -> int:
    """A file that came in with these pages, numbered in their order."""
    with desk.database.begin() as session:
        arrival_id = new_filing(session, desk.definition, FilingKind.NEW).arrival_id
        for number, page in enumerate(pages, start=1):
            page.arrival_id, page.number = arrival_id, number
            session.add(page)
        return arrival_id


a_page = partial(Page, width_px=1654, height_px=2339, dpi=200, depth=8)
a_blank = partial(a_page, kind=PageKind.BLANK)
an_unknown = partial(a_page, kind=PageKind.UNKNOWN)
a_form = partial(
    a_page, kind=PageKind.FORM, form="2200", revision="2020-12", form_page=1
)


def a_separator(number: int, **declared: Any) -> Page:
    said = {"sheets": 2, "entries": 3, "received_on": "2020-12-07", **declared}
    return a_page(
        kind=PageKind.SEPARATOR,
        separator={
            "number": number,
            "site": "MAIN",
            "scheme": "KOSEI",
            "form": "2200",
            **said,
        },
    )


def page_kinds(desk: Desk, arrival: int) -> list[str | None]:
    with desk.database.look() as session:
        return [page.kind for page in session.get_one(Arrival, arrival).pages]
