"""What the reading of fields asks of a text recogniser, whichever model it runs."""

from collections.abc import Sequence
from dataclasses import dataclass
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
        name: model, engine, precision and the first digits of the model's SHA-256;
            it is written into every reading.
        alphabet: the character of each class; class 0 is the CTC blank, "".

    An implementation computes on no more threads than it was built with, keeps
    nothing of what it reads, and gives the same answer for the same picture
    whatever else is in the batch. Its memory is bounded by the widest line and the
    largest batch, not by how many lines it has seen.
    """

    name: str
    alphabet: tuple[str, ...]

    def posteriors(self, lines: Sequence[GreyImage]) -> list[Posteriors]:
        """Read each line; the answers stand in the order of the lines.

        An empty sequence gives an empty list. A line without pixels is a
        ValueError: the caller knows which field it is.
        """
        ...


@dataclass(frozen=True, slots=True)
class EngineFacts:
    """What a recogniser runs on, as `kamizero doctor` shows it.

    Attributes:
        engine: the program that computes, with its version.
        model: the model's name.
        sha256: of the model's file.
        precision: of the arithmetic: fp32 or bf16.
        device: cpu, or the name of a graphics processor.
        threads: processor threads of one worker.
    """

    engine: str
    model: str
    sha256: str
    precision: str
    device: str
    threads: int

    @property
    def name(self) -> str:
        """How readings name the engine they come from."""
        program = self.engine.split()[0]
        precision = "" if self.precision == "fp32" else f"-{self.precision}"
        return f"{self.model}/{program}{precision}@{self.sha256[:12]}"


class Engine(Recogniser, Protocol):
    """A recogniser an installation can choose, which tells what it runs on."""

    facts: EngineFacts
