"""A table as a file with pages: each sheet of rows is one, drawn when asked for."""

from collections.abc import Sequence

from forms.csv.reader import read_table
from ingest.media.drawing import DEPTH, DPI, drawing_of, pixels_of
from ingest.media.sheets import RowSheet, sheets_of
from ingest.opening import open_original
from ingest.page_image import Limits, Opened, PageImage

TEXT_TABLE = "text/csv"

PageSize = tuple[int, int, float, int]
"""Width and height in pixels, dpi, depth."""


class TablePages:
    """The sheets of a table, as pages of a picture file."""

    media_type = TEXT_TABLE

    def __init__(self, data: bytes) -> None:
        self.table = read_table(data).table
        self.sheets: Sequence[RowSheet] = sheets_of(self.table)

    @property
    def page_count(self) -> int:
        return len(self.sheets)

    def page(self, number: int) -> PageImage:
        """Draw a sheet."""
        pixels = pixels_of(drawing_of(self.sheets[number - 1]))
        return PageImage(pixels, DPI, DEPTH)

    def sizes(self) -> tuple[PageSize, ...]:
        """What each page will measure, without drawing it."""
        return tuple((*drawing_of(sheet).size_px, DPI, DEPTH) for sheet in self.sheets)


def open_kept(data: bytes, media_type: str, *, limits: Limits) -> Opened:
    """Open what was kept: a table by its rows, anything else as it was taken in."""
    if media_type == TEXT_TABLE:
        return TablePages(data)
    return open_original(data, limits=limits)
