"""What seems to stand in a row that is struck out: the end of the line may hide it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from forms.definition import FormDefinition
from kamizero.model import FieldState
from ocr.outcome import Outcome

DOUBT = "row struck out"


def doubt_leftovers(
    definition: FormDefinition, outcomes: Mapping[str, Outcome]
) -> dict[str, Outcome]:
    """The outcomes, what is left of an entry doubted where most of it is struck out.

    The line through a row may end in its last box, and a tick there is as dark as ever.
    """
    found = dict(outcomes)
    for number, fields in definition.by_entry.items():
        states = Counter(outcomes[field.name].state for field in fields)
        if number is None or states[FieldState.STRUCK] <= states[FieldState.READ]:
            continue
        for field in fields:
            outcome = outcomes[field.name]
            if outcome.state == FieldState.READ:
                doubts = (*outcome.doubts, DOUBT)
                found[field.name] = replace(outcome, doubts=doubts)
    return found
