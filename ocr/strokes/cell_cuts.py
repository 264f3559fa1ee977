"""Cuts the writing of comb boxes out of a page's ink, box by box."""

import math
from collections.abc import Sequence
from statistics import median

import cv2
import numpy as np
from numpy.typing import NDArray

from kamizero.model import Box
from ocr.engine import GreyImage
from ocr.placing.template import PX_PER_MM
from ocr.strokes.cell_writing import CellWriting, written_in
from ocr.strokes.crops import HIDDEN, Glyphs, Shape, trim
from ocr.strokes.ink import Ink, window

# A cell seen by itself: sides of its picture and of the writing in it; what the
# picture shows of the paper beyond the cell; and what is never enlarged further.
VIEW_SIDE = 32
_VIEW_WRITING = 24
_VIEW_MARGIN_MM = 0.5
_VIEW_LEAST_MM = 1.6
# Strokes are as dark as this share of the darkest in their cell; where they begin at
# the left is looked for in this share of their width.
_DARK, _DARKEST = 0.4, 0.97
_LEFT = 0.12


def cut_cells(ink: Ink, cells: Sequence[Box]) -> Glyphs:
    """The ink of each comb box, dark on white."""
    written = [written_in(ink, cell, cells) for cell in cells]
    cut = [_cut_cell(ink, one) for one in written]
    return Glyphs(
        cells=tuple(found[0] if found else None for found in cut),
        views=tuple(found[1] if found else None for found in cut),
        unclear=any(one.unclear for one in written),
        unroofed=tuple(one.unroofed for one in written if one.mask.any()),
        shapes=tuple(
            HIDDEN if one.at_top else shape_of(found[0])
            for one, found in zip(written, cut, strict=True)
            if found
        ),
        parted=any(one.parted for one in written),
    )


def shape_of(strokes: GreyImage) -> Shape:
    """The shape of trimmed strokes, dark on white."""
    dark = 255 - strokes
    inked = dark > _DARK * _darkest(dark)
    place = trim(inked.astype(np.uint8))
    if place is None:
        return HIDDEN
    inked = inked[place]
    height, width = inked.shape
    left = inked[:, : max(2, round(_LEFT * width))].any(axis=1)
    return Shape(
        width=strokes.shape[1] / strokes.shape[0],
        flag=int(left.argmax()) / height,
        roof=_roof(inked),
    )


def _darkest(dark: GreyImage) -> float:
    """The quantile of what is darkest, between two values if it lies there.

    So few values are sorted in a tenth of the time that `np.percentile` takes.
    """
    ordered = np.sort(dark, axis=None)
    place = _DARKEST * (len(ordered) - 1)
    low, high = ordered[math.floor(place)], ordered[math.ceil(place)]
    return float(low) + (float(high) - float(low)) * (place - math.floor(place))


def _roof(inked: NDArray[np.bool_]) -> float:
    """How many times as broad the upper quarter is as what is usual below it."""
    height, width = inked.shape
    broad = width - inked.argmax(axis=1) - inked[:, ::-1].argmax(axis=1)
    broad[~inked.any(axis=1)] = 0
    upper, below = np.split(broad, [max(1, height // 4)])
    seen = below[below > 0].tolist()
    return float(upper.max() / (median(seen) if seen else width))


def _cut_cell(ink: Ink, writing: CellWriting) -> tuple[GreyImage, GreyImage] | None:
    place = trim(writing.mask)
    if place is None:
        return None
    picture = ink.cut(writing.box, margin_mm=writing.margin_mm)
    picture = _alone(picture, writing.mask)
    rows, columns = place
    return _trimmed(picture, rows, columns), _view(
        *_surroundings(ink, writing), rows, columns
    )


def cut_sign(picture: GreyImage, strokes: GreyImage) -> tuple[GreyImage, GreyImage]:
    """One sign of a picture that shows others too, as if a box held it alone.

    `strokes` are those of the sign. Gives what `Glyphs` holds of a cell.
    """
    alone = _alone(picture, strokes)
    rows, columns = trim(strokes) or (slice(0), slice(0))
    return _trimmed(alone, rows, columns), _view(alone, 0.0, rows, columns)


def _alone(picture: GreyImage, strokes: GreyImage) -> GreyImage:
    """The picture with nothing but these strokes (255) and their soft edges."""
    around = cv2.dilate(strokes, np.ones((5, 5), np.uint8))
    return np.asarray(cv2.max(picture, cv2.bitwise_not(around)), np.uint8)


def _trimmed(picture: GreyImage, rows: slice, columns: slice) -> GreyImage:
    return picture[_grown(rows, picture.shape[0]), _grown(columns, picture.shape[1])]


def _view(wide: GreyImage, margin: float, rows: slice, columns: slice) -> GreyImage:
    """What is in a cell or reaches into it, the strokes there in the middle.

    `wide` shows `margin` pixels more on each side than rows and columns count from.
    """
    height, width = rows.stop - rows.start, columns.stop - columns.start
    scale = _VIEW_WRITING / max(height, width, _VIEW_LEAST_MM * PX_PER_MM)
    x = (columns.start + columns.stop - 1) / 2 + margin
    y = (rows.start + rows.stop - 1) / 2 + margin
    middle = (VIEW_SIDE - 1) / 2
    placed = np.array([[scale, 0, middle - scale * x], [0, scale, middle - scale * y]])
    view = cv2.warpAffine(
        wide,
        placed,
        (VIEW_SIDE, VIEW_SIDE),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(255,),
    )
    return np.asarray(view, np.uint8)


def _surroundings(ink: Ink, writing: CellWriting) -> tuple[GreyImage, float]:
    """All ink in a box and close around it, with its strokes whole.

    And how many pixels more it shows on each side than the mask of the strokes.
    """
    near = ink.cut(writing.box, margin_mm=_VIEW_MARGIN_MM)
    if not writing.margin_mm:
        return near, _VIEW_MARGIN_MM * PX_PER_MM
    whole = _alone(ink.cut(writing.box, margin_mm=writing.margin_mm), writing.mask)
    rows, columns = window(ink.black, writing.box, _VIEW_MARGIN_MM)
    outer_rows, outer_columns = window(ink.black, writing.box, writing.margin_mm)
    top, left = rows.start - outer_rows.start, columns.start - outer_columns.start
    whole[top : top + near.shape[0], left : left + near.shape[1]] = near
    return whole, 0.0


def _grown(part: slice, length: int) -> slice:
    """One pixel more on each side: the soft edge of the strokes."""
    return slice(max(part.start - 1, 0), min(part.stop + 1, length))
