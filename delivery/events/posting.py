"""One attempt to tell one receiver: to the address looked at, no redirect, no proxy."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from socket import SHUT_RDWR, socket
from threading import Lock, Timer
from typing import TYPE_CHECKING, Any, Protocol
from weakref import WeakSet

from delivery.events.address import (
    Gate,
    Place,
    PlaceForbiddenError,
    UnknownPlaceError,
)
from kamizero.errors import WrongCallError

if TYPE_CHECKING:
    from httpx import Client

# For each word of a receiver, and for all it says: one that drips must hold nobody.
_SECONDS = 15.0
_IN_ALL = 20.0
FORBIDDEN, UNREACHED = 0, -1
_CONNECTED = frozenset(
    {"connection.connect_tcp.complete", "connection.start_tls.complete"}
)


@dataclass(frozen=True, slots=True)
class Reply:
    """How a receiver answered.

    Attributes:
        status: of HTTP; FORBIDDEN where it may not be told, UNREACHED for no answer.
        retry_after: what it asks for, in seconds or as a date.
    """

    status: int
    retry_after: str = ""

    @property
    def is_acknowledged(self) -> bool:
        return 200 <= self.status < 300

    def wait(self, now: datetime) -> float:
        """Seconds it asks to be left alone for; 0 where it asks nothing."""
        if self.retry_after.isdecimal():
            return float(self.retry_after)
        try:
            return (parsedate_to_datetime(self.retry_after) - now).total_seconds()
        except (TypeError, ValueError, OverflowError):
            return 0.0


class Post(Protocol):
    """Sends one body; never raises for what a receiver does."""

    def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply: ...


class Poster:
    """Posts over HTTP; what a receiver answers besides its head is not read."""

    def __init__(self, gate: Gate, *, in_all: float = _IN_ALL) -> None:
        self._gate = gate
        self._in_all = in_all
        self._sockets: WeakSet[socket] = WeakSet()
        self._is_over = False
        # Between who posts and what ends the post in time.
        self._lock = Lock()

    @cached_property
    def _client(self) -> "Client":
        # Loaded by whoever sends, not by every command.
        from httpx import Client

        # No proxy of the environment: it would resolve the name once more.
        return Client(timeout=_SECONDS, follow_redirects=False, trust_env=False)

    def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        try:
            place = self._gate.find(url)
        except (PlaceForbiddenError, WrongCallError):
            return Reply(FORBIDDEN)
        except UnknownPlaceError:
            return Reply(UNREACHED)
        return self._post(place, body, {**headers, "Host": place.url.netloc})

    def _post(self, place: Place, body: bytes, headers: Mapping[str, str]) -> Reply:
        from httpx import URL, HTTPError, InvalidURL

        try:
            at = URL(place.url.geturl()).copy_with(host=place.address)
            with (
                self._over_in_time(),
                self._client.stream(
                    "POST",
                    at,
                    content=body,
                    headers=headers,
                    # Its certificate must be one of its name.
                    extensions={"sni_hostname": place.host, "trace": self._know},
                ) as answer,
            ):
                return Reply(answer.status_code, answer.headers.get("retry-after", ""))
        except (HTTPError, InvalidURL):
            return Reply(UNREACHED)

    @contextmanager
    def _over_in_time(self) -> Iterator[None]:
        """Hang up after so long, however little by little the receiver answers."""
        self._is_over = False
        timer = Timer(self._in_all, self._hang_up)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            # One that has begun must not hang up on the next post.
            timer.join()

    def _know(self, event: str, info: Mapping[str, Any]) -> None:
        """Keep what a connection is made of: no timeout of the client ends it whole."""
        if event not in _CONNECTED:
            return
        with self._lock:
            self._sockets.add(info["return_value"].get_extra_info("socket"))
            if self._is_over:
                # Connected or agreed on a key too late.
                self._shut()

    def _hang_up(self) -> None:
        with self._lock:
            self._is_over = True
            self._shut()

    def _shut(self) -> None:
        for one in self._sockets:
            # What is closed already needs nothing.
            with suppress(OSError):
                one.shutdown(SHUT_RDWR)

    def close(self) -> None:
        self._client.close()
