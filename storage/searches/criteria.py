"""What somebody looks for: checked where it is made, told to events by name alone."""

import re
import unicodedata
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum

from forms.headings import Heading
from kamizero.errors import WrongCallError
from storage.cards import WORDS
from storage.tables import EntryState

_RECEIPT = re.compile(r"\d{8}-\d{4,}")
_DASHES = re.compile("[‐‑‒–—―−ー]")
LARGEST_AMOUNT = 10**15
LONGEST = 100


class DayOf(StrEnum):
    """Which days a range is about."""

    RECEIVED = "received"
    BIRTH = "birth"
    ON_FORM = "day"


@dataclass(frozen=True, slots=True)
class Criteria:
    """What is asked; what is empty is not asked. Ranges include both their ends."""

    number: str = ""
    name: str = ""
    office: str = ""
    form: str = ""
    site: str = ""
    state: EntryState | None = None
    day_of: DayOf = DayOf.RECEIVED
    day_from: date | None = None
    day_until: date | None = None
    amount_from: int | None = None
    amount_until: int | None = None

    def __post_init__(self) -> None:
        """Raises WrongCallError."""
        if not self.asked:
            raise WrongCallError("Say at least one thing to look for.")
        for heading in WORDS:
            self._demand_word(heading)
        for what, first, last in (
            ("day", self.day_from, self.day_until),
            ("amount", self.amount_from, self.amount_until),
        ):
            if first is not None and last is not None and first > last:  # type: ignore[operator]
                raise WrongCallError(f"The first {what} is after the last.")
        for amount in (self.amount_from, self.amount_until):
            if amount is not None and not 0 <= amount <= LARGEST_AMOUNT:
                raise WrongCallError("An amount is a number of yen.")

    @property
    def asked(self) -> tuple[str, ...]:
        """The names of what is asked, and nothing of what is looked for."""
        names = (field.name for field in fields(self) if field.name != "day_of")
        return tuple(name for name in names if getattr(self, name) not in ("", None))

    @property
    def receipt(self) -> str:
        """The receipt number, where the number is one."""
        plain = _DASHES.sub("-", unicodedata.normalize("NFKC", self.number)).strip()
        return plain if _RECEIPT.fullmatch(plain) else ""

    @property
    def about_people(self) -> tuple[Heading, ...]:
        """The headings that must say so of one and the same entry."""
        told = {
            Heading.NAME: bool(self.name),
            Heading.NUMBER: bool(self.number and not self.receipt),
            Heading.AMOUNT: self.amount_from is not None
            or self.amount_until is not None,
            Heading.BIRTH: self.has_days and self.day_of is DayOf.BIRTH,
            Heading.DAY: self.has_days and self.day_of is DayOf.ON_FORM,
        }
        return tuple(heading for heading, is_asked in told.items() if is_asked)

    @property
    def has_days(self) -> bool:
        return self.day_from is not None or self.day_until is not None

    def word(self, heading: Heading) -> str:
        """What is looked for under a heading of words, in its folded form."""
        return WORDS[heading](getattr(self, heading.value))[0]

    def _demand_word(self, heading: Heading) -> None:
        given: str = getattr(self, heading.value)
        if len(given) > LONGEST or (given and not WORDS[heading](given)):
            raise WrongCallError(
                f"A {heading} has letters or digits, and {LONGEST} of them at most."
            )
