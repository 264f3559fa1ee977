"""The day a form is handed in, and the chance of what is on it."""

from dataclasses import dataclass
from datetime import date, timedelta

from bench.making.cast import Chance, drawn

WORKING_AGES = (18, 66)
AGES_OVER_70 = (71, 75)


@dataclass(frozen=True, slots=True)
class Day:
    """The day of submission, and what chance brings."""

    submitted_on: date
    rng: Chance

    def before(self, least: int, most: int) -> date:
        return self.submitted_on - timedelta(days=int(self.rng.integers(least, most)))

    def happens(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def pay(self, least: int, most: int) -> tuple[int, int]:
        """Money and goods: mostly round sums, mostly no goods."""
        step = drawn(self.rng, (1, 50, 100, 500, 1000, 10_000))
        cash = int(self.rng.integers(least, most)) // step * step
        in_kind = int(self.rng.integers(10, 320)) * 100 if self.happens(0.2) else 0
        return cash, in_kind
