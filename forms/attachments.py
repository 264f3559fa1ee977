"""Which papers must lie with a filing (添付書類), as its form's definition says."""

from collections.abc import Callable, Iterator
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Attachment(BaseModel):
    """A paper that an entry needs.

    It is needed where one of the items `when` is filled in, or always, but not where
    one of `unless` is. Where it is missing, `severity` says how grave that is.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str = Field(pattern=r"^[a-z][a-z_]{0,23}$")
    label: str = Field(min_length=1)
    label_en: str = Field(min_length=1)
    when: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    severity: Literal["warning", "info"] = "warning"

    @property
    def items(self) -> tuple[str, ...]:
        return *self.when, *self.unless

    def is_needed(self, value: Callable[[str], str]) -> bool:
        """Tell whether an entry needs it.

        Args:
            value: gives what stands in an item of the entry, "" for nothing.
        """
        said = any(_counts(value(item)) for item in self.when)
        return (said or not self.when) and not any(map(value, self.unless))


def needed(
    attachments: tuple[Attachment, ...], value: Callable[[str], str]
) -> Iterator[Attachment]:
    """Those of a form that an entry needs."""
    return (one for one in attachments if one.is_needed(value))


def _counts(value: str) -> bool:
    """None of something is written as 0, too."""
    return value.strip("0") != ""
