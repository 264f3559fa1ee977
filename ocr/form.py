"""Reads every field of a form from the pages it was written on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from forms.definition import Field, FormDefinition
from kamizero.errors import RegistrationError
from kamizero.model import Box, Candidate, FieldState, FilingKind, Reading
from ocr.boxes.cells import NAME as CELLS_NAME
from ocr.confidence import doubts_about
from ocr.embedded import typed_value, with_typed, words_in
from ocr.engine import Recogniser
from ocr.filing_kind import see_kind
from ocr.laid_fields import as_laid
from ocr.outcome import Outcome
from ocr.page import Look
from ocr.placing.registration import Registration
from ocr.reader import read_fields
from ocr.red_writing import colourless, with_red
from ocr.strokes.ink import Ink, find_ink
from ocr.strokes.red import red_fields
from ocr.struck_rows import doubt_leftovers


@dataclass(frozen=True, slots=True)
class FormReading:
    """What stands on one form.

    Attributes:
        readings: one for every field of the definition, in its order.
        kind: whether it is a new notice, a correction or a cancellation.
        kind_plain: the title is seen, and nothing by it or in red speaks for another
            kind than new; where it is not, a person must look at the kind.
        residual_px: the largest residual of the pages' registrations.
        disagreements: fields whose embedded text differs from the picture.
    """

    readings: tuple[Reading, ...]
    kind: FilingKind
    residual_px: float
    kind_plain: bool = True
    disagreements: tuple[str, ...] = ()


def read_form(
    pages: Sequence[Look], *, definition: FormDefinition, engine: Recogniser
) -> FormReading:
    """Read all fields of the definition; a field whose page is missing is unreadable.

    Raises:
        RegistrationError: a page was known for a page of this form, but its print
            was not found, so that no field can be cut out.
    """
    sheets = {page.page: _Sheet(page, _registration(page)) for page in pages}
    ink = {number: sheet.ink(definition) for number, sheet in sheets.items()}
    outcomes = read_fields(definition, ink, engine=engine)
    red = red_fields(definition, ink)
    outcomes |= with_red(definition, red, ink, outcomes, engine=engine)
    kind = see_kind(definition, ink, engine=engine)
    disagreements = _take_typed(definition, outcomes, sheets)
    outcomes = doubt_leftovers(definition, outcomes)
    if not kind.plain and not all(one.coloured for one in ink.values()):
        outcomes = {name: colourless(one) for name, one in outcomes.items()}
    registrations = {number: sheet.registration for number, sheet in sheets.items()}
    outcomes = as_laid(definition, outcomes, registrations)
    return FormReading(
        readings=tuple(
            _reading(field, outcomes[field.name], sheets, engine.name)
            for field in definition.fields
        ),
        kind=kind.kind,
        kind_plain=kind.plain and not red and _shows_title(definition, sheets),
        disagreements=disagreements,
        residual_px=max(
            (sheet.registration.residual_px for sheet in sheets.values()), default=0.0
        ),
    )


@dataclass(frozen=True, slots=True)
class _Sheet:
    look: Look
    registration: Registration

    def ink(self, definition: FormDefinition) -> Ink:
        look = self.look
        return find_ink(look.image, definition, look.page, self.registration)


def _shows_title(definition: FormDefinition, sheets: Mapping[int, _Sheet]) -> bool:
    """Tell whether a mark by the title would be on the picture.

    Marks stand in the lower two thirds of their area: scanners cut more off the top.
    """
    area, first = definition.title_area, sheets.get(1)
    if area is None or first is None:
        return area is None
    low = area._replace(y=area.y + area.h / 3, h=area.h * 2 / 3)
    return first.registration.shows(low)


def _take_typed(
    definition: FormDefinition,
    outcomes: dict[str, Outcome],
    sheets: Mapping[int, _Sheet],
) -> tuple[str, ...]:
    """Put the text of digital pages into the outcomes; name where it is doubtful."""
    disagreements = []
    for field in definition.fields:
        sheet = sheets.get(field.page)
        if sheet is None or not sheet.look.words:
            continue
        words = words_in(sheet.look.words, sheet.registration.box_px(field.box_mm))
        typed = typed_value(field, words, outcomes[field.name])
        outcomes[field.name], differs = with_typed(field, outcomes[field.name], typed)
        if differs:
            disagreements.append(field.name)
    return tuple(disagreements)


def _registration(page: Look) -> Registration:
    if page.registration is None:
        raise RegistrationError(page.trouble or "This page is no page of a form.")
    return page.registration


def _reading(
    field: Field, outcome: Outcome, sheets: Mapping[int, _Sheet], engine: str
) -> Reading:
    sheet = sheets.get(field.page)
    best = outcome.best
    with_value = outcome.state in (FieldState.READ, FieldState.DITTO)
    doubts = doubts_about(field, outcome)
    return Reading(
        name=field.name,
        state=outcome.state,
        value=best.value if with_value else "",
        text=best.text,
        confidence=round(min(max(outcome.confidence, 0.0), 1.0), 6),
        accepted=not doubts,
        chosen_by=outcome.chosen_by,
        page=field.page,
        box_px=sheet.registration.box_px(field.box_mm) if sheet else Box(0, 0, 0, 0),
        alternatives=_alternatives(outcome),
        engine=f"{engine} {CELLS_NAME}" if field.cells else engine,
        grounds=outcome.grounds,
        doubts=tuple(dict.fromkeys(doubts)),
    )


def _alternatives(outcome: Outcome) -> tuple[Candidate, ...]:
    """The other candidates, most probable first; before them a free reading."""
    fixed = 2 if outcome.chosen_by else 1
    others = sorted(outcome.candidates[fixed:], key=lambda one: -one.probability)
    return (*outcome.candidates[1:fixed], *others)
