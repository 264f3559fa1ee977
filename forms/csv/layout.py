"""What a line of the table holds, item by item, by one spec."""

from collections.abc import Mapping
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from forms.definition import FieldType

FIRST_SPEC = "2020-12"
"""The spec that items without a date of their own belong to."""

Holds = Literal[
    "digits", "kana", "single", "wide", "any", "symbol", "nothing", "letters"
]
When = Mapping[int, tuple[str, ...]]
"""Item -> what it holds: these values, "" for blank, "*" for anything written."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Item(_Frozen):
    """One item of a line. Lengths count bytes, as the file does.

    Attributes:
        lengths: the lengths allowed, where only some are.
        never: values that are reserved; `zero` False forbids all zeros.
        gap: family and given name are parted by one space.
        first, last: the numbers that can stand here.
        field: the field of a form it is, or is a part of; None where forms have none.
        instead: the item that takes the field's value where a condition asks for it.
        blank_as: what is written where the field is blank.
        since: the spec date that brought the item; `renamed` the one that changed
            its label, which was `label_before`.
        uncertain: known second-hand only; it never blocks.
    """

    n: int
    kind: str
    label: str
    label_en: str
    label_before: str = ""
    renamed: str = ""
    holds: Holds
    length: int = 0
    lengths: tuple[int, ...] = ()
    least: int = 0
    most: int = 0
    never: tuple[str, ...] = ()
    zero: bool = True
    gap: bool = False
    codes: Mapping[str, str] = {}
    first: str = Field(default="", alias="from")
    last: str = Field(default="", alias="to")
    type: FieldType | None = None
    format: str | None = None
    sensitive: bool = False
    field: str | None = None
    instead: int | None = Field(default=None, alias="else")
    blank_as: str = ""
    required: bool = False
    since: str = FIRST_SPEC
    uncertain: bool = False

    def allows_length(self, size: int) -> bool:
        if self.lengths or self.length:
            return size in (self.lengths or (self.length,))
        return self.least <= size <= (self.most or size)

    @property
    def longest(self) -> int:
        """The most bytes it can hold; 0 where only its codes say."""
        return max(self.lengths, default=0) or self.length or self.most


class Condition(_Frozen):
    """What items must hold because of others, with changes to the example row.

    Attributes:
        required, blank: these must be written, or not be, `when` that holds.
        one_of: at least one of them must be written.
        together: either all are written or none.
        else_blank: where `when` does not hold, the required ones must be blank.
        left_out: what must be blank is left out when the row is written.
        instead_of: rules on the values of a form that it says more exactly.
        passes, fails: what makes the example row right and wrong.
    """

    id: str
    required: tuple[int, ...] = ()
    blank: tuple[int, ...] = ()
    one_of: tuple[int, ...] = ()
    together: tuple[int, ...] = ()
    when: When = {}
    else_blank: bool = False
    left_out: bool = False
    uncertain: bool = False
    instead_of: tuple[str, ...] = ()
    passes: Mapping[int, str]
    fails: Mapping[int, str]

    @property
    def items(self) -> tuple[int, ...]:
        return self.required or self.blank or self.one_of or self.together


class Layout(_Frozen):
    """The items of one kind of line by one spec, in their order."""

    code: str
    form: str
    title: str
    title_en: str
    spec: str
    items: tuple[Item, ...]
    conditions: tuple[Condition, ...]
    example: tuple[str, ...]

    def __hash__(self) -> int:
        return hash((self.code, self.spec))

    def item(self, n: int) -> Item:
        """The n-th item, from 1."""
        return self.items[n - 1]

    @property
    def in_force_from(self) -> date:
        return date.fromisoformat(f"{self.spec}-01")

    def restated(self) -> frozenset[str]:
        """Rules on values that the conditions of this layout say more exactly."""
        return frozenset(id_ for one in self.conditions for id_ in one.instead_of)
