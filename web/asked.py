"""What is asked in a search, as the page and the API take it."""

from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict

from storage.searches.criteria import Criteria, DayOf
from storage.tables import EntryState

_WORDS = ("number", "name", "office")


class Asked(BaseModel):
    """All that is given must be true; ranges include both their ends.

    `day` asks for any date on the form but birth dates; `number` is a receipt number,
    a My Number, a pension number or a serial number of an office.
    """

    model_config = ConfigDict(extra="ignore")

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

    def criteria(self) -> Criteria:
        """Raises WrongCallError."""
        said: dict[str, Any] = {
            name: getattr(self, name) for name in Asked.model_fields
        }
        words = {name: said[name].strip() for name in _WORDS}
        return Criteria(**{**said, **words})
