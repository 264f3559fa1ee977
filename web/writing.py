"""How a value stands on the form, how people read it, and what they may type for it."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from forms import grammar
from forms.definition import Field, FieldType
from forms.grammar import ERAS, WrittenDate
from kamizero.model import FieldState
from storage.words import MASK
from web.language import Texts

# Typed without the space between era and digits, or with the era's letter or name.
_COMPACT = re.compile(r"([13579])-?(\d{6})", re.ASCII)
_NAMED = re.compile(r"([MTSHRmtshr]|明治?|大正?|昭和?|平成?|令和?)(\d{6})", re.ASCII)
_WESTERN = re.compile(r"(\d{4})[-/.]?(\d{2})[-/.]?(\d{2})", re.ASCII)
_LETTERS = {"M": "1", "T": "3", "S": "5", "H": "7", "R": "9"}
_GROUPS_OF_FOUR = frozenset({"my_number"})


@dataclass(frozen=True, slots=True)
class Pen:
    """Writes values of one language."""

    texts: Texts
    language: str

    def shown(self, field: Field, *, state: str, value: str, text: str) -> str:
        """The value as people read it; "" where nothing is written."""
        if state not in (FieldState.READ, FieldState.DITTO):
            return "" if state == FieldState.BLANK else self._say(f"state.{state}")
        if MASK in (value, text):
            return MASK
        if field.type is FieldType.DATE:
            return self.day(value, text)
        if not value:
            return ""
        if field.choices:
            return self._choice(field, value)
        if field.type is FieldType.AMOUNT and value.isdigit():
            return self._say("value.yen", amount=f"{int(value):,}")
        return _spaced(field, value)

    def day(self, value: str, text: str) -> str:
        """A day in its era, or the writing of one that does not exist."""
        written = _written(value, text)
        if not value or written is None:
            return self._say("value.no_day", writing=text) if text else ""
        digits = written.digits
        return self._say(
            "value.day",
            era=self._say(f"era.{written.era}"),
            year=int(digits[:2]),
            month=int(digits[2:4]),
            day=int(digits[4:]),
            iso=value,
        )

    def _choice(self, field: Field, value: str) -> str:
        label = next((one.label for one in field.choices if one.code == value), value)
        if field.type is FieldType.CHECK:
            return self._say("value.ticked", label=label)
        return f"{value} {label}" if label != value else value

    def _say(self, key: str, **values: object) -> str:
        return self.texts.say(key, self.language, **values)


def typed_form(field: Field, *, state: str, value: str, text: str) -> str:
    """What stands in the input: the value as the form has it, ready to be retyped."""
    if state not in (FieldState.READ, FieldState.DITTO):
        return ""
    if field.type is FieldType.DATE:
        written = _written(value, text)
        return written.text if written else text
    return value


def from_typed(field: Field, typed: str) -> str:
    """What was typed, in a spelling that the grammar of the field knows."""
    text = unicodedata.normalize("NFKC", typed).strip()
    if field.type is not FieldType.DATE:
        return typed.strip()
    if match := _COMPACT.fullmatch(text):
        return f"{match[1]} {match[2]}"
    if match := _NAMED.fullmatch(text):
        return f"{_era_code(match[1])} {match[2]}"
    if match := _WESTERN.fullmatch(text):
        return "-".join(match.groups())
    return text


def is_numeric(field: Field) -> bool:
    """Tell whether the field is typed on the ten-key pad."""
    return field.format != "phone" and field.type in (
        FieldType.DIGITS,
        FieldType.AMOUNT,
        FieldType.DATE,
        FieldType.CHOICE,
        FieldType.CHECK,
        FieldType.SEAL,
    )


def _written(value: str, text: str) -> WrittenDate | None:
    """Era and digits: those on the paper where they are known, else the day's own."""
    written = grammar.written_date(text)
    if written is None and grammar.is_valid(FieldType.DATE, None, value):
        return grammar.to_written(date.fromisoformat(value))
    return written


def _era_code(name: str) -> str:
    if name.upper() in _LETTERS:
        return _LETTERS[name.upper()]
    return next(code for code, era in ERAS.items() if era.label.startswith(name))


def _spaced(field: Field, value: str) -> str:
    if field.format in _GROUPS_OF_FOUR and len(value) == 12:
        return f"{value[:4]} {value[4:8]} {value[8:]}"
    return value
