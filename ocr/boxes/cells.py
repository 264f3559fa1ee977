"""Tells the digit in a comb cell from the cell's picture alone: a small model of ours.

It was trained on made-up digits by `bench/training` and shares nothing with the
recogniser of lines, neither model nor picture: where both say the same, that is two
grounds.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import accumulate

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from kamizero.errors import SetupError
from ocr.engine import GreyImage
from ocr.strokes.cell_cuts import VIEW_SIDE

MODEL_FILE = "cells.onnx"
MODEL_SHA256 = "10ca6f18acef10624c2f609963b92ed1af885e3972f81c7785dd5794512b67f7"
NAME = f"comb_cells@{MODEL_SHA256[:12]}"

DIGITS = 10
NO_DIGIT = 10
"""The class of what is no digit, behind the ten digits."""

CellShares = NDArray[np.float64]
"""Probability of each class in each cell: cells x 11."""

Features = NDArray[np.float64]
"""What the inner layer of the model makes of each cell: cells x n, none negative.

The cosine of two says how alike the cells look.
"""

Look = NDArray[np.float64]

# Bounds the memory of a batch to a few megabytes, however large the page.
_MOST_CELLS = 256
# Cells less sure than this are looked at again, turned and leant: what the model takes
# for the same each time is, and where it errs the looks differ.
_SURE = 0.99
_TURNS_DEGREES, _LEANS = (-8.0, 8.0), (-0.12, 0.12)


@dataclass(frozen=True, slots=True, eq=False)
class SeenCells:
    """What the model sees in cells, one row each."""

    shares: CellShares
    features: Features

    def parted(self, counts: Sequence[int]) -> "Iterator[SeenCells]":
        """The cells of each field in turn, of which `counts` says how many it has."""
        ends = list(accumulate(counts))
        for start, end in zip((0, *ends), ends, strict=False):
            yield SeenCells(self.shares[start:end], self.features[start:end])


def see_cells(views: Sequence[GreyImage]) -> SeenCells:
    """What stands in each cell; `views` are those of `ocr.strokes.crops.Glyphs`.

    Raises:
        SetupError: the model in this installation is not the one that was tested.
    """
    if not views:
        return SeenCells(np.zeros((0, DIGITS + 1)), np.zeros((0, 0)))
    seen = seen_once(views)
    shares = seen.shares.copy()
    unsure = np.flatnonzero(shares.max(axis=1) < _SURE)
    if len(unsure):
        looks = _other_looks()
        laid = [_laid(views[at], look) for look in looks for at in unsure]
        others = np.split(seen_once(laid).shares, len(looks))
        shares[unsure] = np.mean([shares[unsure], *others], axis=0)
    return SeenCells(shares, seen.features)


def cell_shares(views: Sequence[GreyImage]) -> CellShares:
    """What stands in each cell, where nothing else is asked; raises as `see_cells`."""
    return see_cells(views).shares


def seen_once(views: Sequence[GreyImage]) -> SeenCells:
    """What the model sees in each cell at one look."""
    session = _session()
    parts = [
        session.run(
            ["shares", "features"],
            {"views": np.stack(views[start : start + _MOST_CELLS])},
        )
        for start in range(0, len(views), _MOST_CELLS)
    ]
    shares, features = zip(*parts, strict=True)
    return SeenCells(
        np.asarray(np.concatenate(shares), np.float64),
        np.asarray(np.concatenate(features), np.float64),
    )


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
