"""Reads words that were written across the boxes of digits: "as above"."""

from collections.abc import Sequence

import numpy as np

from ocr.cuts import Cut
from ocr.engine import Posteriors, Recogniser
from ocr.strokes.dittos import DITTO_TEXTS
from ocr.strokes.lines import written_lines

# The lines between the boxes cut 上 to pieces; no digit begins like 同.
_BEGINS = "同"
_LONGEST = 4


def ditto_in_words(cuts: Sequence[Cut], engine: Recogniser) -> frozenset[str]:
    """The names of the fields whose boxes say "as above" in words."""
    pictures = {
        cut.field.name: [
            word
            for line in written_lines(cut.ink, cut.field.box_mm, two_words=False).lines
            for word in line.words
        ]
        for cut in cuts
    }
    answers = iter(
        engine.posteriors([one for many in pictures.values() for one in many])
    )
    said = {
        name: "".join(_text(next(answers), engine.alphabet) for _ in many)
        for name, many in pictures.items()
    }
    return frozenset(name for name, text in said.items() if _is_ditto(text))


def _is_ditto(text: str) -> bool:
    return text in DITTO_TEXTS or (text.startswith(_BEGINS) and len(text) <= _LONGEST)


def _text(answer: Posteriors, alphabet: Sequence[str]) -> str:
    """The likeliest character at each step; the first class is none."""
    best = answer.argmax(axis=1)
    changed = np.append(True, best[1:] != best[:-1])
    return "".join(alphabet[at] for at in best[changed] if at)
