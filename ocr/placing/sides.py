"""How much print lies along the sides of a form page, known before one is drawn.

A page without a code is compared with every form: drawing all of them for that took
several times as long as reading the page. Those of the shipped forms lie in a file that
`make docs` writes; any other form, and one that was changed since, is drawn.
"""

import hashlib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from forms.definition import FormDefinition
from ocr.placing.template import Grey, blank_at

FILE = "sides.npz"
_PAPER_WINDOW_MM = 9


class Sides(NamedTuple):
    """Sums of what is darker than paper, a value a millimetre: by row, by column."""

    rows: NDArray[np.float32]
    columns: NDArray[np.float32]


def sides_of(definition: FormDefinition, page: int) -> Sides:
    """Those of a form page: as worked out beforehand, or of the page drawn now."""
    key = _key(definition, page)
    rows, columns = (_known().get(f"{key}.{side}") for side in Sides._fields)
    if rows is None or columns is None:
        return drawn_sides(definition, page)
    return Sides(rows, columns)


def drawn_sides(definition: FormDefinition, page: int) -> Sides:
    dark = darkness(blank_at(definition, page, 1.0))
    return Sides(dark.sum(axis=1), dark.sum(axis=0))


def packed(definitions: Iterable[FormDefinition]) -> bytes:
    """The file for these forms, each drawn anew."""
    content = BytesIO()
    arrays = {
        f"{_key(definition, page)}.{side}": values
        for definition in definitions
        for page in range(1, definition.pages + 1)
        for side, values in drawn_sides(definition, page)._asdict().items()
    }
    np.savez_compressed(content, allow_pickle=False, **arrays)
    return content.getvalue()


def darkness(grey: Grey) -> NDArray[np.float32]:
    """How much darker each place is than the paper around it, 0 to about 1.

    For pictures of about a pixel a millimetre.
    """
    window = np.ones((_PAPER_WINDOW_MM, _PAPER_WINDOW_MM), np.uint8)
    paper = cv2.blur(cv2.morphologyEx(grey, cv2.MORPH_CLOSE, window), (9, 9))
    dark = cv2.subtract(paper, grey).astype(np.float32)
    strong = float(np.percentile(dark, 95))
    return np.asarray(np.minimum(dark / max(strong, 8.0), 2.0), np.float32)


def _key(definition: FormDefinition, page: int) -> str:
    """Names a page by all that its definition says: one changed is another."""
    told = definition.model_dump_json().encode()
    return f"{definition.name}.{page}.{hashlib.sha256(told).hexdigest()[:16]}"


@cache
def _known() -> Mapping[str, NDArray[np.float32]]:
    content = BytesIO((files("ocr.placing") / FILE).read_bytes())
    with np.load(content, allow_pickle=False) as kept:
        return dict(kept)
