"""Reads single pages as the product does, and says where the time went."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bench.measured import Seconds
from bench.timing import Spent, Stopwatch, TimedRecogniser, cells_timed
from forms.library import Library
from ingest.opening import open_original
from ingest.page_image import Limits, pages
from kamizero.errors import RegistrationError
from kamizero.model import PageKind
from ocr.page import Look, Picture, look
from workers.reading import FilingReading, read_filing


@dataclass(frozen=True, slots=True, eq=False)
class PageRead:
    """One page; `reading` is None where it was not known or did not fit its form.

    `spent` is what `seconds` add up to, by both clocks.
    """

    picture: Picture
    look: Look
    reading: FilingReading | None
    seconds: Seconds
    spent: Spent


def read_page(
    data: bytes,
    *,
    form: str,
    library: Library,
    engine: TimedRecogniser,
    limits: Limits,
    today: date,
) -> PageRead:
    """Open, look and read; a page taken for another form counts as not read."""
    engine.reset()
    clock, watch = engine.now, Stopwatch()
    started = clock()
    picture = next(iter(pages(open_original(data, limits=limits)))).pixels
    decoded = clock()
    seen = look(picture, library=library)
    looked = clock()
    with cells_timed(clock) as cells:
        reading = _reading(seen, form, engine, today)
    ended, spent = clock(), watch.spent()
    asked = engine.first_asked or ended
    return PageRead(
        picture=picture,
        look=seen,
        reading=reading,
        seconds=Seconds(
            decode=decoded - started,
            look=looked - decoded,
            crops=asked - looked,
            recogniser=engine.seconds,
            rest=ended - asked - engine.seconds - cells.seconds,
            cells=cells.seconds,
        ),
        spent=spent,
    )


def _reading(
    seen: Look, form: str, engine: TimedRecogniser, today: date
) -> FilingReading | None:
    definition = seen.definition
    if seen.kind is not PageKind.FORM or definition is None or definition.form != form:
        return None
    try:
        return read_filing([seen], definition=definition, engine=engine, today=today)
    except RegistrationError:
        return None


def shares(seconds: Seconds) -> Mapping[str, float]:
    """The seconds of each step by name."""
    return {
        "decode": seconds.decode,
        "look": seconds.look,
        "crops": seconds.crops,
        "recogniser": seconds.recogniser,
        "cell model": seconds.cells,
        "text and rules": seconds.rest,
    }
