"""One field alone, cut from its page: no other field of the sheet is in the picture."""

from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageDraw
from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.model import Box
from storage.tables import Field

_COVER = (222, 219, 210)
# Writing that runs over the edge of its box is still seen, the next line is not.
_MARGIN_MM = 1.0
_MM_PER_INCH = 25.4


def others_on(session: Session, field: Field) -> list[Box]:
    """Where the other fields of the same page stand (px)."""
    boxes = session.scalars(
        select(Field.box_px).where(Field.page_id == field.page_id, Field.id != field.id)
    )
    return [Box(*box) for box in boxes]


def margin_of(dpi: float) -> float:
    """The margin around a field, in pixels of its page."""
    return _MARGIN_MM * dpi / _MM_PER_INCH


def snippet(
    page: bytes,
    area: Box,
    *,
    turn: int,
    margin: float = 0,
    covered: Sequence[Box] = (),
) -> bytes:
    """The area (px) of the page's picture as JPEG, upright.

    Args:
        turn: clockwise degrees that bring the page upright.
        covered: other fields; what of them lies in the margin is painted over.
    """
    with Image.open(BytesIO(page)) as image:
        seen = image.convert("RGB")
    own = seen.crop(_edges(area, 0))
    brush = ImageDraw.Draw(seen)
    for other in covered:
        brush.rectangle((other.x, other.y, other.right, other.bottom), fill=_COVER)
    # Where fields overlap, the one that is asked for is seen whole.
    seen.paste(own, _edges(area, 0)[:2])
    cut = seen.crop(_edges(area, margin)).rotate(-turn, expand=True)
    buffer = BytesIO()
    cut.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def _edges(area: Box, margin: float) -> tuple[int, int, int, int]:
    return (
        max(round(area.x - margin), 0),
        max(round(area.y - margin), 0),
        round(area.right + margin),
        round(area.bottom + margin),
    )
