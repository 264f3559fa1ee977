"""Tells the digit in a comb cell from the cell's picture alone: a small model of ours.

It was trained on made-up digits by `bench/training` and shares nothing with the
recogniser of lines, neither model nor picture: where both say the same, that is two
grounds.
"""

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from kamizero.errors import SetupError
from ocr.engine import GreyImage
from ocr.strokes.cell_cuts import VIEW_SIDE

MODEL_FILE = "cells.onnx"
MODEL_SHA256 = "5699a7526e049abf627e04731dcc75616da2b61e7fb14c2fb11bfb630ed386e3"
NAME = f"comb_cells@{MODEL_SHA256[:12]}"

DIGITS = 10
NO_DIGIT = 10
"""The class of what is no digit, behind the ten digits."""

CellShares = NDArray[np.float64]
"""Probability of each class in each cell: cells x 11."""

Look = NDArray[np.float64]

# Bounds the memory of a batch to a few megabytes, however large the page.
_MOST_CELLS = 256
# Cells less sure than this are looked at again, turned and leant: what the model takes
# for the same each time is, and where it errs the looks differ.
_SURE = 0.99
_TURNS_DEGREES, _LEANS = (-8.0, 8.0), (-0.12, 0.12)


def cell_shares(views: Sequence[GreyImage]) -> CellShares:
    """What stands in each cell; `views` are those of `ocr.strokes.crops.Glyphs`.

    Raises:
        SetupError: the model in this installation is not the one that was tested.
    """
    if not views:
        return np.zeros((0, DIGITS + 1))
    shares = seen_once(views)
    unsure = np.flatnonzero(shares.max(axis=1) < _SURE)
    if len(unsure):
        looks = _other_looks()
        laid = [_laid(views[at], look) for look in looks for at in unsure]
        others = np.split(seen_once(laid), len(looks))
        shares[unsure] = np.mean([shares[unsure], *others], axis=0)
    return shares


def seen_once(views: Sequence[GreyImage]) -> CellShares:
    """What the model takes each cell for at one look."""
    session = _session()
    parts = [
        session.run(None, {"views": np.stack(views[start : start + _MOST_CELLS])})[0]
        for start in range(0, len(views), _MOST_CELLS)
    ]
    return np.asarray(np.concatenate(parts), np.float64)


def _laid(view: GreyImage, look: Look) -> GreyImage:
    laid = cv2.warpAffine(view, look, view.shape[::-1], borderValue=(255,))
    return np.asarray(laid, np.uint8)


@cache
def _other_looks() -> tuple[Look, ...]:
    """How a view is laid for each other look, around its middle."""
    middle = np.full(2, (VIEW_SIDE - 1) / 2)
    turns = [
        [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
        for angle in np.radians(_TURNS_DEGREES)
    ]
    leans = [[[1.0, lean], [0.0, 1.0]] for lean in _LEANS]
    return tuple(
        np.column_stack([matrix, middle - np.asarray(matrix) @ middle])
        for matrix in (*turns, *leans)
    )


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
