"""What was written on a form: the rectified page without its print."""

import math
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from forms.definition import FormDefinition
from kamizero.model import Box
from ocr.placing.registration import Registration
from ocr.placing.template import PX_PER_MM, Grey, blank_picture
from ocr.strokes.seals import seals_in

# Print darker than this is taken out; the light shade of captions is not.
_PRINT_DARKNESS = 48
# Ink is looked for this far around a line of print that was taken out.
_LINE_REACH_PX = 7
# The soft edge of blurred print beside what was taken out, as a share of strokes: from
# so much on one pixel more is taken out around all print, or two.
_SOFT_EDGES = (0.07, 0.14)
_PAPER_WINDOW_MM = 9
# Red leads over the weakest colour this far only in red ink, not on warm paper.
_RED_LEAD = 70
# Where pens are paler than this the scan is faint, and so is its red.
_FULL_STRENGTH, _PALEST = 190, 65
# In grey scans the channels are alike; in colour ones print or pens part them.
_COLOUR_SPREAD = 48
_LEAST_COLOURED = 2e-4
# What is left of red ink and of coffee under red light, as a share of that lead.
_RED_SHARE = 0.8
_DARKEST_PAPER = 40
# Grain is smoothed over so far, and pale ink is followed over breaks as wide.
_SMOOTH_PX, _FOLLOW_PX = 0.7, 1.1
_PALE_SHARE = 0.5
# A blur carries ink no further than this many times its width.
_BLUR_REACH = 4


class Traces(NamedTuple):
    """Where strokes run on a page, 255 or 0.

    Attributes:
        dark: ink as dark as a stroke is somewhere.
        all: the paler and broken parts, too, into which a stroke may go on.
    """

    dark: Grey
    all: Grey


_THIRD = 3

Places = NDArray[np.intp]


class _Writing(NamedTuple):
    """The ink of a page without its print, and its levels (see `Ink`)."""

    black: Grey
    strength: float
    noise: float


@dataclass(frozen=True, eq=False)
class Ink:
    """The writing on one page, at `PX_PER_MM`, 255 where there is full ink.

    It has no slots: what follows from the whole page is worked out once and kept.

    Attributes:
        black: ink that also shows in red light: pens and pencils, not red stamps.
        red: how much redder than paper: writing in red, seals left out.
        page: the rectified page itself, paper brought to white.
        strength: how dark the strokes on this page are, 0..255.
        noise: how much the empty paper between the print varies, 0..255.
        lead: how much redder than its other lights each place is, print and paper
            included; None where that was not looked at.
        seals: how much redder than paper seals and stamps are; None where none was
            looked for.
        coloured: the page was scanned in colour and something on it has one.
    """

    black: Grey
    red: Grey
    page: Grey
    strength: float
    noise: float
    lead: Grey | None = None
    seals: Grey | None = None
    coloured: bool = False

    def in_red(self, *, stamps: bool = False) -> "Ink":
        """What is written in red, as if a black pen had written it."""
        red = self.red
        if stamps and self.seals is not None:
            red = np.asarray(cv2.max(red, self.seals), np.uint8)
        sure = red[red > 0]
        strength = float(np.percentile(sure, 80)) if len(sure) else 255.0
        return replace(
            self, black=red, red=np.zeros_like(red), strength=strength, noise=0.0
        )

    def cut(self, box: Box, *, margin_mm: float = 0.0) -> Grey:
        """The black ink in a box given in mm, as dark on white, strokes full dark."""
        amount = self.amount(box, margin_mm=margin_mm)
        return np.asarray(cv2.LUT(amount, self._on_white), np.uint8)

    def amount(self, box: Box, *, margin_mm: float = 0.0) -> Grey:
        """The black ink in a box given in mm, as it is."""
        return self.black[window(self.black, box, margin_mm)]

    def soft(self, box: Box) -> Grey:
        """The black ink in a box given in mm, its grain smoothed."""
        return self._softened[window(self.black, box, 0.0)]

    def floor(self, least: float) -> float:
        """How dark a stroke is somewhere: `least` as a share of usual strokes."""
        return max(least * self.strength, 4 * self.noise, 14.0)

    def traces(self, least: float) -> Traces:
        """The strokes of the whole page that are somewhere so dark; dust is in it."""
        if least not in self._traces:
            floor = self.floor(least)
            dark = darker_than(floor, self._softened)
            pale_floor = max(_PALE_SHARE * floor, 2 * self.noise, 8.0)
            pale = darker_than(pale_floor, self._followed)
            joined = np.asarray(cv2.max(pale, dark), np.uint8)
            self._traces[least] = Traces(dark, joined)
        return self._traces[least]

    @cached_property
    def masks(self) -> dict[tuple[Box, float, float], Grey]:
        """Strokes of boxes, by box, margin and darkness: many ask for the same."""
        return {}

    @cached_property
    def _softened(self) -> Grey:
        return _blurred(self.black, _SMOOTH_PX)

    @cached_property
    def _followed(self) -> Grey:
        return _blurred(self.black, _FOLLOW_PX)

    @cached_property
    def _traces(self) -> dict[float, Traces]:
        return {}

    @cached_property
    def _on_white(self) -> Grey:
        """How each amount of ink is shown, dark on white, strokes full dark."""
        lifted = np.arange(256, dtype=np.float32) * (255 / max(self.strength, 1.0))
        return np.asarray(255 - np.clip(lifted, 0, 255), np.uint8)

    def stamped(self, box: Box) -> Grey:
        """What is red in a box given in mm, seals and writing alike."""
        place = window(self.red, box, 0.0)
        if self.seals is None:
            return self.red[place]
        return np.asarray(cv2.max(self.red[place], self.seals[place]), np.uint8)


