"""Knows entries that were crossed out as a whole, whatever is written in them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from forms.definition import Field, FormDefinition
from kamizero.model import Box, Candidate, FieldState
from ocr.outcome import Outcome
from ocr.strokes.diagonals import Diagonal

# Lines across an entry cover this much of its width; what merely reaches in, less.
_COVERED = 0.5
# Flatter lines are folds of the paper, or strike the fields that they run through.
_FLATTEST_DEGREES = 6.0
_DOUBLE_MM = 0.4
# Who strikes so many fields of an entry and corrects none means all of it.
_STRUCK_OF_ROW = 3


def with_crossed_rows(
    definition: FormDefinition,
    outcomes: Mapping[str, Outcome],
    lines: Mapping[int, Sequence[Diagonal]],
) -> dict[str, Outcome]:
    """Call struck what stands in a crossed entry, or under two lines from edge to edge.

    How it would be read stays among the candidates: a person decides.
    """
    settled = dict(outcomes)
    for fields in _entries(definition):
        on_page = lines.get(fields[0].page, ())
        alike = sum(settled[one.name].state is FieldState.STRUCK for one in fields)
        whole = alike >= _STRUCK_OF_ROW or _is_crossed(_around(fields), on_page)
        for field in fields:
            if whole or _is_under_double_line(field.box_mm, on_page):
                settled[field.name] = _struck(settled[field.name])
    return settled


def _entries(definition: FormDefinition) -> Iterable[Sequence[Field]]:
    for entry, fields in definition.by_entry.items():
        if entry is not None:
            yield fields


def _is_crossed(area: Box, lines: Iterable[Diagonal]) -> bool:
    """Tell whether slanting lines run through an area for most of its width."""
    reached = 0.0
    covered = 0.0
    spans = sorted(
        span
        for line in lines
        if line.steepness > _FLATTEST_DEGREES
        and (span := line.span_within(area)) is not None
    )
    for left, right in spans:
        covered += max(right - max(left, reached), 0.0)
        reached = max(reached, right)
    return covered >= _COVERED * area.w


def _is_under_double_line(box: Box, lines: Iterable[Diagonal]) -> bool:
    heights = sorted(
        line.height_at(box.centre[0])
        for line in lines
        if line.steepness <= _FLATTEST_DEGREES and line.spans(box)
    )
    return bool(heights) and heights[-1] - heights[0] >= _DOUBLE_MM


def _struck(outcome: Outcome) -> Outcome:
    if outcome.state is FieldState.BLANK:
        return outcome
    return replace(
        outcome,
        state=FieldState.STRUCK,
        candidates=(Candidate("", outcome.best.text, 0.9), *outcome.candidates),
        doubts=(*outcome.doubts, "row crossed out"),
        chosen_by=None,
    )


def _around(fields: Sequence[Field]) -> Box:
    left = min(field.box_mm.x for field in fields)
    top = min(field.box_mm.y for field in fields)
    right = max(field.box_mm.right for field in fields)
    bottom = max(field.box_mm.bottom for field in fields)
    return Box(left, top, right - left, bottom - top)
