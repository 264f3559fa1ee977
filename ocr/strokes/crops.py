"""Cuts the writing of fields out of a page's ink and sets it for the recogniser."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from forms.placing import around
from kamizero.model import Box
from ocr.engine import GreyImage
from ocr.placing.template import PX_PER_MM
from ocr.strokes.ink import Ink, window

# A mark smaller than this that stands alone is dust; beside a stroke it may be a
# dot, if it is no mere grain.
_SPECK_MM = 1.1
_DOT_MM = 0.3
_DOT_REACH_MM = 1.0
_JOIN_PX = 5
_LARGEST_SPECK_PX = _SPECK_MM * PX_PER_MM + _JOIN_PX - 1
STROKE_SHARE = 0.3
Window = tuple[slice, slice]
"""Rows and columns of a picture."""

_FAINT_SHARE = 0.16
_FAINT_MM2 = 0.4
_GRAINS, _GRAINS_WITHIN_MM = 5, 8.0
# Height of the line picture, of the writing in it, and paper between characters.
LINE_HEIGHT = 48
_GLYPH_HEIGHT = 32
_GAP = 8
_MARGIN = 12
_NARROWEST = 14


class Shape(NamedTuple):
    """What tells a 1 from a 7; width and flag as shares of the height of the strokes.

    Attributes:
        width: how wide they are.
        flag: how far below their top they begin at the left: the roof of a 7 begins
            there as high as anything, the flag of a 1 lower.
        roof: how many times as broad they are in their upper quarter as below it: a
            stem alone is as broad everywhere.
    """

    width: float
    flag: float
    roof: float


HIDDEN = Shape(width=1.0, flag=0.0, roof=1.0)
"""Of strokes that begin at a printed line: a part of them may lie hidden under it."""


@dataclass(frozen=True, slots=True, eq=False)
class Glyphs:
    """The writing of one comb field, cell by cell; None where a cell is empty.

    Attributes:
        cells: the strokes alone, trimmed.
        views: all ink in and just around the cell, the strokes in the middle.
        unclear: whether some cell seems empty that may not be.
        unroofed: of each written cell, the digits that it may seem to be because a roof
            lies hidden under its upper line.
        shapes: of each written cell.
        parted: whether ink goes on beyond a line at which the strokes of a cell end.
    """

    cells: tuple[GreyImage | None, ...]
    views: tuple[GreyImage | None, ...]
    unclear: bool = False
    unroofed: tuple[str, ...] = ()
    shapes: tuple[Shape, ...] = ()
    parted: bool = False

    @property
    def filled(self) -> tuple[int, ...]:
        return tuple(n for n, cell in enumerate(self.cells) if cell is not None)


@dataclass(frozen=True, slots=True, eq=False)
class SetLine:
    """Characters set close to each other in one line, and where each one stands."""

    picture: GreyImage
    spans: tuple[tuple[int, int], ...]


def close_up(glyphs: Glyphs) -> SetLine:
    """Set the filled cells as one line of even size, as if no box had parted them.

    All are scaled alike: a small kana stays small.
    """
    written = [cell for cell in glyphs.cells if cell is not None]
    factor = _GLYPH_HEIGHT / max(_usual_height(written), 1.0)
    parts = [_scaled(cell, factor, LINE_HEIGHT - 4) for cell in written]
    widths = [max(part.shape[1], _NARROWEST) for part in parts]
    total = sum(widths) + _GAP * (len(parts) - 1) + 2 * _MARGIN
    picture = np.full((LINE_HEIGHT, total), 255, np.uint8)
    spans, x = [], _MARGIN
    for part, width in zip(parts, widths, strict=True):
        _paste(picture, part, x + (width - part.shape[1]) // 2)
        spans.append((x, x + width))
        x += width + _GAP
    return SetLine(picture, tuple(spans))


def stroke_mask(
    ink: Ink, box: Box, *, margin_mm: float = 0.0, least: float = STROKE_SHARE
) -> GreyImage:
    """Where strokes run in a box: 255; dust and the grain of the paper are left out.

    A stroke is somewhere at least `least` as dark as the strokes of the page usually
    are; from there it is followed into paler and broken parts. The mask is kept with
    the ink and not to be written to.
    """
    asked = (box, margin_mm, least)
    if asked not in ink.masks:
        ink.masks[asked] = _traced(ink, box, margin_mm, least)
    return ink.masks[asked]


def _traced(ink: Ink, box: Box, margin_mm: float, least: float) -> GreyImage:
    place = window(ink.black, box, margin_mm)
    dark, mask = (traced[place] for traced in ink.traces(least))
    strokes = np.zeros_like(mask)
    # Most boxes of a form are empty, and nothing is followed from nowhere.
    if cv2.hasNonZero(dark):
        inked = _around_all(mask)
        strokes[inked] = _without_specks(mask[inked], dark[inked])
    strokes.flags.writeable = False
    return strokes


def holds_strokes(ink: Ink, boxes: Sequence[Box]) -> bool:
    """Tell whether strokes run in or between these boxes, of which each is cut later.

    What is a stroke in one of them is one in the box around all, too.
    """
    whole = around(boxes)
    if not cv2.hasNonZero(ink.traces(STROKE_SHARE).dark[window(ink.black, whole, 0.0)]):
        return False
    return any(cv2.hasNonZero(stroke_mask(ink, box)) for box in (*boxes, whole))


def is_faintly_written(ink: Ink, box: Box) -> bool:
    """Tell whether a box that looks empty holds something too faint to be read."""
    least = _FAINT_MM2 * PX_PER_MM**2
    all_traces = ink.traces(_FAINT_SHARE).all[window(ink.black, box, 0.0)]
    # Most boxes hold less even with their specks.
    if cv2.countNonZero(all_traces) > least:
        pale = stroke_mask(ink, box, least=_FAINT_SHARE)
        if cv2.countNonZero(pale) > least:
            return True
    # A bad copy breaks thin strokes into grains; dust is a grain here and there.
    grains = (ink.soft(box) > ink.floor(_FAINT_SHARE)).astype(np.uint8)
    if cv2.countNonZero(grains) < _GRAINS:
        return False
    joined = cv2.dilate(grains, np.ones((3, 3), np.uint8))
    *_, centres = cv2.connectedComponentsWithStats(joined)
    across = np.sort(centres[1:, 0]) / PX_PER_MM
    reach = across[_GRAINS - 1 :] - across[: max(len(across) - _GRAINS + 1, 0)]
    return bool((reach < _GRAINS_WITHIN_MM).any())


def trim(mask: GreyImage) -> Window | None:
    """The smallest window that holds everything marked; None where nothing is."""
    x, y, width, height = cv2.boundingRect(mask)
    if not width:
        return None
    return slice(y, y + height), slice(x, x + width)


def runs(marked: NDArray[np.bool_]) -> list[slice]:
    """Where marked places stand side by side."""
    padded = np.concatenate([[False], marked, [False]])
    edges = np.flatnonzero(np.diff(padded.astype(np.int8)))
    return [slice(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _around_all(mask: GreyImage) -> Window:
    """The window that holds all that is marked, and what joins it."""
    x, y, width, height = cv2.boundingRect(mask)
    room = _JOIN_PX // 2
    return (
        slice(max(y - room, 0), y + height + room),
        slice(max(x - room, 0), x + width + room),
    )


def _without_specks(mask: GreyImage, dark: GreyImage) -> GreyImage:
    """Drop what is small, unless it stands by a stroke as the dots of ン and ガ do.

    The pieces of a broken stroke stand so close that they count as one.
    """
    joined = cv2.dilate(mask, np.ones((_JOIN_PX, _JOIN_PX), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined, ltype=cv2.CV_16U)
    # Something dark is there, so a lone part holds it: most cells have one glyph.
    if len(stats) == 2 and max(stats[1, 2:4].tolist()) >= _LARGEST_SPECK_PX:
        return mask
    extent = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    extent_mm = (extent - (_JOIN_PX - 1)) / PX_PER_MM
    has_dark = np.zeros(len(stats), np.bool_)
    has_dark[np.asarray(labels).ravel()[np.flatnonzero(dark > 0)]] = True
    has_dark[0] = False
    is_stroke = has_dark & (extent_mm >= _SPECK_MM)
    if is_stroke[1:].all():
        return mask
    strokes = _of(labels, is_stroke, mask)
    is_dot = has_dark & ~is_stroke & (extent_mm >= _DOT_MM)
    if not (is_stroke.any() and is_dot.any()):
        return strokes
    reach = 2 * round(_DOT_REACH_MM * PX_PER_MM) + 1
    beside = cv2.dilate(strokes, np.ones((reach, reach), np.uint8))
    dots = cv2.min(_of(labels, is_dot, mask), beside)
    return np.asarray(cv2.max(strokes, dots), np.uint8)


def _of(
    labels: cv2.typing.MatLike, chosen: NDArray[np.bool_], mask: GreyImage
) -> GreyImage:
    """What is marked in those connected pieces that are chosen."""
    shown = np.where(chosen, 255, 0).astype(np.uint8)
    return np.asarray(cv2.min(mask, shown.take(np.asarray(labels))), np.uint8)


def _usual_height(pictures: Sequence[GreyImage]) -> float:
    return float(np.median([picture.shape[0] for picture in pictures]))


def _scaled(picture: GreyImage, factor: float, highest: int) -> GreyImage:
    height, width = picture.shape
    factor = min(factor, highest / height)
    size = (max(round(width * factor), 1), max(round(height * factor), 1))
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, size, interpolation=method), np.uint8)


def _paste(picture: GreyImage, part: GreyImage, x: int) -> None:
    """Set a part into the middle of the line's height."""
    height, width = part.shape
    y = (picture.shape[0] - height) // 2
    picture[y : y + height, x : x + width] = part
