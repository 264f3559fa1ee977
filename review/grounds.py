"""Why what is processed may differ from what is written (補正): the known grounds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Literal

from review.refusals import ReasonMissingError

Record = Literal["insured", "office"]


@dataclass(frozen=True, slots=True)
class Inquiry:
    """Somebody was asked (照会): whom, when by the clock, and what they answered."""

    whom: str
    on: date
    at: time
    answer: str

    def __post_init__(self) -> None:
        if not self.whom.strip() or not self.answer.strip():
            raise ReasonMissingError("Write down whom you asked and what they said.")


@dataclass(frozen=True, slots=True)
class AttachmentPage:
    """An attached page of the filing shows it."""

    page_id: int


@dataclass(frozen=True, slots=True)
class Register:
    """The register says so; `record` is the kind of record looked at."""

    record: Record


@dataclass(frozen=True, slots=True)
class OfficeAssigned:
    """The office itself gives the value (※ fields)."""


Ground = Inquiry | AttachmentPage | Register | OfficeAssigned


def ground_body(ground: Ground) -> Mapping[str, object]:
    """What stands beside the decision for ever: ids and codes, no name, no answer."""
    match ground:
        case Inquiry():
            asked = {"on": ground.on.isoformat(), "at": f"{ground.at:%H:%M}"}
            return {"kind": "inquiry", **asked}
        case AttachmentPage():
            return {"kind": "attachment", "page": ground.page_id}
        case Register():
            return {"kind": "register", "record": ground.record}
        case OfficeAssigned():
            return {"kind": "office_assigned"}


def ground_text(ground: Ground) -> str:
    """The words that name people: kept with the value, erased with it."""
    return f"{ground.whom}: {ground.answer}" if isinstance(ground, Inquiry) else ""
