"""What every engine does alike: lines are scaled, batched by width, and put back.

Measured with PP-OCRv6 small on one core, a line costs what its padded width costs:
with ONNX Runtime 0.055 ms a pixel in a batch of one or of eighty. OpenVINO wants four
or more lines in a batch. So batches stay small, which bounds memory, and are padded
to few widths, because engines plan once for each shape they see.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.engine import EngineFacts, GreyImage, Posteriors
from ocr.engines.models import RecognitionModel

Batch = NDArray[np.float32]
"""Lines x 3 x `HEIGHT` x width, -1 for ink and 1 for paper."""

HEIGHT = 48
STRIDE = 8
"""Pixels of a scaled line that one step of the answer stands for."""

WIDTH_STEP = 32
LARGEST_WIDTH = 3200
# Each step of an answer holds 18,710 floats: this bounds an answer to 12 MB.
_STEPS_IN_A_BATCH = 160
_LINES_IN_A_BATCH = 16


class LineRecogniser(ABC):
    """Reads lines with a network that wants equal widths; see `ocr.engine.Engine`."""

    def __init__(self, model: RecognitionModel, facts: EngineFacts) -> None:
        self.alphabet = model.alphabet
        self.facts = facts
        self.name = facts.name

    def posteriors(self, lines: Sequence[GreyImage]) -> list[Posteriors]:
        """Read each line (see `Recogniser.posteriors`)."""
        scaled = [_to_height(line) for line in lines]
        found: dict[int, Posteriors] = {}
        for width, members in batches([line.shape[1] for line in scaled]):
            answer = self.run(_stack([scaled[i] for i in members], width))
            for row, index in enumerate(members):
                found[index] = answer[row, : _steps(scaled[index].shape[1])]
        return [found[index] for index in range(len(lines))]

    @abstractmethod
    def run(self, batch: Batch) -> NDArray[np.float32]:
        """The network's answer: lines x steps x classes, each step adding up to 1.

        The caller keeps the answer: it is not written again.
        """


def batches(widths: Sequence[int]) -> Iterator[tuple[int, list[int]]]:
    """Group line numbers so that a batch has one padded width and bounded size.

    The padded width of a line follows from the line alone: it is read alike
    whatever it is read with.
    """
    by_width: dict[int, list[int]] = {}
    for index, width in enumerate(widths):
        padded = -(-width // WIDTH_STEP) * WIDTH_STEP
        by_width.setdefault(padded, []).append(index)
    for padded, members in sorted(by_width.items()):
        most = min(max(_STEPS_IN_A_BATCH // _steps(padded), 1), _LINES_IN_A_BATCH)
        start = 0
        while start < len(members):
            size = _power_of_two(min(most, len(members) - start))
            yield padded, members[start : start + size]
            start += size


def _power_of_two(most: int) -> int:
    """The largest one up to here: an engine meets five counts of lines, not sixteen."""
    return 1 << (most.bit_length() - 1)


def _steps(width: int) -> int:
    return -(-width // STRIDE)


def _to_height(line: GreyImage) -> GreyImage:
    height, width = line.shape
    if not height or not width:
        raise ValueError("a line without pixels cannot be read")
    wanted = round(width * HEIGHT / height)
    wanted = min(max(wanted, STRIDE), LARGEST_WIDTH)
    if (height, width) == (HEIGHT, wanted):
        return line
    method = cv2.INTER_AREA if height > HEIGHT else cv2.INTER_LINEAR
    return np.asarray(
        cv2.resize(line, (wanted, HEIGHT), interpolation=method), np.uint8
    )


def _stack(lines: Sequence[GreyImage], width: int) -> Batch:
    """Normalise to -1..1 and pad with paper on the right, three equal channels."""
    grey = np.full((len(lines), 1, HEIGHT, width), 1.0, np.float32)
    for row, line in enumerate(lines):
        grey[row, 0, :, : line.shape[1]] = line.astype(np.float32) / 127.5 - 1.0
    return np.ascontiguousarray(np.broadcast_to(grey, (len(lines), 3, HEIGHT, width)))
