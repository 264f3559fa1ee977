"""Whether the image of a page is good enough to stand for its paper.

The numbers follow the rules for keeping scans as originals: 200 dpi, 256 levels, the
whole sheet, legible. A fault is shown to people; the page is taken all the same.
"""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from kamizero.model import DPI_SLACK

Grey = NDArray[np.uint8]

_SMALLEST_DPI = 200
_SMALLEST_DEPTH = 8
_LARGEST_SKEW = 3.0
# Sheets of offices, mm: A3, B4, A4, B5, A5.
_PAPERS = ((297, 420), (257, 364), (210, 297), (182, 257), (148, 210))
# Feeders cut a millimetre or two of a sheet.
_PAPER_SLACK_MM = 6.0
_WIDEST_STRIP_MM = 25.0
_A4 = (210, 297)
# Strokes that run off the sheet: this many along one edge, none as long as a shadow.
_EDGE_MM = 0.8
_FEWEST_CUT = 5
_LONGEST_CUT_MM = 4.0
# The steepest edges, as a share of the contrast; below, small print runs together.
_SMALLEST_SHARPNESS = 0.2


class Fault(StrEnum):
    RESOLUTION = "resolution"
    DEPTH = "depth"
    CUT = "cut"
    BLUR = "blur"
    SKEW = "skew"


@dataclass(frozen=True, slots=True)
class LegalImage:
    """What was measured on one page.

    Attributes:
        dpi: dots an inch on the paper, judged by its size; tags of files lie.
        depth: bits a pixel.
        sharpness: steepest edges as a share of the contrast, 0 to 1.
        cut: edges (left, top, right, bottom) over which strokes run off; `size` where
            the sheet is smaller than its paper.
        skew: degrees the print leans.
    """

    dpi: int
    depth: int
    sharpness: float
    cut: tuple[str, ...]
    skew: float
    faults: tuple[Fault, ...]

    def kept(self) -> dict[str, Any]:
        """As a page keeps it."""
        return {
            **asdict(self),
            "cut": list(self.cut),
            "faults": [fault.value for fault in self.faults],
        }


def measure(
    image: Grey, *, tagged_dpi: float, depth: int, skew: float = 0.0
) -> LegalImage:
    """Measure a page as it came; a blank one is as sharp as can be."""
    dpi, is_short = real_dpi(image.shape[1], image.shape[0], tagged_dpi)
    sharpness = _sharpness(image)
    cut = (*_cut_edges(image, dpi), *(("size",) if is_short else ()))
    faults = {
        Fault.RESOLUTION: dpi < _SMALLEST_DPI * DPI_SLACK,
        Fault.DEPTH: depth < _SMALLEST_DEPTH,
        Fault.CUT: bool(cut),
        Fault.BLUR: sharpness < _SMALLEST_SHARPNESS,
        Fault.SKEW: abs(skew) > _LARGEST_SKEW,
    }
    found = tuple(fault for fault, is_there in faults.items() if is_there)
    return LegalImage(dpi, depth, round(sharpness, 3), cut, round(skew, 2), found)


def real_dpi(width: int, height: int, tagged: float) -> tuple[int, bool]:
    """Dots an inch, and whether the sheet is smaller than its paper.

    The tag holds where it makes a known paper, or one that lost a strip; where it
    makes none, the picture is taken for the whole of an A4 sheet.
    """
    short, long = sorted((width, height))
    if tagged > 0:
        size = short / tagged * 25.4, long / tagged * 25.4
        lost = [(paper[0] - size[0], paper[1] - size[1]) for paper in _PAPERS]
        if any(max(map(abs, strip)) <= _PAPER_SLACK_MM for strip in lost):
            return round(tagged), False
        if any(_is_strip(*strip) or _is_strip(*reversed(strip)) for strip in lost):
            return round(tagged), True
    return round(min(short / _A4[0], long / _A4[1]) * 25.4), False


def _is_strip(one: float, other: float) -> bool:
    """Tell whether one side lost a strip and the other nothing."""
    return _PAPER_SLACK_MM < one <= _WIDEST_STRIP_MM and abs(other) <= _PAPER_SLACK_MM


def _sharpness(image: Grey) -> float:
    dark, light = np.percentile(image[::4, ::4], [0.5, 95])
    if light - dark < 40:
        return 1.0
    across = cv2.Sobel(image, cv2.CV_32F, 1, 0, ksize=1)
    steep = float(np.percentile(np.abs(across), 99.5)) / 2
    return min(steep / float(light - dark), 1.0)


def _cut_edges(image: Grey, dpi: int) -> list[str]:
    strip = max(round(_EDGE_MM * dpi / 25.4), 2)
    paper = float(np.percentile(image[::8, ::8], 80))
    edges = {
        "left": image[:, :strip].min(axis=1),
        "top": image[:strip].min(axis=0),
        "right": image[:, -strip:].min(axis=1),
        "bottom": image[-strip:].min(axis=0),
    }
    longest = round(_LONGEST_CUT_MM * dpi / 25.4)
    return [name for name, line in edges.items() if _is_cut(line, paper, longest)]


def _is_cut(line: NDArray[np.uint8], paper: float, longest: int) -> bool:
    dark = (line < paper - 90).astype(np.int8)
    steps = np.diff(np.concatenate([[0], dark, [0]]))
    lengths = np.flatnonzero(steps == -1) - np.flatnonzero(steps == 1)
    return len(lengths) >= _FEWEST_CUT and bool(np.all(lengths <= longest))