def find_ink(
    image: Grey, definition: FormDefinition, page: int, registration: Registration
) -> Ink:
    """Take the print off a page (an RGB picture) that has been registered."""
    flat = registration.view.rectified(image, PX_PER_MM)
    # Under red light red stamps almost vanish, and blue and black pens are dark.
    in_red_light, green, blue = (np.asarray(one, np.uint8) for one in cv2.split(flat))
    levelled = cv2.divide(in_red_light, _paper(in_red_light), scale=255)
    weaker = cv2.min(green, blue)
    lead = np.asarray(cv2.subtract(in_red_light, weaker), np.uint8)
    dark = cv2.addWeighted(cv2.bitwise_not(levelled), 1.0, lead, -_RED_SHARE, 0)
    black, strength, noise = _without_print(
        np.asarray(dark, np.uint8), definition, page
    )
    faded = _FULL_STRENGTH / min(max(strength, _PALEST), _FULL_STRENGTH)
    full = np.clip(np.rint(np.arange(256) * faded) - _RED_LEAD, 0, 255 - _RED_LEAD)
    red = np.asarray(cv2.LUT(lead, full.astype(np.uint8)), np.uint8)
    seals = seals_in(red)
    return Ink(
        black,
        np.asarray(cv2.subtract(red, seals), np.uint8),
        np.asarray(levelled, np.uint8),
        strength,
        noise,
        lead=lead,
        seals=seals,
        coloured=_is_coloured(in_red_light, green, blue),
    )


def _is_coloured(*channels: Grey) -> bool:
    """Tell whether any print, pen or stamp has a colour."""
    red, green, blue = (np.ascontiguousarray(one[::4, ::4]) for one in channels)
    lightest = cv2.max(cv2.max(red, green), blue)
    darkest = cv2.min(cv2.min(red, green), blue)
    spread = cv2.subtract(lightest, darkest)
    return float(np.mean(np.asarray(spread) > _COLOUR_SPREAD)) > _LEAST_COLOURED


def _paper(grey: Grey) -> Grey:
    """How bright empty paper is at each place: shadows, stains, yellowed sheets."""
    height, width = grey.shape
    size = (round(width / PX_PER_MM), round(height / PX_PER_MM))
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    small = cv2.copyMakeBorder(small, 4, 4, 4, 4, cv2.BORDER_REPLICATE)
    window = np.ones((_PAPER_WINDOW_MM, _PAPER_WINDOW_MM), np.uint8)
    brightest = cv2.morphologyEx(small, cv2.MORPH_CLOSE, window)
    smooth = cv2.GaussianBlur(brightest, (0, 0), 3)[4:-4, 4:-4]
    grown = cv2.resize(smooth, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.maximum(grown, _DARKEST_PAPER), np.uint8)


