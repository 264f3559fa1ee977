"""Finds out what a page is and how it lies, before anything on it is read."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from forms.code import SeparatorCode
from forms.definition import FormDefinition
from forms.library import Library
from kamizero.errors import MissingError, RegistrationError
from kamizero.model import Box, PageKind, Word
from ocr.emptiness import is_empty
from ocr.placing.codes import CodeFound, find_code
from ocr.placing.layout import LayoutFound, find_layout
from ocr.placing.registration import Registration, register
from ocr.placing.template import Grey
from ocr.placing.twins import Print, evidence, is_sure, twins
from ocr.placing.view import Scales, Transform, project

Picture = NDArray[np.uint8]
"""A page as stored: height x width x 3, red, green, blue."""

# Paper with less ink than a few letters may be an empty back.
_BLANK_INK_SHARE = 0.0004
_BLANK_EDGE = 0.04
# Dust, punched holes and streaks of a copier are no more; a form is several times it.
_SPARSE_INK_SHARE = 0.003
# No print of a form is as pale as this beside its paper; what is looks blank.
_PALEST = 40
# Where so much is darker than paper by a little, it may be the print of a form.
_HARDLY, _HARDLY_SHARE = 10, 0.01
_TOO_FAINT = "This page is too faint to be read. Scan it again, darker."
_LAYOUTS_TRIED = 4


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What one page is.

    Attributes:
        image: the page as stored.
        kind: FORM, SEPARATOR, BLANK or UNKNOWN; whether an unknown page is an
            attachment depends on the pages before it, which are not known here.
        definition: the form it is a page of, if it is one.
        page: which page of the form, from 1.
        separator: what the separator sheet declares.
        registration: how the form lies on the image; None where `trouble` says
            why its fields cannot be cut out.
        turn: clockwise quarter turns, in degrees, that bring the page upright.
        skew: degrees it then still leans, clockwise.
        words: the visible text of a digital PDF.
    """

    image: Picture
    kind: PageKind
    definition: FormDefinition | None = None
    page: int = 1
    separator: SeparatorCode | None = None
    registration: Registration | None = None
    trouble: str = ""
    turn: int = 0
    skew: float = 0.0
    words: tuple[Word, ...] = ()

    @property
    def form(self) -> str | None:
        return self.definition.form if self.definition else None

    @property
    def transform(self) -> Transform | None:
        """Millimetres of the form to pixels of the image."""
        return self.registration.transform if self.registration else None


def look(
    image: Picture,
    *,
    library: Library,
    page_words: Sequence[Word] = (),
    expected: FormDefinition | None = None,
) -> Look:
    """Say what the page is and, if it is a form, where the form lies on it.

    `expected` is the form the caller knows the page to be, for pages whose code is
    gone. A form whose print is not found has `trouble` and no registration.
    """
    grey = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8)
    unknown = Look(image, PageKind.UNKNOWN, words=tuple(page_words))
    found = find_code(grey)
    if found is not None:
        return _by_code(unknown, grey, found, library)
    definitions = (expected,) if expected else library.all()
    darkness = _darkness(grey)
    if _share(darkness, _PALEST) < _BLANK_INK_SHARE:
        return _all_but_blank(unknown, grey, darkness, definitions)
    if _share(darkness, _PALEST) < _SPARSE_INK_SHARE and is_empty(grey):
        return replace(unknown, kind=PageKind.BLANK)
    page = _by_layout(unknown, grey, definitions)
    if page.registration is None:
        # Harder ways to read a code take longer than knowing a form by its lines.
        found = find_code(grey, thoroughly=True)
        if found is not None:
            return _by_code(unknown, grey, found, library)
    return page


def _by_code(unknown: Look, grey: Grey, found: CodeFound, library: Library) -> Look:
    if isinstance(found.code, SeparatorCode):
        return replace(unknown, kind=PageKind.SEPARATOR, separator=found.code)
    try:
        definition = library.of(found.code)
    except MissingError as error:
        return replace(unknown, trouble=str(error))
    page = replace(
        unknown, kind=PageKind.FORM, definition=definition, page=found.code.page
    )
    # Every form has plenty of print: one look at few pixels tells most scans.
    if (
        _contrast(grey) < 2 * _PALEST
        and _share(_darkness(grey), _PALEST) < _BLANK_INK_SHARE
    ):
        return replace(page, trouble=_TOO_FAINT)
    start = _start(definition.code_box, found.corners_px)
    try:
        return _laid(page, register(Scales(grey), definition, page.page, start=start))
    except RegistrationError as error:
        # Seen aslant, a small code points a little beside a far corner.
        again = _by_layout(unknown, grey, (definition,))
        if again.registration is not None and again.page == page.page:
            return again
        return replace(page, trouble=str(error))


