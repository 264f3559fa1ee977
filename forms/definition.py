"""What a form is: its fields, where they stand on the page, and how they are written.

A definition is data. Everything else in the product that knows a form knows it
through these classes.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict

from forms.attachments import Attachment
from forms.sums import Sum
from kamizero.model import Box, LocalText

Weight = Literal["thick", "thin", "dotted"]


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

    def model_copy(
        self, *, update: Mapping[str, Any] | None = None, deep: bool = False
    ) -> Self:
        """The same with other values; what was worked out from the old ones is not."""
        copied = super().model_copy(update=update, deep=deep)
        for name in copied.__dict__.keys() - type(self).model_fields.keys():
            del copied.__dict__[name]
        return copied


class Choice(_Frozen):
    """One printed choice: circled (choice, era of a date) or ticked (check)."""

    code: str
    label: str
    box_mm: Box


class Field(_Frozen):
    """One field, in mm from the top left of its page.

    `box_mm` is the writing area: nothing is printed in it but the lines of its
    `cells`; only around a `choice`, whose codes are printed to be circled, it holds
    text. `cells` are comb boxes of one character each, or None. A `date` has six
    (YYMMDD) and its eras as `choices`; where there is one era only, it is printed
    and nobody circles it. What is `uncertain` is known second-hand only.
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
    uncertain: bool = False
    choices: tuple[Choice, ...] = ()

    @cached_property
    def entry(self) -> int | None:
        """The 1-based entry (person) the field belongs to, None for the head."""
        parts = self.name.split(".")
        return int(parts[1]) if len(parts) == 3 and parts[1].isdigit() else None

    def holds(self, item: str) -> bool:
        """Tell whether it is this item, of whomever: `name_kana` of a spouse too."""
        return f"_{self.name.rpartition('.')[2]}".endswith(f"_{item}")


class PrintedText(_Frozen):
    """Text on the blank, set into its box; "\\n" parts lines.

    A text that is too wide for its box is set smaller than `size_pt`.
    """

    text: str
    box_mm: Box
    size_pt: float
    align: Literal["left", "center", "right"] = "center"
    bold: bool = False
    page: int = 1


class PrintedLine(_Frozen):
    """A ruled line on the blank, from and to in mm."""

    start_mm: tuple[float, float]
    end_mm: tuple[float, float]
    weight: Weight = "thin"
    page: int = 1


class PrintedShade(_Frozen):
    """A label cell on the blank: framed and faintly shaded."""

    box_mm: Box
    page: int = 1


class Printed(_Frozen):
    """What a blank carries besides the comb boxes, tick boxes and marks."""

    texts: tuple[PrintedText, ...] = ()
    lines: tuple[PrintedLine, ...] = ()
    shades: tuple[PrintedShade, ...] = ()


class JudgementPoint(_Frozen):
    """A point that a person ticks with the page it rests on (審査項目)."""

    id: str
    label: str
    label_en: str


class FormDefinition(_Frozen):
    """One revision of one form; `fields` in reading order.

    `marks` are the four corner squares (top left, top right, bottom left, bottom
    right), then the QR code; they stand on every page. In `title_area` of the first
    page 訂正 or 取消 is written beside the print; on a new notice nothing is.
    `newcomers` tells that its persons are not on the office's register before, and
    `sums` are the totals of each entry, by items. `occasion` are the items that tell
    together of what an entry is about: two filings of one person that say the same in
    any of them tell it twice. `attachments` are the papers its entries need. `sums_up`
    is the form whose filings in the same bundle it counts: a summary (総括表), which
    is no entry of that bundle itself.
    """

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
    newcomers: bool = False
    sums: tuple[Sum, ...] = ()
    occasion: tuple[tuple[str, ...], ...] = ()
    attachments: tuple[Attachment, ...] = ()
    sums_up: str | None = None
    printed: Printed = Printed()
    title_area: Box | None = None
    judgement: tuple[JudgementPoint, ...] = ()

    @cached_property
    def items(self) -> frozenset[str]:
        """The names of its fields, those of an entry without the entry."""
        return frozenset(
            field.name if field.entry is None else field.name.split(".")[2]
            for field in self.fields
        )

    def __hash__(self) -> int:
        # Caches ask for it at every field: all that is printed need not go into it.
        return hash((self.form, self.revision))

    @property
    def in_force_from(self) -> date:
        """The first day of the month the revision is named after."""
        return date.fromisoformat(f"{self.revision}-01")

    @property
    def corners(self) -> tuple[Box, ...]:
        """The registration squares: top left, top right, bottom left, bottom right."""
        return self.marks[:4]

    @property
    def code_box(self) -> Box:
        """Where the QR code stands, without its quiet zone."""
        return self.marks[4]

    @property
    def name(self) -> str:
        return f"{self.form}@{self.revision}"

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        """Its fields by name."""
        return {field.name: field for field in self.fields}

    @cached_property
    def by_entry(self) -> Mapping[int | None, Sequence[Field]]:
        """The fields of each entry, those of the head under None."""
        found: dict[int | None, list[Field]] = {}
        for field in self.fields:
            found.setdefault(field.entry, []).append(field)
        return found

    def field(self, name: str) -> Field:
        """The field of that name; KeyError where the form has none."""
        return self.by_name[name]

    def heading(self) -> LocalText:
        return LocalText(ja=self.title, en=self.title_en)
