"""Which digits may stand in the cells of a field, whatever they look like."""

from collections.abc import Sequence, Set

from forms.definition import FieldType
from ocr.boxes.comb_field import CombAnswer, CombPiece, Rule

CHECK_DIGIT = "check_digit"
"""The ground of a rule that tells most misreadings apart."""

Settled = tuple[Set[int] | None, ...]
"""Of each written cell, the digits that are left there; None where any may stand."""

# The boxes of a date are YYMMDD; the digits that may be the tens of month and day.
_MONTHS, _DAYS = frozenset({0, 1}), frozenset({0, 1, 2, 3})
_OF_DATE: Settled = (None, None, _MONTHS, None, _DAYS, None)
# So probable, at least, is a reading that a check digit confirms.
_READ = 0.3


def settled(piece: CombPiece, answer: CombAnswer, rule: Rule | None) -> Settled:
    """What the calendar or a check digit leaves to the digits of a field."""
    if piece.field.type is FieldType.DATE:
        return _by_calendar(piece.glyphs.filled)
    nothing = (None,) * len(answer.joined)
    if rule is None or rule.ground != CHECK_DIGIT:
        return nothing
    best = answer.joined.argmax(axis=1).tolist()
    sure = float(answer.joined.max(axis=1).prod())
    if sure < _READ or not rule.holds("".join(answer.characters[n] for n in best)):
        return nothing
    return tuple(frozenset({n}) for n in best)


def _by_calendar(filled: Sequence[int]) -> Settled:
    """Nothing where some box is empty: it is not plain which pairs the others form."""
    return _OF_DATE if len(filled) == len(_OF_DATE) else (None,) * len(filled)
