"""How often one program may call: so often that no other has to wait for it.

The count lives in this process and goes with it: it protects the house, and bills
nobody. Of several page processes each counts for itself.
"""

import math
import threading
import time
from collections.abc import Callable

from kamizero.errors import KamizeroError

# What a program may call at once before it must keep to its pace.
_BURST = 0.25
# So many are remembered before those that are full are forgotten.
MOST_BUCKETS = 1_000


class TooManyCallsError(KamizeroError):
    """The program calls too often; `retry_after` seconds later it may again."""

    code = "too_many_calls"
    retryable = True

    def __init__(self, client: str, retry_after: int) -> None:
        super().__init__(
            f"{client} calls more often than it may. Nothing was done; call again in "
            f"{retry_after} s, as the header Retry-After says, and lease more at once."
        )
        self.retry_after = retry_after


class Throttle:
    """A bucket for each client that fills at its pace; may be asked by threads."""

    def __init__(
        self,
        per_minute: int | None = None,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pace = None if per_minute is None else per_minute / 60
        self._most = 0.0 if per_minute is None else max(per_minute * _BURST, 1.0)
        self._monotonic = monotonic
        self._left: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    @property
    def remembered(self) -> int:
        """Of how many clients it knows that they called lately."""
        return len(self._left)

    def count(self, client: str) -> None:
        """One call more. Raises TooManyCallsError."""
        if self._pace is None:
            return
        now = self._monotonic()
        with self._lock:
            if len(self._left) >= MOST_BUCKETS:
                self._forget_full(self._pace, now)
            left, at = self._left.get(client, (self._most, now))
            left = min(self._most, left + (now - at) * self._pace)
            if left >= 1:
                self._left[client] = (left - 1, now)
                return
            self._left[client] = (left, now)
        raise TooManyCallsError(client, max(1, math.ceil((1 - left) / self._pace)))

    def _forget_full(self, pace: float, now: float) -> None:
        """A full bucket says nothing, and strangers name clients as they like."""
        self._left = {
            client: (left, at)
            for client, (left, at) in self._left.items()
            if left + (now - at) * pace < self._most
        }
