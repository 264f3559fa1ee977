"""How long a filing may take, by form and channel, as dated data (標準処理期間)."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Self

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from kamizero.errors import DefinitionError


class Channel(StrEnum):
    """The way a filing came in."""

    PAPER = "paper"
    MEDIA = "media"
    ELECTRONIC = "electronic"


class EndsAt(StrEnum):
    """The event that must come in time."""

    APPROVAL = "approval"
    DELIVERY = "delivery"


class AfterReturn(StrEnum):
    """What becomes of the term when a returned paper (返戻) comes again."""

    RESUMES = "resumes"
    ANEW = "anew"


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Term(_Data):
    """So many business days or calendar months, and what must happen in them.

    What lies between a return and the day the paper comes again is never counted.
    """

    business_days: Annotated[int, Field(ge=0, le=1000)] | None = None
    months: Annotated[int, Field(ge=1, le=120)] | None = None
    ends: EndsAt
    after_return: AfterReturn = AfterReturn.RESUMES

    @model_validator(mode="after")
    def _is_one_unit(self) -> Self:
        if (self.business_days is None) == (self.months is None):
            raise ValueError("give either business_days or months")
        return self


class FormStandard(_Data):
    """What holds for one form: who is first, and how long it may take."""

    priority: Annotated[int, Field(ge=1, le=999)]
    terms: dict[Channel, Term]

    @field_validator("terms")
    @classmethod
    def _is_complete(cls, terms: dict[Channel, Term]) -> dict[Channel, Term]:
        missing = [channel.value for channel in Channel if channel not in terms]
        if missing:
            raise ValueError(f"there is no term for {', '.join(missing)}")
        return terms


class _Revision(_Data):
    begins: Annotated[date, Field(alias="from")]
    others: FormStandard
    forms: dict[str, FormStandard] = {}


class _Source(_Data):
    revisions: Annotated[tuple[_Revision, ...], Field(min_length=1)]


class Standard(_Data):
    """What holds for one filing; `name` says where it stands in the data."""

    name: str
    priority: int
    term: Term


class Standards:
    """The standards of an office, in revisions that follow each other."""

    def __init__(self, revisions: Sequence[_Revision]) -> None:
        self._revisions = sorted(revisions, key=lambda one: one.begins)

    @staticmethod
    @cache
    def shipped() -> "Standards":
        """Those that come with the product."""
        text = (files("forms") / "standards.yaml").read_text(encoding="utf-8")
        return Standards.read(text)

    @staticmethod
    def load(path: Path) -> "Standards":
        """An office's own. Raises DefinitionError."""
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise DefinitionError(
                f"The standards in {path} cannot be read: {error}. Set "
                "KAMIZERO_STANDARDS_FILE to a readable YAML file in UTF-8."
            ) from error
        return Standards.read(text)

    @staticmethod
    def read(text: str) -> "Standards":
        """The standards a YAML text holds. Raises DefinitionError."""
        try:
            source = _Source.model_validate(yaml.safe_load(text))
        except yaml.YAMLError as error:
            raise DefinitionError(f"The standards are no YAML: {error}.") from error
        except ValidationError as error:
            raise DefinitionError(
                "The standards cannot be used: "
                + "; ".join(
                    f"{'.'.join(map(str, one['loc']))}: {one['msg']}"
                    for one in error.errors()[:5]
                )
                + "."
            ) from error
        return Standards(source.revisions)

    def of(self, form: str, channel: Channel, *, received_on: date) -> Standard:
        """What holds for a form that came this way on this day.

        What is older than every revision has the terms of the first.
        """
        in_force = [one for one in self._revisions if one.begins <= received_on]
        revision = (in_force or self._revisions)[-1 if in_force else 0]
        named = revision.forms.get(form)
        return Standard(
            name=f"{form if named else 'others'}/{channel}@{revision.begins}",
            priority=(named or revision.others).priority,
            term=(named or revision.others).terms[channel],
        )
