"""How long each class of record is kept, as dated data (保存期間表)."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from kamizero.errors import DefinitionError, MissingError
from kamizero.model import Role
from storage.tables import Measure

_APRIL = 4
_DAY = timedelta(days=1)


class Starts(StrEnum):
    """The event after which the time is counted."""

    RECEIPT = "receipt"
    DECISION = "decision"


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RecordClass(_Data):
    """One class: what belongs to it, and what holds for it."""

    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
    title: Annotated[str, Field(min_length=1, max_length=150)]
    title_en: str
    forms: tuple[str, ...]
    years: Annotated[int, Field(ge=1, le=100)]
    my_number_years: Annotated[int | None, Field(ge=0)] = None
    starts: Starts
    measure: Measure
    approver: Literal[Role.RECORDS_MANAGER, Role.APPROVER]
    paper_days: Annotated[int, Field(ge=0, le=3650)]
    image_dpi: Annotated[int, Field(ge=100, le=1200)] = 200
    image_depth: Literal[1, 8, 24] = 24

    def first_day(self, event_on: date) -> date:
        """The day the time is counted from (起算日)."""
        return date(fiscal_year(event_on) + 1, _APRIL, 1)

    def last_day(self, event_on: date) -> date:
        """The day it ends on (満了日)."""
        return self._after(event_on, self.years)

    def my_number_last_day(self, event_on: date) -> date | None:
        """The last day of a My Number in the record; None: that of the original."""
        if self.my_number_years is None:
            return None
        return self._after(event_on, self.my_number_years)

    @model_validator(mode="after")
    def _keeps_no_number_longer(self) -> Self:
        if self.my_number_years is not None and self.my_number_years > self.years:
            raise ValueError(f"{self.code} keeps My Numbers longer than originals")
        return self

    def _after(self, event_on: date, years: int) -> date:
        first = self.first_day(event_on)
        return first.replace(year=first.year + years) - _DAY


class _Revision(_Data):
    begins: Annotated[date, Field(alias="from")]
    classes: Annotated[tuple[RecordClass, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _is_clear(self) -> Self:
        codes = Counter(one.code for one in self.classes)
        forms = Counter(form for one in self.classes for form in one.forms)
        twice = [name for name, n in (codes + forms).items() if n > 1]
        if twice:
            raise ValueError(f"{', '.join(twice)} is named twice")
        if sum(not one.forms for one in self.classes) != 1:
            raise ValueError("exactly one class must name no form, for all others")
        return self


class _Source(_Data):
    revisions: Annotated[tuple[_Revision, ...], Field(min_length=1)]


class Schedule:
    """The classes of an office, in revisions that follow each other."""

    def __init__(self, revisions: Sequence[_Revision]) -> None:
        self._revisions = sorted(revisions, key=lambda one: one.begins)

    @staticmethod
    @cache
    def shipped() -> "Schedule":
        """The one that comes with the product."""
        text = (files("storage") / "retention" / "schedule.yaml").read_text("utf-8")
        return Schedule.read(text)

    @staticmethod
    def load(path: Path) -> "Schedule":
        """An office's own. Raises DefinitionError."""
        try:
            return Schedule.read(path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise DefinitionError(
                f"The schedule in {path} cannot be read: {error}. Set "
                "KAMIZERO_RETENTION_FILE to a readable YAML file in UTF-8."
            ) from error

    @staticmethod
    def read(text: str) -> "Schedule":
        """The schedule a YAML text holds. Raises DefinitionError."""
        try:
            source = _Source.model_validate(yaml.safe_load(text))
        except yaml.YAMLError as error:
            raise DefinitionError(f"The schedule is no YAML: {error}.") from error
        except ValidationError as error:
            raise DefinitionError(
                "The schedule cannot be used: "
                + "; ".join(
                    f"{'.'.join(map(str, one['loc']))}: {one['msg']}"
                    for one in error.errors()[:5]
                )
                + "."
            ) from error
        return Schedule(source.revisions)

    def begins(self, received_on: date) -> date:
        """Which revision holds for what came on that day, by its first day."""
        return self._revision(received_on).begins

    def of(self, form: str, *, received_on: date) -> RecordClass:
        """The class of a form that came on that day."""
        classes = self._revision(received_on).classes
        named = [one for one in classes if form in one.forms]
        return (named or [one for one in classes if not one.forms])[0]

    def named(self, code: str, *, received_on: date) -> RecordClass:
        """Raises MissingError."""
        for one in self._revision(received_on).classes:
            if one.code == code:
                return one
        raise MissingError(
            f"The schedule has no class {code}; it has "
            + ", ".join(one.code for one in self._revision(received_on).classes)
            + "."
        )

    def _revision(self, received_on: date) -> _Revision:
        in_force = [one for one in self._revisions if one.begins <= received_on]
        return in_force[-1] if in_force else self._revisions[0]


def fiscal_year(day: date) -> int:
    """The year that begins on the first of April (年度)."""
    return day.year if day.month >= _APRIL else day.year - 1
