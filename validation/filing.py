"""The values of one filing as rules see them, whoever read or typed them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from typing import Self

from forms.definition import FormDefinition
from forms.grammar import WrittenDate, from_written, parse_written
from kamizero.model import Candidate, FieldState, FilingKind, Reading, Summed

_NOT_WRITTEN = (FieldState.BLANK, FieldState.STRUCK)


def free_reading(
    chosen_by: str | None, accepted: bool, candidates: Sequence[Candidate]
) -> Candidate | None:
    """What was read without the rule that chose a value nobody has accepted yet."""
    if chosen_by is None or accepted or not candidates:
        return None
    return candidates[0]


@dataclass(frozen=True, slots=True)
class FilingValues:
    """What stands in the fields of one filing.

    Attributes:
        values: canonical values; a name that is missing is blank.
        states: what was found; where missing, it follows from the value.
        texts: the writing; of a date its era code, a space and its digits.
        free: for a value that a rule chose and nobody confirmed, the reading without
            that rule. It is checked too, so that choosing hides no written error.
        chosen_by: the rule that chose a value, so that it is not its own evidence.
        attachments: the kinds of papers that lie with it; None where nobody looked.
        summed: what a summary should have counted; None where that is not known.
    """

    form: FormDefinition
    kind: FilingKind
    values: Mapping[str, str]
    states: Mapping[str, FieldState] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    free: Mapping[str, Candidate] = field(default_factory=dict)
    chosen_by: Mapping[str, str] = field(default_factory=dict)
    attachments: frozenset[str] | None = None
    summed: Summed | None = None
    # Every other rule asks for them: found once.
    _used: Sequence[int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        used = [n for n in range(1, self.form.entries + 1) if self._is_used(n)]
        object.__setattr__(self, "_used", used)

    @classmethod
    def of_readings(
        cls, form: FormDefinition, kind: FilingKind, readings: Sequence[Reading]
    ) -> Self:
        """Take what a machine read, before any person has seen it."""
        chosen = [r for r in readings if r.chosen_by is not None]
        return cls(
            form=form,
            kind=kind,
            values={r.name: r.value for r in readings},
            states={r.name: r.state for r in readings},
            texts={r.name: r.text for r in readings},
            free={
                r.name: free
                for r in readings
                if (free := free_reading(r.chosen_by, r.accepted, r.alternatives))
            },
            chosen_by={r.name: r.chosen_by for r in chosen if r.chosen_by},
        )

    def entries(self) -> Sequence[int]:
        """The entries that are used: a line without ink is no entry.

        A line whose every writing is struck out was taken back by its writer.
        """
        return self._used

    def struck_entries(self) -> list[int]:
        """The entries that were written and then struck out as a whole."""
        return [
            n
            for n in range(1, self.form.entries + 1)
            if n not in self._used and FieldState.STRUCK in self._states_of(n)
        ]

    def value(self, name: str) -> str:
        return self.values.get(name, "")

    def text(self, name: str) -> str:
        return self.texts.get(name, "")

    def state(self, name: str) -> FieldState:
        default = FieldState.READ if self.value(name) else FieldState.BLANK
        return self.states.get(name, default)

    def is_blank(self, name: str) -> bool:
        """Tell whether nothing valid is written there; illegible is not blank."""
        return self.value(name) == "" and self.state(name) in _NOT_WRITTEN

    def date(self, name: str) -> date | None:
        try:
            return date.fromisoformat(self.value(name))
        except ValueError:
            return None

    def amount(self, name: str) -> int | None:
        value = self.value(name)
        return int(value) if value.isascii() and value.isdigit() else None

    def written_date(self, name: str) -> WrittenDate | None:
        """Era and digits as written, None where the value has changed since."""
        written = parse_written(self.text(name))
        if written is None or from_written(*written).value != self.date(name):
            return None
        return written

    def with_reading(self, name: str, candidate: Candidate) -> Self:
        """The same filing with another reading in one field."""
        written = candidate.value or candidate.text
        state = FieldState.READ if written else FieldState.BLANK
        return replace(
            self,
            values={**self.values, name: candidate.value},
            texts={**self.texts, name: candidate.text},
            states={**self.states, name: state},
        )

    def _is_used(self, n: int) -> bool:
        return any(state not in _NOT_WRITTEN for state in self._states_of(n))

    def _states_of(self, n: int) -> Iterator[FieldState]:
        return (self.state(name) for name in _names(self.form).get(n, ()))


@cache
def _names(form: FormDefinition) -> Mapping[int, Sequence[str]]:
    """Entry -> its fields; rules ask for the lines over and over."""
    found: dict[int, list[str]] = {}
    for field_of_form in form.fields:
        if field_of_form.entry is not None:
            found.setdefault(field_of_form.entry, []).append(field_of_form.name)
    return found
