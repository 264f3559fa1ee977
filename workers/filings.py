"""Opening filings and bundles from pages that were sorted."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from ingest.grouping import FilingPages, Seen
from kamizero.model import PageKind
from storage import audit
from storage.tables import Arrival, Bundle, Filing, FilingStep, Page


def page_seen(page: Page) -> Seen:
    """What was recorded about a page, as the sorting wants it."""
    kind = PageKind(page.kind or PageKind.UNKNOWN)
    return Seen(page.number, kind, page.form, page.revision, page.form_page)


def open_filing(
    session: Session, arrival: Arrival, found: FilingPages, *, now: datetime
) -> Filing:
    """Give a filing its receipt number and its pages."""
    pages = {page.number: page for page in arrival.pages}
    bundle = _bundle(session, arrival, pages, found)
    filing = Filing(
        receipt_number=f"{arrival.id:08d}-{found.pages[0]:04d}",
        arrival_id=arrival.id,
        bundle_id=bundle.id if bundle else None,
        site=arrival.job.site,
        form=found.form,
        revision=found.revision,
        received_on=(bundle and bundle.received_on) or arrival.job.received_on,
        created_at=now,
        step=FilingStep.READING,
    )
    session.add(filing)
    session.flush()
    for number in (*found.pages, *found.attachments):
        pages[number].filing_id = filing.id
        pages[number].bundle_id = filing.bundle_id
    for number in found.attachments:
        pages[number].kind = PageKind.ATTACHMENT
    audit.record(
        session,
        actor="kamizero",
        act="filing.opened",
        subject_kind="filing",
        subject_id=filing.id,
        now=now,
        body={"arrival": arrival.id, "form": filing.form, "pages": found.pages},
    )
    return filing


def _bundle(
    session: Session, arrival: Arrival, pages: dict[int, Page], found: FilingPages
) -> Bundle | None:
    """The bundle whose separator stands before the filing, opened on first need."""
    if found.separator is None:
        return None
    page = pages[found.separator]
    if page.bundle_id is None:
        said = page.separator or {}
        bundle = Bundle(
            job_id=arrival.job_id,
            number=str(said["number"]),
            site=said["site"],
            scheme=said["scheme"],
            form=said["form"],
            declared_sheets=said["sheets"],
            declared_entries=said["entries"],
            received_on=date.fromisoformat(said["received_on"]),
        )
        session.add(bundle)
        session.flush()
        page.bundle_id = bundle.id
    return session.get_one(Bundle, page.bundle_id)
