"""What a person types, brought to the one spelling its field keeps."""

from datetime import date
from typing import NamedTuple

from forms import grammar
from forms.definition import Field, FieldType
from kamizero.model import FieldState
from review.refusals import ValueRefusedError


class Written(NamedTuple):
    """What stands on paper: canonical value and, for a date, its writing."""

    value: str
    text: str


NOTHING = Written("", "")

# Nothing in such a field is a value too: not ticked, not sealed.
_TICKED = frozenset({FieldType.CHECK, FieldType.SEAL})


def written(field: Field, typed: str, *, state: FieldState) -> Written:
    """Value and writing of what was typed for a field in this state.

    What the writer got wrong is kept as it is: a wrong check digit, a 30 February.

    Raises:
        ValueRefusedError: such a field cannot hold that.
    """
    if state is not FieldState.READ and state is not FieldState.DITTO:
        return _nothing(field, typed, state)
    if not typed.strip() and field.type in _TICKED:
        return NOTHING
    if not typed.strip():
        raise _refused(field, "type a value, or mark it blank or unreadable")
    if field.type is FieldType.DATE:
        return _date(field, typed)
    value = grammar.canonical(field.type, field.format, typed)
    _check_choice(field, value)
    _check_characters(field, value)
    return Written(value, value)


def _nothing(field: Field, typed: str, state: FieldState) -> Written:
    if typed.strip():
        raise _refused(field, f"a field that is {state} has no value")
    return NOTHING


def _date(field: Field, typed: str) -> Written:
    value = grammar.canonical(field.type, field.format, typed)
    writing = grammar.written_date(typed)
    if writing is not None:
        return Written(value, writing.text)
    if not value:
        raise _refused(field, "type a date like 7 020512, 平成2年5月12日 or 1990-05-12")
    return Written(value, _in_its_era(field, value))


def _in_its_era(field: Field, value: str) -> str:
    try:
        return grammar.to_written(date.fromisoformat(value)).text
    except ValueError as error:
        raise _refused(field, "the day lies before the first era") from error


def _check_choice(field: Field, value: str) -> None:
    codes = {choice.code for choice in field.choices}
    if field.choices and value not in codes:
        raise _refused(field, f"choose one of {', '.join(sorted(codes))}")


def _check_characters(field: Field, value: str) -> None:
    allowed = grammar.alphabet(field.type, field.format)
    if allowed is not None and not set(value) <= set(allowed):
        raise _refused(field, "a character in it cannot stand in such a field")


def _refused(field: Field, remedy: str) -> ValueRefusedError:
    return ValueRefusedError(f"{field.name} was not changed: {remedy}.")
