"""An office whose pages a real browser reaches, and papers that can be seen there."""

import socket
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import uvicorn
from PIL import Image, ImageDraw
from sqlalchemy import select

from forms.definition import FormDefinition
from forms.fill import fill
from forms.library import Library
from ingest.page_image import Limits
from ingest.pictures import PagePictures
from kamizero.model import Box, Role
from storage import look_ups, people
from storage.look_ups import Subject
from storage.tables import LookedAt, LookUpReason, Page, Person
from storage.tokens import token_hash
from tests.desk import Desk
from tests.office import Office
from tests.paper import on_paper


class FilledPages:
    """Pictures of the forms as the desk's filings say they are filled in."""

    def __init__(self, definition: FormDefinition) -> None:
        self._definition = definition
        self.papers: dict[int, tuple[tuple[str, str], ...]] = {}

    def forget(self, sha256: str) -> None:
        """Nothing is kept here."""

    def jpeg(self, page: Page, *, masked: Sequence[Box] = ()) -> bytes:
        written = self.papers.get(page.filing_id or 0, ())
        image = Image.open(BytesIO(_drawn(self._definition, written)))
        for area in masked:
            ImageDraw.Draw(image).rectangle(
                (area.x, area.y, area.right, area.bottom), fill=0
            )
        buffer = BytesIO()
        image.save(buffer, "JPEG", quality=80)
        return buffer.getvalue()


@cache
def _drawn(definition: FormDefinition, values: tuple[tuple[str, str], ...]) -> bytes:
    buffer = BytesIO()
    fill(definition, dict(values))[0].convert("RGB").save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


@dataclass
class ServedOffice:
    """The office in this process, behind a port of this machine."""

    desk: Desk
    library: Library | None = None
    office: Office = field(init=False)
    address: str = field(init=False)

    def __post_init__(self) -> None:
        self.pages = FilledPages(self.desk.definition)
        self.office = Office(
            self.desk,
            pictures=self.pages,
            library=self.library or Library.shipped(),
        )
        config = uvicorn.Config(self.office.app, log_config=None, lifespan="off")
        self._server = uvicorn.Server(config)
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(
            target=self._server.run, args=[[self._socket]], daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(20)
        self._socket.close()

    def waiting(self, **received: Any) -> int:
        """A filing whose entries wait for review, and its paper; its id."""
        filing = self.office.waiting(**received)
        count = received.get("entries", 1)
        written: Mapping[str, str] = received.get("written") or {}
        values = {
            one.name: written.get(one.name, on_paper(one.name))
            for one in self.desk.definition.fields
            if (one.entry or 0) <= count
        }
        self.pages.papers[filing] = tuple(values.items())
        return filing

    def show_kept(self, folder: Path) -> None:
        """Show the pages that came in, as the product does."""
        state = self.office.app.state
        pictures = PagePictures(
            store=self.desk.store, cache=folder / "cache", limits=Limits()
        )
        state.rooms = replace(state.rooms, pictures=pictures)

    def session_of(self, name: str, role: Role, *, language: str = "ja") -> str:
        """Employ somebody and open a session for them; its token.

        Logging in by the page has tests of its own, and hashing takes its time.
        """
        self.office.employ(name, role, language=language)
        return self.again(name)

    def again(self, name: str) -> str:
        """Another session of somebody who is employed."""
        with self.desk.database.begin() as session:
            person = session.scalars(select(Person).where(Person.name == name)).one()
            return people.open_session(session, person, now=self.office.now).token

    def say_why(self, token: str, *filings: int) -> None:
        """Let a session look at these filings without being asked why."""
        with self.desk.database.begin() as session:
            for filing in filings:
                look_ups.give(
                    session,
                    Subject(LookedAt.FILING, filing),
                    visit=token_hash(token),
                    who="somebody",
                    reason=LookUpReason.AUDIT,
                    now=self.office.now,
                )
