"""Fetching the pages a step works on, and looking at them outside any transaction."""

from collections.abc import Mapping

from ingest.opening import open_original
from ingest.page_image import Opened
from kamizero.errors import RefusedError
from ocr.page import Look, look
from storage.originals import read_original
from storage.tables import Arrival, Filing
from workers.reading import FilingReading, read_filing
from workers.recheck import business_date
from workers.rooms import Rooms


def look_at_pages(
    rooms: Rooms, *, arrival_id: int
) -> Mapping[int, Look | RefusedError]:
    """Page number -> what it is, or why the page failed."""
    with rooms.database.look() as session:
        arrival = session.get_one(Arrival, arrival_id)
        original = arrival.original
        numbers = [page.number for page in arrival.pages]
    opened = open_original(read_original(rooms.store, original), limits=rooms.limits)
    return {number: _look(rooms, opened, number) for number in numbers}


def read_pages(rooms: Rooms, *, filing_id: int) -> FilingReading:
    """Read one filing.

    Raises:
        RegistrationError: its pages do not fit its form.
        RefusedError: an original, once whole, does not open any more.
    """
    with rooms.database.look() as session:
        filing = session.get_one(Filing, filing_id)
        definition = rooms.library.get(f"{filing.form}@{filing.revision}")
        pages = [page for page in filing.pages if page.form_page is not None]
        pages.sort(key=lambda page: page.form_page or 0)
        originals = {page.arrival_id: page.arrival.original for page in pages}
        # What a person called a form may have lost its code.
        expected = definition if any(page.typed_by for page in pages) else None
    opened = {
        arrival: open_original(read_original(rooms.store, one), limits=rooms.limits)
        for arrival, one in originals.items()
    }
    looks = []
    for page in pages:
        image = opened[page.arrival_id].page(page.number)
        looks.append(
            look(
                image.pixels,
                library=rooms.library,
                page_words=image.words,
                expected=expected,
            )
        )
    return read_filing(
        looks,
        definition=definition,
        engine=rooms.engine(),
        today=business_date(rooms.clock()),
    )


def _look(rooms: Rooms, opened: Opened, number: int) -> Look | RefusedError:
    try:
        image = opened.page(number)
    except RefusedError as refusal:
        return refusal
    return look(image.pixels, library=rooms.library, page_words=image.words)
