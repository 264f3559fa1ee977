"""Opening bundles and filings from pages that were looked at."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from ingest.grouping import FilingPages, Seen
from kamizero.model import PageKind
from storage import audit
from storage.tables import Arrival, Bundle, Filing, FilingStep, Page


def page_seen(page: Page) -> Seen:
    """What was recorded about a page, as the sorting wants it."""
    kind = PageKind(page.kind or PageKind.UNKNOWN)
    return Seen(page.number, kind, page.form, page.revision, page.form_page)


def open_bundles(session: Session, arrival: Arrival) -> None:
    """Put every page into the bundle of the separator before it.

    Every page, since a bundle is balanced by its sheets: one whose code cannot be
    read, or a blank back, is a sheet that was put in as well.
    """
    bundle: Bundle | None = None
    for page in arrival.pages:
        if page.separator is not None:
            bundle = _opened(session, arrival, page.separator)
        page.bundle_id = bundle.id if bundle else None


def open_filing(
    session: Session, arrival: Arrival, found: FilingPages, *, now: datetime
) -> Filing:
    """Give a filing its receipt number and its pages."""
    pages = {page.number: page for page in arrival.pages}
    bundle_id = pages[found.pages[0]].bundle_id
    bundle = session.get_one(Bundle, bundle_id) if bundle_id else None
    filing = Filing(
        receipt_number=f"{arrival.id:08d}-{found.pages[0]:04d}",
        arrival_id=arrival.id,
        bundle_id=bundle_id,
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


def _opened(session: Session, arrival: Arrival, said: Mapping[str, Any]) -> Bundle:
    """The bundle that a separator sheet declares."""
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
    return bundle
