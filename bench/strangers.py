"""Papers that are no form of ours: letters, certificates, tables of other offices."""

from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from bench.distortions import Distort, drawn, fed, keystone, photocopied, turned
from samples.making.documents import certificate, letter, residence_record
from samples.making.hands import MINCHO
from samples.making.paper_damage import Pixels

_DPI = 200
_SCALE = _DPI / 25.4
_WORDS = [
    "氏名",
    "住所",
    "生年月日",
    "事業所",
    "番号",
    "年金",
    "保険者",
    "届出",
    "理由",
    "金額",
    "備考",
    "電話",
]
_TABLES = 40
_WAYS: tuple[tuple[str, tuple[Distort, ...]], ...] = (
    ("straight", ()),
    ("skewed", (turned(4),)),
    ("upside down", (fed(2),)),
    ("copied", (photocopied,)),
    ("aslant", (keystone(0.03),)),
)


def strangers() -> Iterator[tuple[str, Pixels]]:
    """Each paper in each way of lying, by name."""
    for name, page in _papers():
        for way, steps in _WAYS:
            rng = np.random.default_rng(len(name))
            scan = drawn(page, _SCALE)
            for step in steps:
                scan = step(scan, rng)
            yield f"{name}, {way}", scan.pixels


def _papers() -> Iterator[tuple[str, Pixels]]:
    yield "letter", letter(_DPI)
    yield "certificate", certificate(_DPI)
    yield "residence record", residence_record(_DPI)
    for number in range(_TABLES):
        yield f"table {number}", table(np.random.default_rng(number))


def table(rng: np.random.Generator) -> Pixels:
    """Another office's form: frames, comb boxes and captions, rows that repeat."""
    page = Image.new("RGB", (round(210 * _SCALE), round(297 * _SCALE)), "white")
    draw = ImageDraw.Draw(page)
    top, left, right = rng.uniform(25, 75), rng.uniform(8, 20), 210 - rng.uniform(8, 20)
    _text(draw, (rng.uniform(30, 90), rng.uniform(8, 16)), "".join(_WORDS[:3]), 6)
    rows = int(rng.integers(3, 14))
    height = (285 - top) / rows
    pattern = [_Cell.drawn(rng) for _ in range(int(rng.integers(3, 10)))]
    for row in range(rows):
        y = top + row * height
        _frame(draw, (left, y, right, y + height), width=3)
        x = left
        for cell in pattern:
            end = x + cell.share * (right - left) / sum(c.share for c in pattern)
            cell.print(draw, (x, y, end, y + height))
            x = end
    return np.asarray(page)


class _Cell:
    """One box of a table's row: captions, and in some a comb."""

    def __init__(self, share: float, words: list[str], boxes: int, split: bool) -> None:
        self.share = share
        self._words = words
        self._boxes = boxes
        self._split = split

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> "_Cell":
        words = [str(word) for word in rng.choice(_WORDS, 2)]
        boxes = int(rng.choice((0, 0, 4, 6, 8)))
        return cls(float(rng.uniform(0.5, 2)), words, boxes, bool(rng.random() < 0.5))

    def print(
        self, draw: ImageDraw.ImageDraw, box: tuple[float, float, float, float]
    ) -> None:
        left, top, right, bottom = box
        _frame(draw, box, width=2)
        _text(draw, (left + 1, top + 1), self._words[0], 2.4)
        if self._split:
            middle = (top + bottom) / 2
            _frame(draw, (left, top, right, middle), width=2)
            _text(draw, (left + 1, middle + 1), self._words[1], 2.4)
        side = min(5.0, (right - left - 2) / max(self._boxes, 1))
        for n in range(self._boxes):
            x = left + 1 + n * side
            _frame(draw, (x, top + 4, x + side, min(top + 10, bottom)), width=2)


def _frame(
    draw: ImageDraw.ImageDraw, box: tuple[float, float, float, float], *, width: int
) -> None:
    corners = tuple(round(side * _SCALE) for side in box)
    draw.rectangle(corners, outline=(20, 20, 20), width=width)


def _text(
    draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str, height: float
) -> None:
    font = ImageFont.truetype(str(MINCHO), round(height * _SCALE))
    draw.text((at[0] * _SCALE, at[1] * _SCALE), text, (20, 20, 20), font)
