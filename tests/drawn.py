"""A page to draw on in millimetres, as the ink that reading starts from."""

import cv2
import numpy as np

from kamizero.model import Box
from ocr.placing.template import PX_PER_MM
from ocr.strokes.ink import Ink

PAGE_MM = (60, 40)


class Drawing:
    """Pen strokes on an empty page; `darkness` 220 is a usual pen."""

    def __init__(self, size_mm: tuple[float, float] = PAGE_MM) -> None:
        width, height = (round(side * PX_PER_MM) for side in size_mm)
        self.black = np.zeros((height, width), np.uint8)
        self.red = np.zeros((height, width), np.uint8)

    def line(
        self, x1: float, y1: float, x2: float, y2: float, *, darkness: int = 220
    ) -> None:
        cv2.line(self.black, _px(x1, y1), _px(x2, y2), (darkness,), 3)

    def red_line(self, x1: float, y1: float, x2: float, y2: float) -> None:
        cv2.line(self.red, _px(x1, y1), _px(x2, y2), (150,), 3)

    def ring(self, box: Box, *, start: float = 0, end: float = 360) -> None:
        axes = (round(box.w / 2 * PX_PER_MM), round(box.h / 2 * PX_PER_MM))
        cv2.ellipse(self.black, _px(*box.centre), axes, 0, start, end, (220,), 3)

    def speck(self, x: float, y: float, *, radius: float, darkness: int = 220) -> None:
        size = round(radius * PX_PER_MM)
        cv2.circle(self.black, _px(x, y), size, (darkness,), -1)

    def digits(self, xs: range, *, y: float, height: float = 4.0) -> None:
        """Upright strokes, as high as digits."""
        for x in xs:
            self.line(x, y, x + 1, y + height)

    @property
    def ink(self) -> Ink:
        return Ink(self.black, self.red, 255 - self.black, 220.0, 0.0)


def _px(x: float, y: float) -> tuple[int, int]:
    return round(x * PX_PER_MM), round(y * PX_PER_MM)
