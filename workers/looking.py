"""Fetching the pages a step works on, and looking at them outside any transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from forms.csv.forms import is_of_rows
from forms.definition import FormDefinition
from ingest import fingerprint
from ingest.legal_image import LegalImage, measure
from ingest.media.pages import TablePages, open_kept
from ingest.page_image import Opened
from kamizero.errors import RefusedError
from kamizero.model import Box, PageKind
from kamizero.tokyo import business_date
from ocr.numbers import numbers_beside, numbers_on
from ocr.page import Look, look
from ocr.placing.view import Transform, project
from storage.originals import read_original
from storage.tables import Arrival, Filing, Original, Page
from workers.reading import FilingReading, read_filing
from workers.rooms import Rooms
from workers.rows import SheetLook, look_at_sheet, read_sheets


@dataclass(frozen=True, slots=True, eq=False)
class PageLook:
    """What one page is, how good its image, and by what it is known again.

    `fingerprint` is empty for sheets that say nothing of their own. `numbers` are the
    areas (px) outside the fields of a form that may hold a My Number.
    """

    look: Look
    image: LegalImage
    fingerprint: str
    numbers: tuple[Box, ...] = ()


Seen = PageLook | SheetLook | RefusedError
"""What a page is, or why it failed."""


def look_at_pages(rooms: Rooms, *, arrival_id: int) -> Mapping[int, Seen]:
    """Page number -> what it is, or why the page failed."""
    with rooms.database.look() as session:
        arrival = session.get_one(Arrival, arrival_id)
        original = arrival.original
        numbers = [page.number for page in arrival.pages]
    opened = _opened(rooms, original)
    if isinstance(opened, TablePages):
        return {number: look_at_sheet(opened.sheets[number - 1]) for number in numbers}
    return {number: _look(rooms, opened, number) for number in numbers}


def read_pages(rooms: Rooms, *, filing_id: int) -> FilingReading:
    """Read one filing.

    Raises:
        RegistrationError: its pages do not fit its form.
        RefusedError: an original, once whole, does not open any more.
    """
    with rooms.database.look() as session:
        filing = session.get_one(Filing, filing_id)
        definition = rooms.library.of(filing)
        pages = [page for page in filing.pages if page.form_page is not None]
        pages.sort(key=lambda page: page.form_page or 0)
        originals = {page.arrival_id: page.arrival.original for page in pages}
        # What a person called a form may have lost its code.
        expected = definition if any(page.typed_by for page in pages) else None
    opened = {arrival: _opened(rooms, one) for arrival, one in originals.items()}
    if is_of_rows(definition.revision):
        return _read_rows(pages, opened, definition)
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


def _read_rows(
    pages: Sequence[Page], opened: Mapping[int, Opened], definition: FormDefinition
) -> FilingReading:
    table = next(iter(opened.values()))
    if not isinstance(table, TablePages):
        raise ValueError(f"{definition.name} is not the form of a scanned page")
    sheets = [table.sheets[page.number - 1] for page in pages]
    return read_sheets(sheets, table.table, definition)


def _opened(rooms: Rooms, original: Original) -> Opened:
    data = read_original(rooms.store, original)
    return open_kept(data, original.media_type, limits=rooms.limits)


def _look(rooms: Rooms, opened: Opened, number: int) -> PageLook | RefusedError:
    try:
        image = opened.page(number)
    except RefusedError as refusal:
        return refusal
    found = look(image.pixels, library=rooms.library, page_words=image.words)
    grey = np.asarray(cv2.cvtColor(image.pixels, cv2.COLOR_RGB2GRAY), np.uint8)
    measured = measure(grey, tagged_dpi=image.dpi, depth=image.depth, skew=found.skew)
    numbers = _numbers(rooms, found)
    return PageLook(found, measured, known_by(found, grey), numbers)


def _numbers(rooms: Rooms, found: Look) -> tuple[Box, ...]:
    """What is covered on the page besides the fields of its form."""
    if found.kind is PageKind.UNKNOWN:
        return numbers_on(found.image, finder=rooms.finder(), recogniser=rooms.engine())
    if found.definition is None or found.transform is None:
        return ()
    form, page, lies = found.definition, found.page, found.transform
    ruled = [one.box_mm for one in form.fields if one.page == page]
    ruled += [one.box_mm for one in form.printed.shades if one.page == page]
    printed = [one.box_mm for one in form.printed.texts if one.page == page]
    return numbers_beside(
        found.image,
        _around(ruled, lies),
        finder=rooms.finder(),
        recogniser=rooms.engine(),
        printed=[_around([box], lies) for box in (*printed, *form.marks)],
    )


def _around(boxes: Sequence[Box], transform: Transform) -> Box:
    """The smallest upright box (px) with all of these (mm of the form) in it."""
    corners = [
        (x, y) for box in boxes for x in (box.x, box.right) for y in (box.y, box.bottom)
    ]
    there = project(transform, np.array(corners))
    (left, top), (right, bottom) = there.min(axis=0), there.max(axis=0)
    return Box(left, top, right - left, bottom - top)


def known_by(found: Look, grey: NDArray[np.uint8]) -> str:
    """By what the page is known when it is scanned again."""
    if found.kind is PageKind.UNKNOWN:
        return fingerprint.of_paper(grey)
    if found.definition is None or found.transform is None:
        return ""
    # Printed choices are the same on every form.
    boxes = [
        field.box_mm
        for field in found.definition.fields
        if field.page == found.page and not field.choices
    ]
    return fingerprint.of_form(grey, found.transform, boxes) if boxes else ""
