"""Tells the digit in a comb cell from the cell's picture alone: a small model of ours.

It was trained on made-up digits by `bench/training` and shares nothing with the
recogniser of lines, neither model nor picture: where both say the same, that is two
grounds.
"""

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from kamizero.errors import SetupError
from ocr.engine import GreyImage

MODEL_FILE = "cells.onnx"
MODEL_SHA256 = "8e4e47e14f8494183d4ad62facda1e671c5958540c8805849d259d449a99beb1"
NAME = f"comb_cells@{MODEL_SHA256[:12]}"

DIGITS = 10
NO_DIGIT = 10
"""The class of what is no digit, behind the ten digits."""

CellShares = NDArray[np.float64]
"""Probability of each class in each cell: cells x 11."""

# Bounds the memory of a batch to a few megabytes, however large the page.
_MOST_CELLS = 256


def cell_shares(views: Sequence[GreyImage]) -> CellShares:
    """What stands in each cell; `views` are those of `ocr.strokes.crops.Glyphs`.

    Raises:
        SetupError: the model in this installation is not the one that was tested.
    """
    if not views:
        return np.zeros((0, DIGITS + 1))
    session = _session()
    parts = [
        session.run(None, {"views": np.stack(views[start : start + _MOST_CELLS])})[0]
        for start in range(0, len(views), _MOST_CELLS)
    ]
    return np.asarray(np.concatenate(parts), np.float64)


@cache
def _session() -> onnxruntime.InferenceSession:
    content = files("ocr.boxes").joinpath(MODEL_FILE).read_bytes()
    options = onnxruntime.SessionOptions()
    # A page's cells take a few milliseconds: threads would cost more than they give.
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        verified(content), options, providers=["CPUExecutionProvider"]
    )


def verified(content: bytes) -> bytes:
    """The bytes of the model, where they are those that were tested."""
    found = hashlib.sha256(content).hexdigest()
    if found != MODEL_SHA256:
        raise SetupError(
            f"The model of comb cells is not the one that was tested (SHA-256"
            f" {found[:12]}…, expected {MODEL_SHA256[:12]}…). Install kamizero again."
        )
    return content
