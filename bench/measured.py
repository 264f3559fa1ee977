"""What was measured on a page: field by field, and second by second."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from forms.definition import FieldType, FormDefinition
from kamizero.model import Reading, Severity
from workers.reading import FilingReading

Truth = Mapping[str, Any]
"""A page as `truth.json` holds it."""

ORDINARY = ("plain", "digits")
BLANK = "blank"


@dataclass(frozen=True, slots=True)
class Measured:
    """One field of one page.

    Attributes:
        kind: plain, digits or a special kind; blank where nothing is written.
        expected: the canonical value, or how an impossible date is written.
        found: what was read; None where the page was not.
        doubts: why it was not accepted; nothing where the page was not read.
    """

    file: str
    name: str
    type: str
    kind: str
    quality: str
    expected: str
    found: str | None
    state: str
    right: bool
    accepted: bool
    confidence: float
    doubts: tuple[str, ...] = ()

    @property
    def accepted_wrong(self) -> bool:
        return self.accepted and not self.right


@dataclass(frozen=True, slots=True)
class Seconds:
    """Where the time of one page went; `recogniser` and `cells` are the two models."""

    decode: float = 0.0
    look: float = 0.0
    crops: float = 0.0
    recogniser: float = 0.0
    rest: float = 0.0
    cells: float = 0.0

    @property
    def models(self) -> float:
        return self.recogniser + self.cells

    @property
    def all(self) -> float:
        return self.decode + self.look + self.crops + self.models + self.rest


@dataclass(frozen=True, slots=True)
class WrittenError:
    """A value its writer got wrong, and whether an error or warning names it."""

    file: str
    name: str
    quality: str
    reported: bool


def fields_of(
    file: str, truth: Truth, form: FormDefinition, reading: FilingReading | None
) -> Iterator[Measured]:
    """Every field of a page beside its truth; of a page not read, nothing is right."""
    found = {one.name: one for one in reading.readings} if reading else {}
    for field in form.fields:
        one = found.get(field.name)
        kind = truth["kinds"].get(field.name, BLANK)
        expected = truth["fields"][field.name]
        impossible = (
            field.type is FieldType.DATE
            and expected == ""
            and field.name in truth["written"]
        )
        if impossible:
            expected = truth["written"][field.name]
        yield Measured(
            file=file,
            name=field.name,
            type=field.type.value,
            kind=kind,
            quality=truth["quality"],
            expected=expected,
            found=_found(one, as_written=impossible),
            state=one.state.value if one else "",
            right=_is_right(one, expected, truth["states"].get(field.name), impossible),
            accepted=bool(one and one.accepted),
            confidence=one.confidence if one else 0.0,
            doubts=one.doubts if one else (),
        )


def _found(one: Reading | None, *, as_written: bool) -> str | None:
    if one is None:
        return None
    return one.text if as_written and not one.value else one.value


def _is_right(
    one: Reading | None, expected: str, state: str | None, impossible: bool
) -> bool:
    if one is None or _found(one, as_written=impossible) != expected:
        return False
    # Nothing circled and two circled are not the same filing.
    return not (state == "several" and one.state.value == "blank")


def errors_of(
    file: str, truth: Truth, reading: FilingReading | None
) -> Iterator[WrittenError]:
    """Every error of the writer, found or not."""
    named = {
        name
        for finding in (reading.findings if reading else ())
        if finding.severity in (Severity.ERROR, Severity.WARNING)
        for name in finding.fields
    }
    for name in truth["wrong"]:
        yield WrittenError(file, name, truth["quality"], reported=name in named)
