"""Finds where on a page text stands, whatever it says: the detector of PP-OCRv6."""

from functools import cache

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from kamizero.model import Box
from ocr.engines.fulltext import DETECTOR_FILE, DETECTOR_SHA256
from ocr.engines.models import model_folder, read_model

# A4 at 110 dpi; below it print as small as seven points is lost.
_LONGEST_SIDE = 1_280
_STRIDE = 32
_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_SPREAD = np.array([0.229, 0.224, 0.225], np.float32)
# Lower than for reading: what may be text is looked at.
_IS_TEXT = 0.25
_SMALLEST_PX = 3
# The network marks the core of a line; the line is so much of its height larger.
_AROUND = 0.7


class TextFinder:
    """Gives the lines of text of a page, and keeps nothing."""

    def __init__(self, *, threads: int = 1) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            _weights(), options, providers=["CPUExecutionProvider"]
        )
        self._input = self._session.get_inputs()[0].name

    def lines(self, picture: NDArray[np.uint8]) -> list[Box]:
        """Upright boxes (px) around lines of a picture (height x width x 3, RGB)."""
        height, width = picture.shape[:2]
        scale = min(1.0, _LONGEST_SIDE / max(height, width))
        wide, high = (_whole(side * scale) for side in (width, height))
        small = cv2.resize(picture, (wide, high), interpolation=cv2.INTER_AREA)
        # The network was trained on blue, green, red with these in that order.
        plain = (small[..., ::-1].astype(np.float32) / 255 - _MEAN) / _SPREAD
        batch = np.ascontiguousarray(plain.transpose(2, 0, 1)[None])
        told = np.asarray(self._session.run(None, {self._input: batch})[0])[0, 0]
        _, _, found, _ = cv2.connectedComponentsWithStats(
            (told > _IS_TEXT).astype(np.uint8)
        )
        boxes = (_around(x, y, w, h) for x, y, w, h, _ in found[1:].tolist())
        return [
            _within(box, width / wide, height / high, width, height)
            for box in boxes
            if min(box.w, box.h) >= _SMALLEST_PX
        ]


@cache
def _weights() -> bytes:
    return read_model(model_folder() / DETECTOR_FILE, sha256=DETECTOR_SHA256)


def _whole(side: float) -> int:
    return max(round(side / _STRIDE), 1) * _STRIDE


def _around(x: int, y: int, w: int, h: int) -> Box:
    more = _AROUND * min(w, h)
    return Box(x - more, y - more, w + 2 * more, h + 2 * more)


def _within(box: Box, across: float, down: float, width: int, height: int) -> Box:
    left, top = max(box.x * across, 0), max(box.y * down, 0)
    right, bottom = min(box.right * across, width), min(box.bottom * down, height)
    return Box(left, top, right - left, bottom - top)