def _without_print(dark: Grey, definition: FormDefinition, page: int) -> _Writing:
    """What is not printed; of blurred print the soft edges are taken out too.

    They would be upright strokes in empty boxes.
    """
    mask = print_mask(definition, page)
    black = without_lines(dark, mask, reach_px=_LINE_REACH_PX)
    levels = _levels(black, mask)
    rim = black[_rim(definition, page)]
    soft = float(np.median(rim)) / max(levels[0], 1.0)
    wider = sum(soft > share for share in _SOFT_EDGES)
    if not wider:
        return _Writing(black, *levels)
    mask = print_mask(definition, page, around_px=1 + wider)
    black = without_lines(dark, mask, reach_px=_LINE_REACH_PX + 2 * wider)
    return _Writing(black, *_levels(black, mask))


@lru_cache(maxsize=32)
def print_mask(definition: FormDefinition, page: int, *, around_px: int = 1) -> Grey:
    """Where something dark is printed, and one pixel around it."""
    printed = 255 - blank_picture(definition, page)
    dark = (printed > _PRINT_DARKNESS).astype(np.uint8)
    side = 2 * around_px + 1
    return np.asarray(cv2.dilate(dark, np.ones((side, side), np.uint8)), np.uint8)


@lru_cache(maxsize=8)
def _rim(definition: FormDefinition, page: int) -> tuple[Places, Places]:
    """Some of the pixels right beside the print mask: rows and columns."""
    mask = print_mask(definition, page)
    rim = print_mask(definition, page, around_px=2) - mask
    rows, columns = np.nonzero(rim[::_THIRD])
    return rows[::_THIRD] * _THIRD, columns[::_THIRD]


def without_lines(ink: Grey, mask: Grey, *, reach_px: int) -> Grey:
    """Take marked pixels out, and join the strokes that ran through them.

    Where ink stands on both sides of a line thinner than `reach_px`, a stroke
    crosses it.
    """
    clean = cv2.copyTo(ink, 1 - mask)
    across = cv2.morphologyEx(clean, cv2.MORPH_CLOSE, np.ones((1, reach_px), np.uint8))
    down = cv2.morphologyEx(clean, cv2.MORPH_CLOSE, np.ones((reach_px, 1), np.uint8))
    joined = cv2.max(across, down)
    # What lay under a stroke cannot be darker than what was there.
    return np.asarray(cv2.max(clean, cv2.copyTo(cv2.min(joined, ink), mask)), np.uint8)


def _blurred(ink: Grey, sigma: float) -> Grey:
    """Ink, blurred; most inks hold a page, but that of a correction a few words."""
    x, y, width, height = cv2.boundingRect(ink)
    room = math.ceil(_BLUR_REACH * sigma)
    around = (
        slice(max(y - room, 0), y + height + room),
        slice(max(x - room, 0), x + width + room),
    )
    soft = np.zeros_like(ink)
    if width:
        soft[around] = cv2.GaussianBlur(ink[around], (0, 0), sigma)
    return soft


def darker_than(floor: float, soft: cv2.typing.MatLike) -> Grey:
    """Where a picture is darker than this: 255."""
    return np.asarray(cv2.threshold(soft, floor, 255, cv2.THRESH_BINARY)[1], np.uint8)


def _levels(black: Grey, mask: Grey) -> tuple[float, float]:
    """How dark strokes are, and how much empty paper varies."""
    thirds = np.ascontiguousarray(black[::3, ::3])
    counts = np.bincount(thirds[mask[::3, ::3] == 0], minlength=256)
    # Four fifths of a page are paper; half of its grain lies below white.
    noise = _percentile(counts, 80) / 0.84
    counts[: math.floor(max(40.0, 6 * noise)) + 1] = 0
    if counts.sum() < 200:
        return 255.0, noise
    return _percentile(counts, 80), noise


def _percentile(counts: NDArray[np.integer], share: float) -> float:
    """As numpy's, of that many pixels of each value from 0 on."""
    place = (int(counts.sum()) - 1) * share / 100
    below, above = np.searchsorted(
        np.cumsum(counts), [math.floor(place), math.ceil(place)], side="right"
    )
    return float(below + (above - below) * (place - math.floor(place)))


def window(picture: Grey, box: Box, margin_mm: float) -> tuple[slice, slice]:
    """Rows and columns of a rectified page that hold a box given in mm."""
    height, width = picture.shape
    left = max(round((box.x - margin_mm) * PX_PER_MM), 0)
    top = max(round((box.y - margin_mm) * PX_PER_MM), 0)
    right = min(round((box.right + margin_mm) * PX_PER_MM), width)
    bottom = min(round((box.bottom + margin_mm) * PX_PER_MM), height)
    return slice(top, bottom), slice(left, right)
