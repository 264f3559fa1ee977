"""Uses the text a digital PDF paints, where it lies in a field."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from forms.definition import Field, FieldType
from forms.grammar import canonical
from kamizero.model import Box, Candidate, FieldState, Word
from ocr.outcome import Outcome
from ocr.words.free_field import is_name

_INSIDE_SHARE = 0.6
_TYPED = 0.9999
_READABLE = (
    FieldType.DIGITS,
    FieldType.KANA,
    FieldType.TEXT,
    FieldType.ADDRESS,
    FieldType.AMOUNT,
    FieldType.DATE,
)


def words_in(words: Iterable[Word], box_px: Box) -> list[Word]:
    """The words that lie in a box, in reading order."""
    inside = [
        word for word in words if _share_inside(word.box_px, box_px) >= _INSIDE_SHARE
    ]
    height = max((word.box_px.h for word in inside), default=1.0)
    return sorted(
        inside, key=lambda word: (round(word.box_px.y / height), word.box_px.x)
    )


def typed_value(field: Field, words: Sequence[Word], seen: Outcome) -> Candidate | None:
    """What the words say, None where they say nothing for this field.

    The era of a date is circled, so it comes from the picture.
    """
    if not words or field.type not in _READABLE:
        return None
    between = "\u3000" if is_name(field) else ""
    text = between.join(word.text for word in words)
    if field.type is FieldType.DATE:
        era = seen.best.text.partition(" ")[0]
        text = f"{era} {text}" if text.isdigit() else text
    value = canonical(field.type, field.format, text)
    return Candidate(value, text, _TYPED) if value else None


def with_typed(
    field: Field, seen: Outcome, typed: Candidate | None
) -> tuple[Outcome, bool]:
    """Join the typed value with what is seen; also whether they disagree.

    What is seen counts as a second ground. In a sensitive field a difference is
    somebody's trick or a fault, and a person must look.
    """
    if typed is None:
        return seen, False
    if seen.best.value == typed.value:
        confirmed = replace(seen.best, probability=_TYPED)
        return (
            replace(
                seen,
                candidates=(confirmed, *seen.candidates[1:]),
                chosen_by=None,
                grounds=("text", *seen.grounds),
                doubts=(),
            ),
            False,
        )
    outcome = Outcome(
        FieldState.READ,
        (typed, *seen.candidates),
        grounds=("text",),
        doubts=("text and picture differ",) if field.sensitive else (),
    )
    return outcome, field.sensitive


def _share_inside(word: Box, box: Box) -> float:
    """Share of a word's area that lies in a box."""
    across = min(word.right, box.right) - max(word.x, box.x)
    down = min(word.bottom, box.bottom) - max(word.y, box.y)
    area = max(word.w * word.h, 1e-6)
    return max(across, 0.0) * max(down, 0.0) / area
