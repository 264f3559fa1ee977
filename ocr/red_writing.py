"""Reads what is written in red: the old values of a correction."""

from collections.abc import Mapping
from dataclasses import replace

from forms.definition import Field, FormDefinition
from kamizero.model import Candidate, FieldState
from ocr.engine import Recogniser
from ocr.outcome import Outcome
from ocr.reader import read_fields
from ocr.strokes.ink import Ink

# What was written before is shown as another candidate, and as the least probable.
_OLD = 0.001


def with_red(
    definition: FormDefinition,
    fields: tuple[Field, ...],
    ink: Mapping[int, Ink],
    outcomes: Mapping[str, Outcome],
    *,
    engine: Recogniser,
) -> dict[str, Outcome]:
    """The outcomes of the fields with red in them, old and new value side by side.

    Black writing is the value, the red one another candidate. Where all is red,
    it is the value; every field with red in it already needs an eye.
    """
    if not fields:
        return {}
    part = definition.model_copy(update={"fields": fields})
    in_red = {page: one.in_red() for page, one in ink.items()}
    old = read_fields(part, in_red, engine=engine)
    return {
        name: _joined(outcomes[name], one)
        for name, one in old.items()
        if one.state is FieldState.READ
    }


def colourless(outcome: Outcome) -> Outcome:
    """What was read where old and new value cannot be told apart by their colour."""
    return replace(outcome, doubts=(*outcome.doubts, "no colour"))


def _joined(seen: Outcome, old: Outcome) -> Outcome:
    if seen.state is FieldState.BLANK:
        return replace(old, doubts=(*old.doubts, *seen.doubts))
    if seen.state is not FieldState.READ or old.best.value == seen.best.value:
        return seen
    before = Candidate(old.best.value, old.best.text, _OLD)
    return replace(seen, candidates=(*seen.candidates, before))
