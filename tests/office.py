"""An office with its web pages, in one process: a desk, people, and their browsers."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from fastapi import FastAPI
from PIL import Image, ImageDraw
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from delivery.outbox import put_out
from forms.library import Library
from ingest.doors.reception import Reception
from ingest.doors.signs import Sign
from kamizero.model import Box, Role
from storage import api_tokens, people
from storage.database import Database
from storage.records.register import Register
from storage.tables import Filing, Page
from tests.desk import LATER, Desk
from web.app import create_app
from web.rooms import Pictures, Rooms, WithJob
from web.sso.provider import Provider

PASSWORD = "correct horse battery"
WHITE, COVERED = 255, 0


class WhitePages:
    """Pictures without the scans: white pages, covered areas black."""

    def forget(self, sha256: str) -> None:
        """Nothing is kept here."""

    def jpeg(self, page: Page, *, masked: Sequence[Box] = ()) -> bytes:
        image = Image.new("L", (page.width_px, page.height_px), WHITE)
        for area in masked:
            ImageDraw.Draw(image).rectangle(
                (area.x, area.y, area.right, area.bottom), fill=COVERED
            )
        buffer = BytesIO()
        image.save(buffer, "JPEG")
        return buffer.getvalue()


@dataclass
class Door:
    """Remembers what was brought, and answers as the intake does, or breaks."""

    database: Database
    fault: Exception | None = None
    brought: list[tuple[str, bytes]] = field(default_factory=list)
    told: dict[str, Any] = field(default_factory=dict)

    def __call__(
        self,
        files: Sequence[tuple[str, bytes]],
        *,
        site: str,
        sheets: int | None,
        sides: int,
        received_on: date,
        operator: str,
        within: WithJob = lambda *_: None,
    ) -> Mapping[str, Any]:
        if self.fault is not None:
            raise self.fault
        self.brought += files
        self.told = {
            "site": site,
            "sheets": sheets,
            "sides": sides,
            "received_on": received_on,
            "operator": operator,
        }
        job = {
            "job": str(len(self.brought)),
            "originals": [],
            "filings": [],
            "refused": [],
        }
        with self.database.begin() as session:
            within(session, job)
        return job


@dataclass
class Office:
    """The desk behind the pages, and a clock that tests may move."""

    desk: Desk
    now: datetime = LATER
    door: Door = field(init=False)
    rechecked: int = 0
    uploads: Reception | None = None
    library: Library = field(default_factory=Library.shipped)
    pictures: Pictures = field(default_factory=WhitePages)
    doors: dict[str, Sign] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.door = Door(self.desk.database)
        self.app: FastAPI = create_app(
            Rooms(
                database=self.desk.database,
                store=self.desk.store,
                vault=self.desk.vault,
                library=self.library,
                pictures=self.pictures,
                receive=self.door,
                recheck=self.recheck,
                deliver=partial(put_out, now=LATER),
                clock=lambda: self.now,
                heartbeat=lambda: self.now,
                doors=lambda: self.doors,
                site="main",
                uploads=self.uploads,
                offices=Register(self.desk.database, self.desk.vault),
            )
        )

    def provide(self, provider: Provider) -> None:
        """Let people come in by their account at a provider too."""
        self.app.state.rooms = replace(self.app.state.rooms, provider=provider)

    def recheck(self, session: Session, filing: Filing) -> None:
        del session, filing
        self.rechecked += 1

    def employ(self, name: str, role: Role, *, language: str = "en") -> None:
        with self.desk.database.begin() as session:
            people.add_person(
                session,
                name=name,
                role=role,
                password=PASSWORD,
                language=language,
                now=self.now,
            )

    def browser(self) -> TestClient:
        """A browser nobody is logged in with."""
        return TestClient(
            self.app,
            follow_redirects=False,
            raise_server_exceptions=self.door.fault is None,
        )

    def person(
        self, name: str = "rei", role: Role = Role.REVIEWER, *, language: str = "en"
    ) -> "Browser":
        """Somebody new, logged in."""
        self.employ(name, role, language=language)
        return self.log_in(name)

    def log_in(self, name: str) -> "Browser":
        client = self.browser()
        form = {"name": name, "password": PASSWORD, "csrf": token_on(client, "/login")}
        answer = client.post("/login", data=form)
        assert answer.status_code == 303, answer.text
        return Browser(client, token_on(client, "/jobs"))

    def robot(self, *scopes: str, role: Role = Role.ROBOT) -> TestClient:
        """A program with a token that may be used for these scopes."""
        with self.desk.database.begin() as session:
            token = api_tokens.add_token(
                session,
                name="robot",
                role=role,
                scopes=scopes,
                expires_at=self.now + timedelta(days=1),
                now=self.now,
            )
        client = self.browser()
        client.headers["Authorization"] = f"Bearer {token}"
        return client

    def waiting(self, **received: Any) -> int:
        """A filing whose entries wait for review."""
        received.setdefault("doubtful", ["insured.1.name_kana"])
        filing = self.desk.receive(**received)
        self.desk.route(filing)
        return filing

    def ready(self, *, reviewer: str = "rei") -> int:
        """A filing that somebody has reviewed."""
        filing = self.waiting()
        claim = self.desk.claim(filing, person=reviewer)
        self.desk.accept(claim, "insured.1.name_kana")
        self.desk.finish(claim)
        return filing


@dataclass
class Browser:
    """A person's browser; `post` sends the proof that our page was shown to it."""

    client: TestClient
    csrf: str

    def get(self, path: str, **more: Any) -> Any:
        """The page, after saying why where it asks."""
        if path.startswith("/api/"):
            more["headers"] = {"Look-Up-Reason": "inquiry", **more.get("headers", {})}
        answer = self.client.get(path, **more)
        asked = answer.headers.get("location", "")
        if not asked.startswith("/look-up?"):
            return answer
        words = dict(parse_qsl(urlsplit(asked).query))
        self.submit("/look-up", **words, reason="inquiry")
        return self.client.get(path, **more)

    def submit(self, path: str, **values: Any) -> Any:
        """Send a form."""
        return self.client.post(path, data={**values, "csrf": self.csrf})

    def send(self, path: str, **body: Any) -> Any:
        """What a script of the page sends."""
        return self.client.post(
            path,
            json=body,
            headers={"X-CSRF-Token": self.csrf, "Accept": "application/json"},
        )


def token_on(client: TestClient, path: str) -> str:
    """The proof that stands in the forms of a page."""
    match = re.search(r'name="csrf" value="([^"]+)"', client.get(path).text)
    assert match is not None, f"{path} has no form"
    return match.group(1)
