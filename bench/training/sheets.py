"""Sheets of made-up comb fields, scanned badly and cut by the product's own code."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.training.writers import NO_DIGIT, PX_PER_MM, Writer, written
from kamizero.model import Box
from ocr.placing.template import PX_PER_MM as PAGE_PX_PER_MM
from ocr.strokes.cell_cuts import cut_cells
from ocr.strokes.crops import Glyphs
from ocr.strokes.ink import Ink, window, without_lines

Grey = NDArray[np.uint8]

_SHRINK = round(PX_PER_MM / PAGE_PX_PER_MM)
_ROWS, _ROW_MM, _EDGE_MM = 12, 10.0, 4.0
_MOST_CELLS = 12
_SHEET_MM = (2 * _EDGE_MM + _MOST_CELLS * 5.4, 2 * _EDGE_MM + _ROWS * _ROW_MM)
_PRINT_DARKNESS = 48
_LINE_REACH_PX = 7
# What is left of strokes, as a share of those of the sheet, that can still be read.
_LEAST_LEAD = 0.25


@dataclass(frozen=True, slots=True, eq=False)
class MadeField:
    """One comb field: what is written in its cells, and how that was cut.

    Attributes:
        visible: cells of whose strokes enough has survived the scan to be read.
    """

    labels: tuple[int, ...]
    glyphs: Glyphs
    visible: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Mix:
    """What a set of sheets is made of; all are shares of 0..1.

    Attributes:
        drawn: writers who draw with the pen; the others use the typefaces.
        no_digit: cells with something else than a digit.
        poor: sheets that were copied, faxed or scanned badly.
        lengths: how many cells a field may have; no share.
    """

    typefaces: Sequence[Path]
    drawn: float = 0.5
    no_digit: float = 0.0
    poor: float = 0.5
    lengths: Sequence[int] = range(8, _MOST_CELLS + 1)


def fields(rng: np.random.Generator, mix: Mix) -> Iterator[MadeField]:
    """The fields of one sheet."""
    size = [round(side * PX_PER_MM) for side in _SHEET_MM]
    writing = np.zeros((size[1], size[0]), np.uint8)
    print_ = np.zeros_like(writing)
    rows = []
    for row in range(_ROWS):
        cells = _cells(rng, row, mix)
        labels = tuple(_label(rng, mix) for _ in cells)
        _print_combs(print_, cells, rng)
        _write(
            writing,
            labels,
            cells,
            Writer.random(rng, mix.typefaces, drawn=mix.drawn),
            rng,
        )
        rows.append((cells, labels))
    ink = _scanned(writing, print_, rng, poor=rng.random() < mix.poor)
    for cells, labels in rows:
        visible = tuple(_is_visible(writing, ink, cell) for cell in cells)
        yield MadeField(labels, cut_cells(ink, cells), visible)


def _is_visible(writing: Grey, ink: Ink, cell: Box) -> bool:
    """Whether the ink found is darker where was written than beside it."""
    rows, columns = window(ink.black, cell, 0.0)
    found = ink.black[rows, columns].astype(np.float32)
    size = (found.shape[1], found.shape[0])
    rows, columns = (
        slice(part.start * _SHRINK, part.stop * _SHRINK) for part in (rows, columns)
    )
    meant = cv2.resize(writing[rows, columns], size, interpolation=cv2.INTER_AREA) > 80
    if not meant.any() or meant.all():
        return False
    lead = found[meant].mean() - found[~meant].mean()
    return bool(lead > _LEAST_LEAD * ink.strength)


def _label(rng: np.random.Generator, mix: Mix) -> int:
    return NO_DIGIT if rng.random() < mix.no_digit else int(rng.integers(10))


def _cells(rng: np.random.Generator, row: int, mix: Mix) -> list[Box]:
    count = int(rng.choice(mix.lengths))
    width, height = rng.uniform(4.1, 5.3), rng.uniform(5.3, 6.6)
    gap = rng.uniform(0.4, 1.2) if rng.random() < 0.3 else 0.0
    width = min(width, (_SHEET_MM[0] - 2 * _EDGE_MM) / count - gap)
    left, top = _EDGE_MM, _EDGE_MM + row * _ROW_MM
    return [Box(left + n * (width + gap), top, width, height) for n in range(count)]


def _print_combs(print_: Grey, cells: Sequence[Box], rng: np.random.Generator) -> None:
    thick = max(round(rng.uniform(0.08, 0.3) * PX_PER_MM), 1)
    for cell in cells:
        corners = [
            (round(x * PX_PER_MM), round(y * PX_PER_MM))
            for x, y in ((cell.x, cell.y), (cell.right, cell.bottom))
        ]
        cv2.rectangle(print_, corners[0], corners[1], (255,), thick)


def _write(
    writing: Grey,
    labels: Sequence[int],
    cells: Sequence[Box],
    writer: Writer,
    rng: np.random.Generator,
) -> None:
    for label, cell in zip(labels, cells, strict=True):
        patch = written(label, writer, rng, cell_mm=(cell.w, cell.h))
        patch = (patch * writer.darkness).astype(np.uint8)
        stray = rng.normal(0, 0.035 * writer.unsteady, 2) * cell.h
        x, y = (
            round((c + s) * PX_PER_MM) for c, s in zip(cell.centre, stray, strict=True)
        )
        half = patch.shape[0] // 2
        left, top = x - half, y - half
        rows = slice(max(top, 0), min(top + 2 * half, writing.shape[0]))
        columns = slice(max(left, 0), min(left + 2 * half, writing.shape[1]))
        part = patch[
            rows.start - top : rows.stop - top,
            columns.start - left : columns.stop - left,
        ]
        writing[rows, columns] = np.maximum(writing[rows, columns], part)


def _scanned(
    writing: Grey, print_: Grey, rng: np.random.Generator, *, poor: bool
) -> Ink:
    """The ink found on the sheet after it was scanned and its print taken out."""
    writing = _worn(writing, rng, poor=poor)
    shape = (writing.shape[1] // _SHRINK, writing.shape[0] // _SHRINK)
    darkness = rng.uniform(0.5, 0.95)
    both = np.maximum(writing * darkness, print_ * rng.uniform(0.5, 0.95))
    page = cv2.resize(both.astype(np.float32), shape, interpolation=cv2.INTER_AREA)
    dark = _damaged(np.asarray(page, np.float32), rng, poor=poor)
    blank = cv2.resize(print_, shape, interpolation=cv2.INTER_AREA)
    lines = (blank > _PRINT_DARKNESS).astype(np.uint8)
    lines = np.asarray(cv2.dilate(lines, np.ones((3, 3), np.uint8)), np.uint8)
    # The form never lies to the pixel where it is thought to lie.
    off = rng.integers(-2, 3, 2) if poor else rng.integers(-1, 2, 2)
    lines = np.roll(lines, off, (0, 1))
    black = without_lines(dark, lines, reach_px=_LINE_REACH_PX)
    sample = black[lines == 0].astype(np.float32)
    noise = float(np.percentile(sample, 80)) / 0.84
    strokes = sample[sample > max(40.0, 6 * noise)]
    strength = float(np.percentile(strokes, 80)) if len(strokes) > 200 else 255.0
    return Ink(black, np.zeros_like(black), 255 - black, strength, noise)


def _worn(writing: Grey, rng: np.random.Generator, *, poor: bool) -> Grey:
    """Ink that did not take everywhere: broken and pale strokes."""
    if rng.random() < (0.4 if poor else 0.75):
        return writing
    cell = rng.uniform(0.12, 0.6) * PX_PER_MM
    shape = (round(writing.shape[1] / cell), round(writing.shape[0] / cell))
    grain = rng.random((shape[1], shape[0]), np.float32)
    patches = cv2.resize(grain, writing.shape[::-1], interpolation=cv2.INTER_LINEAR)
    missing = rng.uniform(0.05, 0.32)
    taken = np.clip((patches - missing) / 0.15, rng.uniform(0, 0.6), 1)
    return np.asarray(writing * taken, np.uint8)


def _damaged(
    dark: NDArray[np.float32], rng: np.random.Generator, *, poor: bool
) -> Grey:
    """What scanner, copier and fax make of it."""
    blur = rng.uniform(0.3, 1.3 if poor else 0.8)
    dark = np.asarray(cv2.GaussianBlur(dark, (0, 0), blur), np.float32)
    dark = dark * rng.uniform(0.45 if poor else 0.8, 1.0)
    grain = rng.standard_normal(dark.shape, np.float32)
    dark = dark + grain * rng.uniform(0, 11 if poor else 4)
    kind = rng.random() if poor else 1.0
    if kind < 0.3:
        middle, width = rng.uniform(60, 130), rng.uniform(8, 25)
        dark = 255 / (1 + np.exp((middle - dark) / width))
    elif kind < 0.6:
        dark = np.where(dark > rng.uniform(50, 130), 255, 0).astype(np.float32)
    if poor:
        _speckle(dark, rng)
    turn = cv2.getRotationMatrix2D((300, 500), rng.normal(0, 0.15), 1.0)
    moved = np.zeros((2, 3))
    moved[:, 2] = rng.uniform(-0.7, 0.7, 2)
    turn = np.asarray(turn) + moved
    laid = cv2.warpAffine(dark, turn, dark.shape[::-1], flags=cv2.INTER_LINEAR)
    page = np.clip(255 - laid, 0, 255).astype(np.uint8)
    if rng.random() < 0.6:
        page = _as_jpeg(page, quality=int(rng.uniform(25, 90)))
    found = 255 - page
    return np.asarray(np.where(found < rng.uniform(5, 30), 0, found), np.uint8)


def _as_jpeg(page: Grey, *, quality: int) -> Grey:
    _, content = cv2.imencode(".jpg", page, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(content, cv2.IMREAD_GRAYSCALE), np.uint8)


def _speckle(dark: NDArray[np.float32], rng: np.random.Generator) -> None:
    for _ in range(int(rng.integers(0, 120))):
        x, y = rng.integers(0, dark.shape[1]), rng.integers(0, dark.shape[0])
        cv2.circle(dark, (int(x), int(y)), int(rng.integers(0, 3)), (200.0,), -1)
