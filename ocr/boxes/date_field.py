"""Reads a date: the era circled beside it and the digits in its six boxes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from forms.definition import FieldType
from forms.grammar import ERAS, canonical, from_written
from kamizero.model import Candidate, FieldState
from ocr.boxes.comb_field import CombAnswer, CombPiece, Rule, Spelling, choose
from ocr.outcome import Outcome

CALENDAR_RULE = "common.date_does_not_exist"
ERA_RULE = "common.date_outside_era"

# Years of an era that has not ended; nobody writes its sixtieth yet.
_LONGEST_REIGN = 40


@dataclass(frozen=True, slots=True)
class DateSpelling:
    """How the digits read from written cells make up era and YYMMDD.

    `filled` are the written cells. Where only one box of a pair is written, it holds
    the units, and the other one means zero.
    """

    era: str
    filled: tuple[int, ...]

    def __call__(self, digits: str) -> Spelling:
        text = f"{self.era} {self.date_digits(digits)}".strip()
        return canonical(FieldType.DATE, None, text), text

    def date_digits(self, digits: str) -> str:
        by_cell = dict(zip(self.filled, digits, strict=True))
        pairs = [(by_cell.get(at, ""), by_cell.get(at + 1, "")) for at in (0, 2, 4)]
        return "".join(_pair(tens + units) for tens, units in pairs)

    def exists(self, digits: str) -> bool:
        return from_written(self.era, self.date_digits(digits)).value is not None

    def is_plausible(self, digits: str) -> bool:
        """Tell whether this is a day of its era, which lasts a human while."""
        written = self.date_digits(digits)
        found = from_written(self.era, written)
        within = found.value is not None and not found.outside_era
        return within and (
            ERAS[self.era].last is not None or int(written[:2]) <= _LONGEST_REIGN
        )


def read_date(
    piece: CombPiece,
    answer: CombAnswer | None,
    era: Outcome,
) -> Outcome:
    """Join era and digits."""
    if answer is None:
        return _without_digits(piece, era)
    spelling = DateSpelling(era.best.value, piece.glyphs.filled)
    doubts = [*era.doubts, *piece.doubts]
    if era.state is FieldState.BLANK:
        doubts.append("no era")
    calendar = Rule(ERA_RULE, "calendar", spelling.is_plausible, 0.5)
    outcome = choose(
        answer,
        spell=spelling,
        rule=calendar if era.best.value and _whole(spelling, piece) else None,
    )
    if era.state is FieldState.SEVERAL:
        return _several(outcome, doubts)
    named = replace(outcome, chosen_by=_rule_that_chose(outcome))
    return replace(_weighed(named, era), doubts=(*outcome.doubts, *doubts))


def _without_digits(piece: CombPiece, era: Outcome) -> Outcome:
    if era.state is FieldState.BLANK or not piece.field.choices[1:]:
        doubts = ("faint",) if piece.faint else ()
        return Outcome(FieldState.BLANK, certainty=era.confidence, doubts=doubts)
    text = era.best.text
    return Outcome(FieldState.READ, (Candidate("", text, 0.5),), doubts=("no digits",))


def _rule_that_chose(outcome: Outcome) -> str | None:
    """What was wrong with the free reading: no such day, or not in its era."""
    if outcome.chosen_by is None:
        return None
    return ERA_RULE if outcome.candidates[1].value else CALENDAR_RULE


def _whole(spelling: DateSpelling, piece: CombPiece) -> bool:
    return len(spelling.date_digits("0" * len(piece.glyphs.filled))) == 6


def _several(outcome: Outcome, doubts: Sequence[str]) -> Outcome:
    candidates = tuple(replace(one, value="") for one in outcome.candidates)
    return replace(
        outcome,
        state=FieldState.SEVERAL,
        candidates=candidates,
        doubts=(*outcome.doubts, *doubts),
    )


def _weighed(outcome: Outcome, era: Outcome) -> Outcome:
    """Each way to read the digits needs the era to be right too, and other eras."""
    sure = era.confidence
    candidates = [
        replace(one, probability=one.probability * sure) for one in outcome.candidates
    ]
    best = outcome.best
    for other in era.candidates[1:]:
        digits = best.text.partition(" ")[2]
        text = f"{other.value} {digits}"
        value = canonical(FieldType.DATE, None, text)
        candidates.append(Candidate(value, text, best.probability * other.probability))
    return replace(outcome, candidates=tuple(candidates))


def _pair(written: str) -> str:
    return written.rjust(2, "0") if written else ""
