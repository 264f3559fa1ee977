"""What the way a page lies means for its fields: cut off, or not where expected."""

from collections.abc import Mapping
from dataclasses import replace

from forms.definition import FormDefinition
from kamizero.model import FieldState
from ocr.outcome import Outcome
from ocr.placing.registration import Registration

_CUT_OFF = Outcome(FieldState.UNREADABLE, certainty=0.0, doubts=("cut off",))


def as_laid(
    definition: FormDefinition,
    outcomes: Mapping[str, Outcome],
    registrations: Mapping[int, Registration],
) -> dict[str, Outcome]:
    """The outcomes, unreadable where the picture does not hold the whole field.

    Where the print around a field is not in its place, the reading is kept with a
    doubt: strokes may have been cut at the wrong lines.
    """
    laid = dict(outcomes)
    for field in definition.fields:
        registration = registrations.get(field.page)
        if registration is None:
            continue
        outcome = laid[field.name]
        if not registration.shows(field.box_mm):
            laid[field.name] = _CUT_OFF
        elif registration.is_doubtful(field.box_mm):
            doubts = (*outcome.doubts, "print out of place")
            laid[field.name] = replace(outcome, doubts=doubts)
    return laid
