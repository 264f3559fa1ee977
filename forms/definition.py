"""What a form is: its fields, where they stand on the page, and how they are written.

A definition is data. Everything else in the product that knows a form knows it
through these classes.
"""

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict

from kamizero.model import Box, LocalText


class FieldType(StrEnum):
    DIGITS = "digits"
    KANA = "kana"
    TEXT = "text"
    ADDRESS = "address"
    AMOUNT = "amount"
    DATE = "date"
    CHOICE = "choice"
    CHECK = "check"
    SEAL = "seal"


class Nature(StrEnum):
    """What the office does with a filing: takes notice, or decides."""

    NOTICE = "届出"
    APPLICATION = "申請"
    RECOGNITION = "認定"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Choice(_Frozen):
    """One printed choice: circled (choice, era of a date) or ticked (check)."""

    code: str
    label: str
    box_mm: Box


class Field(_Frozen):
    """One field, in mm from the top left of its page.

    `box_mm` is the writing area: nothing is printed in it but the lines of its
    `cells`. `cells` are comb boxes of one character each, or None. A `date` has six
    (YYMMDD) and its eras as `choices`.
    """

    name: str
    label: str
    label_en: str
    item: str
    type: FieldType
    format: str | None = None
    page: int = 1
    box_mm: Box
    cells: tuple[Box, ...] | None = None
    align: Literal["left", "right"] = "left"
    required: bool = False
    sensitive: bool = False
    critical: bool = False
    choices: tuple[Choice, ...] = ()

    @property
    def entry(self) -> int | None:
        """The 1-based entry (person) the field belongs to, None for the head."""
        parts = self.name.split(".")
        return int(parts[1]) if len(parts) == 3 and parts[1].isdigit() else None


class FormDefinition(_Frozen):
    """One revision of one form; `fields` in reading order."""

    form: str
    revision: str
    title: str
    title_en: str
    nature: Nature
    page_size_mm: tuple[float, float]
    pages: int
    marks: tuple[Box, ...]
    fields: tuple[Field, ...]
    entry_prefix: str = "insured"
    entries: int

    @property
    def name(self) -> str:
        return f"{self.form}@{self.revision}"

    def field(self, name: str) -> Field:
        """The field of that name; KeyError where the form has none."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(name)

    def heading(self) -> LocalText:
        return LocalText(ja=self.title, en=self.title_en)
