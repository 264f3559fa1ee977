"""What a page will hold beside its filing: special ways of writing, and their truth."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from bench.making.cast import Chance
from bench.making.writing import Drawing, Scribe
from forms.definition import Field, FieldType, FormDefinition
from forms.grammar import canonical
from kamizero.model import Box, FieldState
from samples.making.filing import Filing

Act = Callable[[Scribe], None]
"""Something drawn when all is written."""


@dataclass(slots=True)
class Plan:
    """A filing on its way to the paper; special kinds change it one after the other.

    Attributes:
        page: which page of the form it is; only what stands on that one is written.
        written: field name -> what the writer puts there.
        kinds: field name -> special kind; all others are plain.
        expected: values that are not what canonical makes of `written`.
        states: the state that is right, where it is not plainly read or blank.
        drawings: how fields are written, where it is not the ordinary way.
        acts: what is drawn when all is written.
        pressed: fields whose end lies under a seal of the name in them.
        kind: new, correction or cancellation.
    """

    filing: Filing
    written: dict[str, str]
    page: int = 1
    kinds: dict[str, str] = field(default_factory=dict)
    expected: dict[str, str] = field(default_factory=dict)
    states: dict[str, FieldState] = field(default_factory=dict)
    drawings: dict[str, Drawing] = field(default_factory=dict)
    acts: list[Act] = field(default_factory=list)
    pressed: list[Field] = field(default_factory=list)
    kind: str = "new"

    @classmethod
    def of(cls, filing: Filing, page: int = 1) -> "Plan":
        return cls(filing, dict(filing.written), page)

    @property
    def form(self) -> FormDefinition:
        return self.filing.definition

    def fields(self, *types: FieldType, filled: bool = True) -> list[Field]:
        """Fields without mistake or special kind, of these types."""
        wrong = set(self.filing.wrong)
        return [
            one
            for one in self.form.fields
            if one.page == self.page
            and one.type in types
            and one.name not in self.kinds
            and one.name not in wrong
            and bool(self.written.get(one.name)) == filled
        ]

    def entry(self, number: int) -> list[Field]:
        return [
            one
            for one in self.form.fields
            if one.page == self.page and one.entry == number
        ]

    def untouched_entries(self) -> Iterator[int]:
        """Entries without any special kind or mistake."""
        touched = {*self.kinds, *self.filing.wrong}
        for number in range(1, self.form.entries + 1):
            if not any(one.name in touched for one in self.entry(number)):
                yield number

    def mark(self, one: Field, kind: str, drawing: Drawing | None = None) -> None:
        self.kinds[one.name] = kind
        if drawing:
            self.drawings[one.name] = drawing

    def void(self, one: Field, state: FieldState) -> None:
        """The field carries no value, whatever stands in it."""
        self.expected[one.name] = ""
        self.states[one.name] = state

    def truth(self) -> dict[str, str]:
        """Every field with the value that is right."""
        return {
            one.name: self.expected.get(
                one.name,
                canonical(one.type, one.format, self.written.get(one.name, "")),
            )
            for one in self.form.fields
        }


def some(rng: Chance, fields: list[Field], count: int) -> list[Field]:
    """Up to so many of them, in the order of the form."""
    chosen = rng.choice(len(fields), min(count, len(fields)), replace=False)
    return [fields[int(n)] for n in np.sort(chosen)]


def around(fields: list[Field]) -> Box:
    """The box around the writing areas."""
    left = min(one.box_mm.x for one in fields)
    top = min(one.box_mm.y for one in fields)
    right = max(one.box_mm.right for one in fields)
    bottom = max(one.box_mm.bottom for one in fields)
    return Box(left, top, right - left, bottom - top)
