"""Which transfers a sender of this process is at, and which connection has each."""

import threading
from dataclasses import dataclass, field


@dataclass(slots=True)
class Live:
    """Shared by all doors of a process, and by the taking behind them."""

    _at: dict[str, tuple[int, str | None]] = field(default_factory=dict)
    _turns: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, token: str, session: str | None) -> int:
        """Be at a transfer, instead of whoever was; return the turn that it is."""
        with self._lock:
            self._turns += 1
            self._at[token] = (self._turns, session)
            return self._turns

    def end(self, token: str, turn: int | None = None) -> None:
        """Be there no more; harmless for a turn that is over."""
        with self._lock:
            if turn is None or self._is_turn(token, turn):
                self._at.pop(token, None)

    def is_turn(self, token: str, turn: int) -> bool:
        """Whether the sender has not come back by another connection meanwhile."""
        with self._lock:
            return self._is_turn(token, turn)

    def has(self, *, token: str, session: str | None) -> bool:
        """Whether somebody is at this transfer, or at another of its session."""
        with self._lock:
            return token in self._at or (
                session is not None and session in self.sessions()
            )

    def sessions(self) -> list[str | None]:
        """The sessions of the transfers somebody is at."""
        return [session for _, session in self._at.values()]

    def _is_turn(self, token: str, turn: int) -> bool:
        return token in self._at and self._at[token][0] == turn
