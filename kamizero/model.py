"""The values rooms hand to each other.

Pixels and millimetres count from the page's top left corner; probabilities run
from 0 to 1; business dates are Asia/Tokyo, instants are UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

DPI_SLACK = 0.97
"""The share of the wanted dots an inch that is enough: feeders stretch a sheet."""


class Box(NamedTuple):
    """A rectangle; the unit (mm or px) stands in the name that holds it."""

    x: float
    y: float
    w: float
    h: float

    @property
    def right(self) -> float:
        return self.x + self.w

    @property
    def bottom(self) -> float:
        return self.y + self.h

    @property
    def centre(self) -> tuple[float, float]:
        return self.x + self.w / 2, self.y + self.h / 2

    def overlaps(self, other: "Box") -> bool:
        """Tell whether the two share an area, touching edges not counted."""
        return (
            self.x < other.right
            and other.x < self.right
            and self.y < other.bottom
            and other.y < self.bottom
        )

    def contains(self, other: "Box") -> bool:
        return (
            self.x <= other.x
            and self.y <= other.y
            and other.right <= self.right
            and other.bottom <= self.bottom
        )


class Word(NamedTuple):
    """A word of a PDF's text that is visibly painted; the box is in page pixels."""

    text: str
    box_px: Box


class FieldState(StrEnum):
    """What was found in a field; only READ and DITTO carry a value."""

    READ = "read"
    BLANK = "blank"
    UNREADABLE = "unreadable"
    STRUCK = "struck"
    SEVERAL = "several"
    DITTO = "ditto"


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class PageKind(StrEnum):
    FORM = "form"
    ATTACHMENT = "attachment"
    SEPARATOR = "separator"
    BLANK = "blank"
    UNKNOWN = "unknown"
    FAILED = "failed"


class Standing(StrEnum):
    """Whether a page counts: one that does not is kept and stays visible."""

    VALID = "valid"
    # A better scan of the same side took its place.
    REPLACED = "replaced"
    # A person said that it does not belong here, such as a sheet scanned twice.
    SET_ASIDE = "set_aside"


class FilingKind(StrEnum):
    NEW = "new"
    CORRECTION = "correction"
    CANCELLATION = "cancellation"


@dataclass(frozen=True, slots=True)
class Filed:
    """A filing that came and was not sent back, as another one speaks of it."""

    id: int
    receipt_number: str
    received_on: date
    kind: FilingKind


class Summed(NamedTuple):
    """What lies in a bundle of the form that a summary (総括表) counts.

    `persons` are the entries on the papers, whatever became of them since.
    """

    sheets: int
    persons: int


class Role(StrEnum):
    """What somebody is here for; each person and each key has one.

    MACHINE is kamizero itself: no person and no key can have it.
    """

    SCANNER = "scanner"
    KEYER = "keyer"
    REVIEWER = "reviewer"
    APPROVER = "approver"
    RECORDS_MANAGER = "records_manager"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    ROBOT = "robot"
    MACHINE = "machine"


class Scope(StrEnum):
    """What a token may be used for."""

    FILINGS_READ = "filings:read"
    JOBS_READ = "jobs:read"
    JOBS_WRITE = "jobs:write"
    ORIGINALS_READ = "originals:read"
    EVENTS_READ = "events:read"
    DELIVERIES_READ = "deliveries:read"
    DELIVERIES_WRITE = "deliveries:write"
    SUBSCRIPTIONS_READ = "subscriptions:read"
    SUBSCRIPTIONS_WRITE = "subscriptions:write"
    QUEUES_READ = "queues:read"
    # Taking entries from a queue and answering for them.
    QUEUES_WORK = "queues:work"
    # Saying what fields of an entry in review say elsewhere.
    QUEUES_SUGGEST = "queues:suggest"
    # Saying of an entry in doubt what a look in the host showed.
    QUEUES_SETTLE = "queues:settle"
    # My Numbers of an entry in one's hands, each reading an event.
    NUMBERS_READ = "numbers:read"
    METRICS_READ = "metrics:read"


class LocalText(NamedTuple):
    """One sentence in the languages of the product."""

    ja: str
    en: str

    def in_language(self, language: str) -> str:
        return self.en if language == "en" else self.ja


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to read a field: canonical value, what is written, probability."""

    value: str
    text: str
    probability: float

    def __post_init__(self) -> None:
        if not 0 <= self.probability <= 1:
            raise ValueError(f"probability {self.probability} is outside 0..1")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a machine says stands in one field.

    Attributes:
        name: the field's name, e.g. `insured.2.birth_date`.
        value: canonical value, "" unless state is READ or DITTO (and "" for a
            date that does not exist; `text` then holds the writing).
        text: what is written, as far as it could be read.
        confidence: probability that the whole field is right.
        accepted: the reading needs no human eye at the target error.
        chosen_by: the rule that decided between candidates, or None.
        page: 1-based page of the form.
        box_px: where on the page image as stored (before any turn), x y w h.
        alternatives: other candidates, most probable first.
        engine: engine and model hash.
        grounds: the independent grounds that agree, e.g. ("line", "cells").
        doubts: why it needs an eye, e.g. ("faint",); nothing where it is accepted.
    """

    name: str
    state: FieldState
    value: str
    text: str
    confidence: float
    accepted: bool
    chosen_by: str | None
    page: int
    box_px: Box
    alternatives: tuple[Candidate, ...]
    engine: str
    grounds: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.value and self.state not in (FieldState.READ, FieldState.DITTO):
            raise ValueError(f"{self.name}: a {self.state} field has no value")
        if not 0 <= self.confidence <= 1:
            raise ValueError(f"{self.name}: confidence {self.confidence}")


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule says about a filing.

    `fields` names every field the rule looked at. `record` is what the loaded
    record says, for comparison; it and the messages never quote a sensitive value.
    `about` is another filing that it speaks of.
    """

    rule: str
    severity: Severity
    fields: tuple[str, ...]
    message: LocalText
    record: str | None = None
    about: int | None = None


Values = Mapping[str, str]
"""Field name -> canonical value, "" where nothing is written."""
