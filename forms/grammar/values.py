"""Canonical values: one spelling for what is written, whatever its width and signs."""

import re
from datetime import date

from forms.definition import FieldType
from forms.grammar import characters as chars
from forms.grammar.eras import ERAS, WrittenDate, from_written, parse_written
from forms.grammar.formats import ALPHABETS, CHECKS

_AMOUNT_SIGNS = re.compile(r"[,.、，¥￥円\\-]")
_DIGIT_SIGNS = re.compile(r"[-.,・/]")
_PHONE_SIGNS = re.compile(r"[-()./・]+")
_DASH_IN_TEXT = re.compile(r"(?<=[0-9A-Za-z])[ー‐‑‒–—―−─━ｰ](?=[0-9A-Za-z])")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_SPOKEN_DATE = re.compile(
    r"(明治|大正|昭和|平成|令和|[MTSHR])(\d{1,2}|元)[年./-](\d{1,2})[月./-](\d{1,2})日?",
    re.ASCII,
)
_ERA_CODES = {era.label: code for code, era in ERAS.items()} | {
    "M": "1",
    "T": "3",
    "S": "5",
    "H": "7",
    "R": "9",
}


def canonical(field_type: FieldType, format: str | None, text: str) -> str:
    """Spell what is written in the one way its values are kept.

    Nothing is repaired: characters that cannot belong to such a field stay. A date
    that does not exist has no value.
    """
    if format == "office_symbol":
        return _office_symbol(text)
    if format == "phone":
        return _phone(text)
    match field_type:
        case FieldType.DIGITS:
            return _DIGIT_SIGNS.sub("", _number_text(text))
        case FieldType.AMOUNT:
            return _amount(text)
        case FieldType.DATE:
            return _date(text)
        case FieldType.KANA:
            return chars.wide_spaces(chars.katakana(chars.narrow(text)))
        case FieldType.TEXT | FieldType.ADDRESS:
            return _free_text(text)
        case FieldType.CHOICE | FieldType.CHECK | FieldType.SEAL:
            return chars.without_spaces(chars.narrow(text))


def is_valid(field_type: FieldType, format: str | None, value: str) -> bool:
    """Tell whether a canonical value satisfies what can be checked of its grammar."""
    if format is not None and format in CHECKS:
        return CHECKS[format](value)
    match field_type:
        case FieldType.DIGITS:
            return chars.is_digits(value)
        case FieldType.AMOUNT:
            return chars.is_digits(value) and len(value) <= 7
        case FieldType.DATE:
            return bool(value) and _iso_date(value) == value
        case FieldType.KANA:
            return bool(value) and set(value) <= set(chars.KANA_ALPHABET)
        case FieldType.TEXT | FieldType.ADDRESS:
            return bool(value) and value.replace(chars.WIDE_SPACE, "").isprintable()
        case FieldType.CHOICE:
            return bool(value)
        case FieldType.CHECK | FieldType.SEAL:
            return value in ("", "1")


def alphabet(field_type: FieldType, format: str | None) -> str | None:
    """The characters that can be written in such a field, None where any can."""
    if format is not None and format in ALPHABETS:
        return ALPHABETS[format]
    match field_type:
        case FieldType.DIGITS | FieldType.DATE:
            return chars.DIGITS
        case FieldType.AMOUNT:
            return chars.DIGITS + ","
        case FieldType.KANA:
            return chars.KANA_ALPHABET
        case _:
            return None


def written_date(text: str) -> WrittenDate | None:
    """Find era and digits in a date's writing (`7 020512`, 平成2年5月12日, H2.5.12)."""
    narrowed = chars.narrow(text).strip()
    stored = parse_written(narrowed)
    if stored is not None:
        return stored
    match = _SPOKEN_DATE.fullmatch(chars.without_spaces(narrowed))
    if match is None:
        return None
    era, year, month, day = match.groups()
    number = 1 if year == "元" else int(year)
    return WrittenDate(_ERA_CODES[era], f"{number:02}{int(month):02}{int(day):02}")


def _number_text(text: str) -> str:
    return chars.plain_dashes(chars.without_spaces(chars.narrow(text)))


def _amount(text: str) -> str:
    digits = _AMOUNT_SIGNS.sub("", _number_text(text))
    # An amount is a number: 0280000 and 280000 are the same one.
    return digits.lstrip("0") or digits[-1:]


def _date(text: str) -> str:
    written = written_date(text)
    if written is None:
        return _iso_date(chars.narrow(text).strip())
    value = from_written(*written).value
    return value.isoformat() if value else ""


def _iso_date(text: str) -> str:
    if not _ISO_DATE.fullmatch(text):
        return ""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def _office_symbol(text: str) -> str:
    written = chars.without_spaces(chars.narrow(text)).upper()
    if not re.match(r"[0-9]{2}", written):
        return chars.katakana(written)
    district, rest = written[:2], chars.katakana(written[2:])
    # No symbol begins with a long-vowel mark: one after the district is the hyphen.
    symbol = rest[1:] if chars.plain_dashes(rest[:1]) == "-" else rest
    return f"{district}-{symbol}"


def _phone(text: str) -> str:
    return _PHONE_SIGNS.sub("-", _number_text(text)).strip("-")


def _free_text(text: str) -> str:
    widened = chars.wide_kana(chars.narrow(text))
    return chars.wide_spaces(_DASH_IN_TEXT.sub("-", widened))
