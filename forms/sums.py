"""A total that a form asks for, and the amounts it must be the sum of."""

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict, Field

LARGEST_AMOUNT = 9_999_999
"""What is written for every amount of ten million yen and more."""


class Sum(BaseModel):
    """Items of an entry that add up; `rule` is what objects where they do not.

    The total is cut off to whole `cut_to` yen.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    rule: str = Field(pattern=r"^[0-9A-Z]{1,8}\.[a-z][a-z0-9_]*$")
    parts: tuple[str, ...] = Field(min_length=2)
    total: str
    cut_to: int = Field(default=1, ge=1)

    @property
    def items(self) -> tuple[str, ...]:
        return *self.parts, self.total

    @property
    def is_exact(self) -> bool:
        """Tell whether every digit of the parts shows in the total."""
        return self.cut_to == 1

    def of(self, parts: Iterable[int]) -> int:
        """The total of these parts as it has to be written."""
        total = sum(parts)
        if total > LARGEST_AMOUNT:
            return LARGEST_AMOUNT
        return total // self.cut_to * self.cut_to
