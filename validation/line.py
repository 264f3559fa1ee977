"""One line of a filing, or its head, as a rule looks at it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple

from forms.occasions import Occasion
from kamizero.model import Filed
from kamizero.records import RecordKind, Records
from validation.filing import FilingValues

FiledBefore = Mapping[Occasion, Sequence[Filed]]
"""The other filings that tell of an occasion, the newest first."""


class Found(NamedTuple):
    """What a rule objects to; `words` fill the gaps of the rule's message."""

    fields: tuple[str, ...]
    words: Mapping[str, str]
    record: str | None
    about: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """Entry `n` of a filing, or its head where `n` is None.

    Items are named without their entry (`birth_date`); a field of the head is named
    in full from any line.
    """

    filing: FilingValues
    n: int | None
    today: date
    records: Records | None = None
    filed: FiledBefore = field(default_factory=dict)

    def name(self, item: str) -> str:
        """The field's name: the item of this entry, or of the head."""
        if self.n is None or item.startswith("office."):
            return item
        return f"{self.filing.form.entry_prefix}.{self.n}.{item}"

    def head(self) -> "Line":
        return replace(self, n=None)

    def lines(self) -> list["Line"]:
        """The lines of all used entries of the filing."""
        return [replace(self, n=n) for n in self.filing.entries()]

    def has_records(self, kind: RecordKind) -> bool:
        """Tell whether there is anything to compare with."""
        return self.records is not None and self.records.holds(kind)

    def holding(self, item: str) -> list[str]:
        """The items of the entry that are this one, of whomever in it."""
        return [
            one.name.rpartition(".")[2]
            for one in self.filing.form.by_entry.get(self.n, ())
            if one.holds(item)
        ]

    def value(self, item: str) -> str:
        return self.filing.value(self.name(item))

    def date(self, item: str) -> date | None:
        return self.filing.date(self.name(item))

    def amount(self, item: str) -> int | None:
        return self.filing.amount(self.name(item))

    def is_blank(self, item: str) -> bool:
        return self.filing.is_blank(self.name(item))

    def ticked(self, item: str) -> bool:
        return self.value(item) == "1"

    def found(self, *items: str, record: str | None = None, **words: str) -> Found:
        """Object to these items of the line."""
        names = [self.name(item) for item in items]
        return self.found_in(names, record=record, **words)

    def found_in(
        self, names: Iterable[str], *, record: str | None = None, **words: str
    ) -> Found:
        """Object to fields named in full; those the form does not have are left out."""
        has = self.filing.form.by_name
        return Found(tuple(name for name in names if name in has), words, record)
