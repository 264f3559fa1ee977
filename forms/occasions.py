"""What makes two filings tell of the same: whom they name, and of what day.

A form says which items are its occasion; who is meant is told by each number on it, so
that a filing by My Number and one by pension number still meet.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from forms.definition import FormDefinition
from forms.grammar import folded_kana, folded_kanji

_NUMBERS = ("my_number", "pension_number")
_NAMES = ("name_kana", "name_kanji")


@dataclass(frozen=True, slots=True)
class Occasion:
    """One way to name what an entry tells of; `when` is "" for whatever it tells."""

    form: str
    who: str
    when: str

    @property
    def any_time(self) -> "Occasion":
        return Occasion(self.form, self.who, "")


@dataclass(frozen=True, slots=True)
class Named:
    """An occasion, and the field that names the person."""

    occasion: Occasion
    by: str


def occasions(
    form: FormDefinition, n: int, value: Callable[[str], str]
) -> Sequence[Named]:
    """Every way in which entry `n` names what it tells of; the surest person first.

    Args:
        value: gives what stands in a field, "" for nothing.
    """
    said = _Entry(form, n, value)
    whens = [when for items in form.occasion if (when := said.all_of(items))]
    return [
        Named(Occasion(form.form, who, when), by)
        for by, who in said.people()
        for when in (*dict.fromkeys(whens), "")
    ]


@dataclass(frozen=True, slots=True)
class _Entry:
    form: FormDefinition
    n: int
    value: Callable[[str], str]

    def name(self, item: str) -> str:
        """The field of this line, or that of the head which counts for every line."""
        own = f"{self.form.entry_prefix}.{self.n}.{item}"
        return own if self.value(own) or item not in self.form.by_name else item

    def all_of(self, items: Sequence[str]) -> str:
        """What these items say together, "" where one is empty."""
        said = [self.value(self.name(item)).lstrip("0") for item in items]
        return "/".join(said) if all(said) else ""

    def people(self) -> Iterator[tuple[str, str]]:
        for item in _NUMBERS:
            if number := self.value(self.name(item)):
                yield self.name(item), f"{item}/{number}"
        # The serial number of somebody who joins is new: it names nobody yet.
        serial, office = self.value(self.name("serial_number")), "office.symbol"
        if serial and self.value(office) and not self.form.newcomers:
            who = f"serial/{self.value(office)}/{serial.lstrip('0')}"
            yield self.name("serial_number"), who
        yield from self._by_name()

    def _by_name(self) -> Iterator[tuple[str, str]]:
        born = self.value(self.name("birth_date"))
        for item, fold in zip(_NAMES, (folded_kana, folded_kanji), strict=True):
            if born and (name := self.value(self.name(item))):
                yield self.name(item), f"{item}/{fold(name)}/{born}"
