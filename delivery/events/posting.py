"""One attempt to tell one receiver: to the address looked at, no redirect, no proxy."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from delivery.events.address import (
    Gate,
    Place,
    PlaceForbiddenError,
    UnknownPlaceError,
)
from kamizero.errors import WrongCallError

if TYPE_CHECKING:
    from httpx import Client

_SECONDS = 15.0
FORBIDDEN, UNREACHED = 0, -1


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

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

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
            with self._client.stream(
                "POST",
                at,
                content=body,
                headers=headers,
                # Its certificate must be one of its name.
                extensions={"sni_hostname": place.host},
            ) as answer:
                return Reply(answer.status_code, answer.headers.get("retry-after", ""))
        except (HTTPError, InvalidURL):
            return Reply(UNREACHED)

    def close(self) -> None:
        self._client.close()