def _by_layout(
    unknown: Look, grey: Grey, definitions: tuple[FormDefinition, ...]
) -> Look:
    scales, matches = Scales(grey), find_layout(grey, definitions)
    refuted: set[FormDefinition] = set()
    while (laid := _best_laid(scales, matches)) is not None:
        form, page, registration = laid
        known = replace(unknown, kind=PageKind.FORM, definition=form, page=page)
        seen = Print(scales, registration)
        says = [
            (evidence(seen, form, page, twin), twin.definition)
            for twin in twins(form, page, definitions)
            if twin.definition not in refuted
        ]
        against, other = min(says, key=lambda one: one[0], default=(1.0, form))
        if not is_sure(against):
            return replace(known, trouble=_alike(form, other))
        if against > 0:
            return _laid(known, registration)
        refuted.add(form)
        matches = [match for match in matches if match.definition != form]
        # What speaks against this form speaks for that one: it is tried first.
        matches.sort(key=lambda match: match.definition != other)
    return unknown


def _best_laid(
    grey: Scales, matches: Sequence[LayoutFound]
) -> tuple[FormDefinition, int, Registration] | None:
    """The form page and the way of lying that explain most of the print."""
    best: tuple[FormDefinition, int, Registration] | None = None
    for match in matches[:_LAYOUTS_TRIED]:
        registration = _try(grey, match)
        if registration is None:
            continue
        if best is None or registration.count > best[2].count:
            best = match.definition, match.page, registration
        if registration.is_complete:
            break
    return best


def _try(grey: Scales, match: LayoutFound) -> Registration | None:
    try:
        return register(grey, match.definition, match.page, start=match.start)
    except RegistrationError:
        # It only resembled the form: the next likely one, or an unknown paper.
        return None


def _alike(definition: FormDefinition, rival: FormDefinition) -> str:
    return (
        f"This page may be form {definition.name} or {rival.name}: what tells them"
        " apart cannot be seen. Scan it again whole, or read it as the right one."
    )


def _laid(page: Look, registration: Registration) -> Look:
    turn, skew = _lie(registration.transform)
    return replace(page, registration=registration, turn=turn, skew=skew)


def _start(box: Box, corners_px: NDArray[np.float64]) -> Transform:
    """The similarity that lays the code of the form onto the code found.

    A small code says nothing sure of perspective: the landmarks add that.
    """
    corners_mm = np.array(
        [
            [box.x, box.y],
            [box.right, box.y],
            [box.right, box.bottom],
            [box.x, box.bottom],
        ]
    )
    fitted, _ = cv2.estimateAffinePartial2D(corners_mm, corners_px)
    return np.vstack([fitted, [0.0, 0.0, 1.0]])


def _lie(transform: Transform) -> tuple[int, float]:
    """Quarter turns to bring the page upright, and the lean that is left."""
    left, right = project(transform, np.array([[20.0, 148.0], [190.0, 148.0]]))
    degrees = math.degrees(math.atan2(right[1] - left[1], right[0] - left[0]))
    quarter = round(degrees / 90)
    return int(-quarter * 90 % 360), round(degrees - quarter * 90, 2)


def _all_but_blank(
    unknown: Look, grey: Grey, darkness: Grey, definitions: tuple[FormDefinition, ...]
) -> Look:
    """A blank page, one of faint writing, or a form so faint that none can be seen."""
    if _share(darkness, _HARDLY) > _HARDLY_SHARE:
        faint = _by_layout(unknown, grey, definitions)
        if faint.kind is PageKind.FORM:
            return replace(faint, registration=None, trouble=_TOO_FAINT)
    return replace(unknown, kind=PageKind.BLANK) if is_empty(grey) else unknown


def _contrast(grey: Grey) -> float:
    paper, darkest = np.percentile(grey[::8, ::8], (50, 0.5))
    return float(paper - darkest)


def _darkness(grey: Grey) -> Grey:
    """How much darker than paper a small copy of the page is, its edges left out."""
    factor = 800 / max(grey.shape)
    small = cv2.resize(grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    edge = round(_BLANK_EDGE * 800)
    inner = small[edge:-edge, edge:-edge]
    return np.asarray(cv2.subtract(cv2.medianBlur(inner, 31), inner), np.uint8)


def _share(darkness: Grey, darker_by: int) -> float:
    """How much of a page is writing or print; shading does not count."""
    return float((darkness > darker_by).mean())
