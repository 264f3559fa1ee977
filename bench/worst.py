"""Keeps the worst errors of a run as pictures: crop, truth, reading, damage."""

import heapq
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from bench.measured import BLANK, Measured
from bench.ours import PageRead
from forms import typeface
from kamizero.model import Box

_MARGIN = 0.35
_WIDTH_PX = 760
_LINE_PX = 26
_LEAST_MARGIN_PX = 24

Kept = tuple[tuple[bool, float], int, Image.Image, Measured, str]


@dataclass(slots=True)
class WorstErrors:
    """The errors a person would mind most: accepted ones, then the surest ones."""

    count: int
    _kept: list[Kept] = field(default_factory=list)
    _order: Any = field(default_factory=itertools.count)

    def take(
        self, read: PageRead, fields: Sequence[Measured], page: Mapping[str, Any]
    ) -> None:
        """Look at one page's errors; only crops of the worst are kept."""
        if read.reading is None:
            return
        boxes = {one.name: one.box_px for one in read.reading.readings}
        for one in fields:
            if one.right or (one.kind == BLANK and not one.accepted):
                continue
            badness = (one.accepted, one.confidence)
            if len(self._kept) == self.count and badness <= self._kept[0][0]:
                continue
            crop = _crop(read, boxes[one.name])
            kept = (badness, next(self._order), crop, one, _damage(page))
            heapq.heappush(self._kept, kept)
            if len(self._kept) > self.count:
                heapq.heappop(self._kept)

    def names(self) -> list[str]:
        """The fields kept, the worst first."""
        return [one.name for _, _, _, one, _ in self._ranked()]

    def write(self, folder: Path) -> list[Path]:
        """Write one picture an error, the worst first."""
        folder.mkdir(parents=True, exist_ok=True)
        paths = []
        for rank, (_, _, crop, one, damage) in enumerate(self._ranked(), start=1):
            paths.append(folder / f"worst-{rank:02}.png")
            _captioned(crop, one, damage).save(paths[-1])
        return paths

    def _ranked(self) -> list[Kept]:
        return sorted(self._kept, key=lambda kept: kept[:2], reverse=True)


def _crop(read: PageRead, box: Box) -> Image.Image:
    """The field with some of what is around it, upright."""
    room = max(_LEAST_MARGIN_PX, min(box.w, box.h) * _MARGIN)
    height, width = read.picture.shape[:2]
    left, top = max(0, round(box.x - room)), max(0, round(box.y - room))
    right = max(left + 1, min(width, round(box.right + room)))
    bottom = max(top + 1, min(height, round(box.bottom + room)))
    cut = np.rot90(read.picture[top:bottom, left:right], -read.look.turn // 90)
    return Image.fromarray(np.ascontiguousarray(cut))


def _damage(page: Mapping[str, Any]) -> str:
    damages = ", ".join(f"{one['name']} {one['degree']}" for one in page["damages"])
    return f"{page['quality']}: {damages or 'no damage'}; {', '.join(page['hands'])}"


def _captioned(crop: Image.Image, one: Measured, damage: str) -> Image.Image:
    lines = (
        f"{one.file}  {one.name}  ({one.kind})",
        f"written: {one.expected or '(nothing)'}",
        f"read: {one.found or '(nothing)'}  [{one.state}]",
        f"confidence {one.confidence:.4f}, {'' if one.accepted else 'not '}accepted",
        damage,
    )
    grown = _WIDTH_PX / crop.width
    shown = crop.resize((_WIDTH_PX, max(1, round(crop.height * grown))))
    picture = Image.new(
        "RGB", (_WIDTH_PX, shown.height + _LINE_PX * len(lines) + 12), "white"
    )
    picture.paste(shown, (0, 0))
    draw = ImageDraw.Draw(picture)
    font = ImageFont.truetype(str(typeface.path()), 18)
    for n, line in enumerate(lines):
        draw.text((8, shown.height + 8 + n * _LINE_PX), line, (20, 20, 20), font)
    return picture
