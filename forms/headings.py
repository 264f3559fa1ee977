"""Under which heading (見出し) of the index the value of a field is found."""

from enum import StrEnum

from forms.definition import Field, FieldType


class Heading(StrEnum):
    """What somebody knows who looks for a filing."""

    NAME = "name"
    OFFICE = "office"
    NUMBER = "number"
    BIRTH = "birth"
    DAY = "day"
    AMOUNT = "amount"


_NUMBERS = frozenset(
    {
        *("my_number", "pension_number", "corporate_number", "serial_number"),
        *("bank_account", "account_number", "yucho_number"),
    }
)
_OFFICES = frozenset({"office_symbol", "office_number"})
_NAMES = ("name_kana", "name_kanji", "alias_kana", "alias_kanji")
# An office is found by who owns it too.
_OFFICE_NAMES = ("office.name", "office.owner_name")


def heading_of(field: Field) -> Heading | None:
    """The heading for a field, None where nobody looks for what it says."""
    if field.format in _NUMBERS:
        return Heading.NUMBER
    if field.sensitive:
        return None
    if field.format in _OFFICES or field.name in _OFFICE_NAMES:
        return Heading.OFFICE
    if any(field.holds(item) for item in _NAMES):
        return Heading.NAME
    if field.type is FieldType.DATE:
        return Heading.BIRTH if field.holds("birth_date") else Heading.DAY
    return Heading.AMOUNT if field.type is FieldType.AMOUNT else None
