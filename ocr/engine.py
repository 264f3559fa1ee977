"""What the reading of fields asks of a text recogniser, whichever model it runs."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

GreyImage = NDArray[np.uint8]
"""One line of writing: height x width, ink dark (0) on light (255) paper."""

Posteriors = NDArray[np.float32]
"""Probability of each class of the alphabet at each step: steps x classes."""


class Recogniser(Protocol):
    """Turns pictures of single lines into probabilities of characters.

    Attributes:
        name: engine, model and the first digits of the model's SHA-256; it is
            written into every reading.
        alphabet: the character of each class; class 0 is the CTC blank, "".

    An implementation starts no threads beyond the count it was built with, keeps
    nothing of what it reads, and gives the same answer for the same picture
    whatever else is in the batch.
    """

    name: str
    alphabet: tuple[str, ...]

    def posteriors(self, lines: Sequence[GreyImage]) -> list[Posteriors]:
        """Read each line; the answers stand in the order of the lines.

        An empty sequence gives an empty list. A line without pixels is a
        ValueError: the caller knows which field it is.
        """
        ...
