"""Writing down what was seen and read; called inside the step's one transaction."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.code import SeparatorCode
from forms.definition import Field as FieldOfForm
from forms.headings import heading_of
from ingest import fingerprint
from kamizero.errors import RefusedError
from kamizero.model import PageKind, Reading
from storage import audit, values
from storage.clocks import start_clock
from storage.first_readings import write_readings
from storage.tables import Arrival, Entry, Field, Filing, FilingStep, Page
from validation.filing import FilingValues
from workers.looking import PageLook, Seen
from workers.reading import FilingReading
from workers.recheck import add_findings
from workers.rooms import Rooms
from workers.rows import SheetLook


def record_looks(session: Session, arrival: Arrival, looks: Mapping[int, Seen]) -> None:
    """Write what every page of an arrival is."""
    for page in arrival.pages:
        found = looks[page.number]
        if isinstance(found, RefusedError):
            _record_failed(page, found.refusal_code, str(found))
        elif isinstance(found, SheetLook):
            page.kind, page.form_page = found.kind, found.place
            page.form, page.revision = found.form, found.revision
            # Drawn, not scanned: nothing of it is blurred or askew.
            page.quality = {"turn": 0}
        else:
            _record_look(page, found)
            session.flush()
            _record_twin(session, page)
    session.flush()


def record_readings(
    session: Session, rooms: Rooms, filing: Filing, reading: FilingReading
) -> None:
    """Write the first version of every field, and an entry for each used line."""
    definition = rooms.library.of(filing)
    now = rooms.clock()
    filing.kind = reading.kind
    filing.step = FilingStep.CHECKING
    pages = {page.form_page: page.id for page in filing.pages if page.form_page}
    fields = [
        _field(filing, definition.field(found.name), found, position, pages)
        for position, found in enumerate(reading.readings)
    ]
    versions = write_readings(
        session,
        rooms.vault,
        list(zip(fields, reading.readings, strict=True)),
        now=now,
    )
    values_read = FilingValues.of_readings(definition, reading.kind, reading.readings)
    used = values_read.entries()
    for n in used:
        entry = Entry(n=n)
        filing.entries.append(entry)
        session.flush()
        # From here on it is late if nobody looks, whatever else holds it up.
        start_clock(session, entry, standards=rooms.recheck.standards)
    add_findings(session, filing, reading.findings)
    audit.record(
        session,
        actor=reading.readings[0].engine,
        act=values.READ,
        subject_kind="filing",
        subject_id=filing.id,
        now=now,
        body={
            "fields": len(reading.readings),
            "entries": len(used),
            "values": values.reading_digest((v.id, v.commitment) for v in versions),
        },
    )


def record_unreadable(session: Session, filing: Filing, message: str) -> None:
    """Mark the form pages of a filing as failed: they do not fit the form."""
    filing.step = FilingStep.FAILED
    for page in filing.pages:
        if page.kind == PageKind.FORM:
            _record_failed(page, "registration", message)
    session.flush()


def _field(
    filing: Filing,
    defined: FieldOfForm,
    found: Reading,
    position: int,
    pages: Mapping[int, int],
) -> Field:
    return Field(
        filing_id=filing.id,
        entry_n=defined.entry or 0,
        position=position,
        name=found.name,
        sensitive=defined.sensitive,
        heading=heading_of(defined),
        page_id=pages[found.page],
        box_px=[float(side) for side in found.box_px],
    )


def _record_failed(page: Page, code: str, message: str) -> None:
    page.kind = PageKind.FAILED
    page.error_code, page.error_message = code, message


def _record_look(page: Page, seen: PageLook) -> None:
    found = seen.look
    page.kind = found.kind
    page.quality = {"turn": found.turn, **seen.image.kept()}
    page.fingerprint = seen.fingerprint or None
    page.numbers = [list(area) for area in seen.numbers]
    if found.definition is not None:
        page.form_page = found.page
        page.form = found.definition.form
        page.revision = found.definition.revision
    if found.separator is not None:
        page.separator = _declared(found.separator)


def _record_twin(session: Session, page: Page) -> None:
    """Note that the page may be a second scan; a person sees both and decides."""
    if page.fingerprint is None:
        return
    before = session.execute(
        select(Page.id, Page.fingerprint)
        .join(Arrival, Arrival.id == Page.arrival_id)
        .where(
            Arrival.job_id == page.arrival.job_id,
            Page.id < page.id,
            Page.fingerprint.is_not(None),
        )
        .order_by(Page.id.desc())
        .limit(fingerprint.NEAR)
    )
    known = {number: text for number, text in before if text is not None}
    page.twin_id = fingerprint.twin_of(page.fingerprint, known)


def _declared(code: SeparatorCode) -> dict[str, Any]:
    """What a separator sheet says, as its page keeps it."""
    return {**asdict(code), "received_on": code.received_on.isoformat()}
