"""Digits that real people wrote, for comb boxes: 28 x 28 pictures from a file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bench.making.cast import Chance
from kamizero.errors import SetupError

_FINEST = 8


@dataclass(frozen=True, slots=True, eq=False)
class RealDigits:
    """Pictures of single digits, ink 255 on 0, and what each shows."""

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read an .npz with `images` (n x 28 x 28) and `labels` (n).

        Raises:
            SetupError: The file is not there or holds something else.
        """
        try:
            with np.load(path) as held:
                return cls(held["images"], held["labels"])
        except (OSError, KeyError, ValueError) as error:
            raise SetupError(
                f"{path} cannot be used for --digits ({error}): it must be an .npz "
                "with images and labels."
            ) from error

    def draw(self, digit: str, height_px: float, rng: Chance) -> Image.Image:
        """A mask of one such digit, about as high as asked for."""
        at = int(rng.choice(np.flatnonzero(self.labels == int(digit))))
        ink = self.images[at]
        rows, columns = (np.flatnonzero(ink.max(axis=axis)) for axis in (1, 0))
        cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        grown = height_px / max(cut.shape[0], _FINEST)
        size = tuple(max(2, round(side * grown)) for side in cut.shape[::-1])
        small = Image.fromarray(cut).resize(size, Image.Resampling.BICUBIC)
        room = max(small.size)
        mask = Image.new("L", (small.width + room, small.height + room))
        mask.paste(small, (room // 2, room // 2))
        return mask
