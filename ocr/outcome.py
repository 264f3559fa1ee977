"""What reading one field came to, before anybody decides whether to accept it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from kamizero.model import Candidate, FieldState


@dataclass(frozen=True, slots=True)
class Outcome:
    """One field as it was read.

    Attributes:
        state: what was found.
        candidates: ways to read it, the one that counts first. Where a rule chose
            that one, the second is the best reading without the rule.
        chosen_by: the rule that decided, or None.
        grounds: what independently speaks for the first candidate.
        strokes: how probable each value is by its strokes alone, where lists and
            other fields took part in ranking the candidates.
        doubts: why the reading needs an eye whatever its probability.
        close_digits: whether no hyphen can be lost between the digits of what came
            first before a rule chose. It speaks for no value: it is no ground.
    """

    state: FieldState
    candidates: tuple[Candidate, ...] = ()
    chosen_by: str | None = None
    grounds: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    certainty: float = 1.0
    strokes: Mapping[str, float] = field(default_factory=dict)
    close_digits: bool = False

    @property
    def best(self) -> Candidate:
        return self.candidates[0] if self.candidates else Candidate("", "", 0.0)

    @property
    def confidence(self) -> float:
        """Probability that state and value are right."""
        return self.best.probability if self.candidates else self.certainty


def empty(*, certainty: float) -> Outcome:
    """A field that nothing is written in."""
    return Outcome(FieldState.BLANK, certainty=certainty)
