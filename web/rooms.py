"""What the web needs from the house, built once by whoever starts it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from fastapi import Request
from sqlalchemy.orm import Session

from delivery.events.address import Gate
from forms.library import Library
from ingest.doors.reception import Reception
from ingest.doors.signs import Sign
from kamizero.model import Box
from review.approval import Deliver
from review.completion import Recheck
from review.returning.addressee import Offices
from storage.alerts import Alert
from storage.database import Database
from storage.interfaces import ObjectStore
from storage.tables import Page
from storage.vault import Vault
from web.sso.provider import Provider
from web.throttle import Throttle


class Pictures(Protocol):
    """Gives pictures of pages; may be asked by several threads at once."""

    def jpeg(self, page: Page, *, masked: Sequence[Box] = ()) -> bytes:
        """The stored page as JPEG, these areas (px) covered. Raises RefusedError."""
        ...

    def forget(self, sha256: str) -> None:
        """Remove the pictures of an original that is destroyed."""
        ...


WithJob = Callable[[Session, Mapping[str, Any]], object]
"""Records something more about a job, given as `Receive` returns it."""


class Receive(Protocol):
    """Takes files in as one job, durable when it returns.

    What `within` records stands or falls with the job: they share a transaction.
    """

    def __call__(
        self,
        files: Sequence[tuple[str, bytes]],
        *,
        site: str,
        sheets: int | None,
        sides: int,
        received_on: date,
        operator: str,
        within: WithJob = ...,
    ) -> Mapping[str, Any]:
        """The job as `ingest --json` prints it: job, originals, filings, refused."""
        ...


@dataclass(frozen=True, slots=True)
class Rooms:
    """The real things behind the pages.

    Attributes:
        recheck: runs the rules again over a filing and rewrites its findings.
        deliver: puts an approved entry out for those who wait for it.
        heartbeat: when a worker last showed that it lives, None if never.
        doors: how each door stands that devices or folders come in by.
        alerts: what somebody must look at now.
        site: code of the site that files without one are received at.
        provider: of single sign-on, None where people have passwords alone.
        offices: the register that letters take addresses from, where there is one.
        gate: where receivers of events may be.
        uploads: keeps what comes in parts; None where no parts are taken.
        retention: how long the manifest of an approval is kept at least.
        contract_errors: how many of a contractor's sample may be wrong.
        keying_seconds: what keying one field takes, for the overview.
        throttle: how often one program may call.
        secure_cookies: True where people reach the pages over HTTPS.
    """

    database: Database
    store: ObjectStore
    vault: Vault
    library: Library
    pictures: Pictures
    receive: Receive
    recheck: Recheck
    deliver: Deliver
    clock: Callable[[], datetime]
    heartbeat: Callable[[], datetime | None]
    doors: Callable[[], Mapping[str, Sign]]
    site: str
    alerts: Callable[[], Sequence[Alert]] = tuple
    gate: Gate = field(default_factory=Gate)
    uploads: Reception | None = None
    provider: Provider | None = None
    offices: Offices | None = None
    retention: timedelta = timedelta(days=3653)
    language: str = "ja"
    keying_seconds: float = 6.0
    contract_errors: int = 0
    secure_cookies: bool = False
    max_upload_bytes: int = 500_000_000
    throttle: Throttle = field(default_factory=Throttle)

    def within(self, sites: frozenset[str] | None) -> "Rooms":
        """The same rooms, showing the papers of these sites; None for all."""
        if sites is None:
            return self
        return replace(self, database=self.database.within(sites))


def rooms_of(request: Request) -> Rooms:
    """The rooms of the app that answers this request."""
    rooms: Rooms = request.app.state.rooms
    return rooms
