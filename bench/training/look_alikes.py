"""Lists which kanji of names look like each other once their strokes run together.

`python -m bench.training.look_alikes` draws each kanji of a listed name in typefaces of
development, blurs it to what a coarse scan leaves, and writes the pairs that are then
nearly alike into `ocr/words/look_alikes.txt`.
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from bench.making.faces import DEVELOPMENT_TEXT
from ocr.words.look_alikes import FILE
from ocr.words.names import Part, names

# How alike two blurred kanji are, 1 is the same; and of each only its nearest count.
_ALIKE, _NEAREST = 0.75, 11
_SIZE, _SIDE, _COARSE = 48, 56, 20
_BLUR = 0.7
_FACES = ("KleeOne-Regular", "setofont", "kiloji", "YOzRN_")


def main() -> int:
    """Write the list."""
    kanji = sorted(
        {
            char
            for part in Part
            for name in names(part).writings
            for char in name
            if "一" <= char <= "鿿"
        }
    )
    found = alike(kanji)
    lines = [f"{char} {others}" for char, others in found.items()]
    FILE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines)} of {len(kanji)} kanji look like others")
    return 0


def alike(kanji: Sequence[str]) -> Mapping[str, str]:
    """Of each kanji that has some, those it looks like in most typefaces."""
    faces = [face for face in DEVELOPMENT_TEXT if face.stem in _FACES]
    likeness = np.median([_likeness(kanji, face) for face in faces], axis=0)
    np.fill_diagonal(likeness, 0)
    nearest = np.sort(likeness, axis=1)[:, -_NEAREST]
    near = likeness >= np.maximum(np.minimum(nearest[:, None], nearest), _ALIKE)
    return {
        char: "".join(kanji[at] for at in np.flatnonzero(row))
        for char, row in zip(kanji, near, strict=True)
        if row.any()
    }


def _likeness(kanji: Sequence[str], face: Path) -> NDArray[np.float32]:
    font = ImageFont.truetype(face, _SIZE)
    drawn = np.stack([_coarse(char, font) for char in kanji])
    drawn -= drawn.mean(axis=1, keepdims=True)
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True) + 1e-6
    return np.asarray(drawn @ drawn.T, np.float32)


def _coarse(char: str, font: ImageFont.FreeTypeFont) -> NDArray[np.float32]:
    image = Image.new("L", (_SIDE, _SIDE), 0)
    ImageDraw.Draw(image).text((_SIDE / 2, _SIDE / 2), char, 255, font, anchor="mm")
    size = (_COARSE, _COARSE)
    small = cv2.resize(np.asarray(image), size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(small, (0, 0), _BLUR), np.float32).ravel()


if __name__ == "__main__":
    sys.exit(main())
