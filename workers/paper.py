"""A file's way through the machine without database or server."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from forms.definition import FormDefinition
from forms.library import Library
from ingest.grouping import FilingPages, Seen, group
from ingest.page_image import Opened, pages
from kamizero.errors import RegistrationError
from kamizero.model import PageKind
from ocr.engine import Recogniser
from ocr.engines.fulltext import page_text
from ocr.page import Look, look
from workers.reading import FilingReading, read_filing


@dataclass(frozen=True, slots=True)
class PaperFiling:
    """One filing found in a file; `failure` says why it could not be read."""

    pages: FilingPages
    reading: FilingReading | None
    failure: RegistrationError | None


@dataclass(frozen=True, slots=True)
class LoosePage:
    """A page that belongs to no filing, and the text on it."""

    number: int
    text: str


def read_paper(
    opened: Opened,
    *,
    library: Library,
    engine: Recogniser,
    today: date,
    expected: FormDefinition | None = None,
) -> Iterator[PaperFiling | LoosePage]:
    """Read every filing of an opened file, in page order.

    `expected` is the form the pages are known to be, where their code is gone.
    """
    looks = [
        look(image.pixels, library=library, page_words=image.words, expected=expected)
        for image in pages(opened)
    ]
    grouped = group([seen(n, found) for n, found in enumerate(looks, start=1)])
    for filing in grouped.filings:
        yield _read(filing, looks, library=library, engine=engine, today=today)
    for number in grouped.loose:
        yield LoosePage(number, page_text(opened.page(number).pixels))


def seen(number: int, found: Look) -> Seen:
    """What the look at a page means for sorting it."""
    if found.kind is not PageKind.FORM or found.definition is None:
        return Seen(number, found.kind)
    form = found.definition
    return Seen(number, found.kind, form.form, form.revision, found.page)


def _read(
    filing: FilingPages,
    looks: Sequence[Look],
    *,
    library: Library,
    engine: Recogniser,
    today: date,
) -> PaperFiling:
    definition = library.of(filing)
    try:
        reading = read_filing(
            [looks[number - 1] for number in filing.pages],
            definition=definition,
            engine=engine,
            today=today,
        )
    except RegistrationError as failure:
        return PaperFiling(filing, reading=None, failure=failure)
    return PaperFiling(filing, reading=reading, failure=None)
