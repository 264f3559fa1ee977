"""Pictures of pages, with the numbers on them covered."""

from collections.abc import Sequence
from io import BytesIO

from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from kamizero.errors import MissingError
from kamizero.model import Box, PageKind
from storage.tables import Arrival, Field, FilingStep, Page

# There may be any number on these.
_UNSEARCHED = frozenset({PageKind.ATTACHMENT, PageKind.UNKNOWN, PageKind.FAILED})


def find_page(session: Session, page_id: int) -> Page:
    """A page with all that rendering it needs. Raises MissingError."""
    page = session.get(
        Page, page_id, options=[joinedload(Page.arrival).joinedload(Arrival.original)]
    )
    if page is None:
        raise MissingError(f"There is no page {page_id}.")
    return page


def covered(
    session: Session, page: Page, *, clear: Sequence[int] = (), sorts: bool = False
) -> tuple[Box, ...]:
    """The areas (px) with numbers that not everybody may see.

    Args:
        clear: the entry numbers whose fields are seen in clear.
        sorts: it is for somebody who finds out where papers belong and works on them.
    """
    is_unsearched = _is_astray(page) or _is_unsearched(page)
    if _is_unread(page) or (is_unsearched and not sorts):
        # Where its numbers stand is not known yet.
        return (Box(0, 0, page.width_px, page.height_px),)
    sensitive = session.scalars(
        select(Field).where(Field.page_id == page.id, Field.sensitive.is_(True))
    )
    fields = [Box(*field.box_px) for field in sensitive if field.entry_n not in clear]
    # Whose number stands beside the fields nobody knows: it may be of the own task.
    beside = [] if clear else [Box(*area) for area in page.numbers or ()]
    return (*fields, *beside)


def smaller(data: bytes, width: int) -> bytes:
    """The picture no wider than this many pixels."""
    with Image.open(BytesIO(data)) as image:
        image.thumbnail((width, width * 2), Image.Resampling.LANCZOS, reducing_gap=2)
        buffer = BytesIO()
        image.save(buffer, "JPEG", quality=85)
        return buffer.getvalue()


def cropped(data: bytes, area: Box, *, turn: int) -> bytes:
    """This part (px) of a picture as PNG, as much of it as there is, upright."""
    with Image.open(BytesIO(data)) as image:
        left, top = max(round(area.x), 0), max(round(area.y), 0)
        right = max(min(round(area.right), image.width), left + 1)
        bottom = max(min(round(area.bottom), image.height), top + 1)
        part = image.crop((left, top, right, bottom)).rotate(-turn, expand=True)
        buffer = BytesIO()
        part.save(buffer, "PNG")
        return buffer.getvalue()


def _is_unread(page: Page) -> bool:
    if page.kind != PageKind.FORM:
        return page.kind is None
    return page.filing is not None and page.filing.step == FilingStep.READING


def _is_unsearched(page: Page) -> bool:
    """Tell whether numbers may stand anywhere, since nobody knows what it is."""
    is_sought = page.kind == PageKind.ATTACHMENT and page.numbers is not None
    return page.kind in _UNSEARCHED and not is_sought


def _is_astray(page: Page) -> bool:
    """Tell whether it is a form page whose fields no filing has."""
    return page.kind == PageKind.FORM and page.filing is None
