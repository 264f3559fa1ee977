"""Making filings of the pages of a bundle, and making them anew when pages moved."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.csv.forms import is_of_rows
from ingest.grouping import FilingPages, Seen, group
from ingest.media.summary import is_named_summary
from kamizero.model import PageKind, Role
from review import queue
from review.acts import Act
from review.keying import pool
from review.transitions import move
from storage import audit, contents, work
from storage.clocks import end_clock
from storage.tables import (
    AttachmentKind,
    Bundle,
    BundleKind,
    ClockEnd,
    Copy,
    Disposal,
    EntryState,
    Filing,
    FilingStep,
    Job,
    Page,
)

SORTER = "kamizero"


def page_seen(page: Page, number: int) -> Seen:
    """What was recorded about a page, as the sorting wants it."""
    kind = PageKind(page.kind or PageKind.UNKNOWN)
    if kind is PageKind.FAILED and page.form is not None:
        # It is a form that could not be read: its filing stays to say so.
        kind = PageKind.FORM
    return Seen(
        number,
        kind,
        page.form,
        page.revision,
        page.form_page,
        of_rows=is_of_rows(page.revision),
    )


def sort_bundle(session: Session, bundle: Bundle, *, now: datetime) -> list[Filing]:
    """Make the bundle's pages into filings; return those that must be read.

    A filing whose form pages are still together stays, with whatever was read and
    settled; one whose pages are not is dissolved. One that a person ended keeps
    exactly the pages it has. Run again, it changes nothing.
    """
    pages = contents.valid_pages(session, bundle)
    standing = {
        _key(filing): filing
        for filing in contents.live_filings(session, bundle)
        if not contents.has_ended_entries(filing)
    }
    opened = []
    for run in _between_ended(pages):
        opened += _sort_run(session, bundle, run, standing, now=now)
    for filing in standing.values():
        dissolve(session, filing, now=now)
    if bundle.kind == BundleKind.LATE:
        _join_late(session, bundle, pages, now=now)
    bundle.sorting = False
    session.flush()
    return opened


def _between_ended(pages: Sequence[Page]) -> Iterator[list[Page]]:
    """The pages that still can be sorted; none is grouped across an ended filing."""
    run: list[Page] = []
    for page in pages:
        if page.filing is None or not contents.has_ended_entries(page.filing):
            run.append(page)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _sort_run(
    session: Session,
    bundle: Bundle,
    pages: Sequence[Page],
    standing: dict[tuple[object, ...], Filing],
    *,
    now: datetime,
) -> list[Filing]:
    """Make filings of these pages; those that stay are taken out of `standing`."""
    grouped = group([page_seen(page, n) for n, page in enumerate(pages)])
    for page in pages:
        page.filing_id = None
    session.flush()
    opened = []
    for found in grouped.filings:
        form_pages = [pages[number] for number in found.pages]
        ids = tuple(page.id for page in form_pages)
        filing = standing.pop((found.form, found.revision, *ids), None)
        if filing is None:
            filing = _opened(session, bundle, found, form_pages, now=now)
            opened.append(filing)
        _gather(filing, form_pages, [pages[number] for number in found.attachments])
    loose = [pages[number] for number in grouped.loose]
    if bundle.kind == BundleKind.MEDIA:
        _lay_beside_table(loose)
    else:
        _put_back(loose)
    return opened


def dissolve(session: Session, filing: Filing, *, now: datetime) -> None:
    """End a filing whose pages were sorted into others; what it said stays."""
    filing.dissolved_at = now
    for entry in filing.entries:
        if entry.state in (EntryState.READ, EntryState.IN_REVIEW, EntryState.READY):
            move(session, entry, Act.DISSOLVE, actor=SORTER, role=Role.MACHINE, now=now)
            work.end(session, kind=queue.KIND, subject=entry.id, now=now)
            end_clock(session, entry, by=ClockEnd.DISSOLUTION, now=now)
    for kind in ("read", "check"):
        work.end(session, kind=kind, subject=filing.id, now=now)
    pool.call_off(session, filing, now=now)
    audit.record(
        session,
        actor=SORTER,
        act="filing.dissolved",
        subject_kind="filing",
        subject_id=filing.id,
        now=now,
        body={"bundle": filing.bundle_id},
    )


def _key(filing: Filing) -> tuple[object, ...]:
    form_pages = [page for page in filing.pages if page.form_page is not None]
    form_pages.sort(key=lambda page: page.form_page or 0)
    return (filing.form, filing.revision, *(page.id for page in form_pages))


def _gather(
    filing: Filing, form_pages: Sequence[Page], attachments: Sequence[Page]
) -> None:
    for page in (*form_pages, *attachments):
        page.filing_id = filing.id
    for page in attachments:
        page.kind = PageKind.ATTACHMENT


def _put_back(pages: Sequence[Page]) -> None:
    """Papers that no filing is before: only a person may call them attachments."""
    for page in pages:
        if page.kind == PageKind.ATTACHMENT and page.typed_by is None:
            page.kind = PageKind.UNKNOWN


def _lay_beside_table(pages: Sequence[Page]) -> None:
    """Papers on a medium belong to its table, which is what is filed."""
    for page in pages:
        if page.kind == PageKind.UNKNOWN and page.typed_by is None:
            page.kind = PageKind.ATTACHMENT
        is_new = page.kind == PageKind.ATTACHMENT and page.attachment is None
        if is_new and is_named_summary(page.arrival.source):
            page.attachment, page.copy = AttachmentKind.MEDIA_SUMMARY, Copy.ORIGINAL
            page.disposal = Disposal.KEEP


def _opened(
    session: Session,
    bundle: Bundle,
    found: FilingPages,
    form_pages: Sequence[Page],
    *,
    now: datetime,
) -> Filing:
    """Give a filing its receipt number."""
    first = form_pages[0]
    job = session.get_one(Job, bundle.job_id)
    filing = Filing(
        receipt_number=_receipt_number(session, first),
        arrival_id=first.arrival_id,
        bundle_id=bundle.id,
        site=job.site,
        form=found.form,
        revision=found.revision,
        received_on=bundle.received_on or first.arrival.job.received_on,
        created_at=now,
        step=FilingStep.READING,
    )
    if bundle.kind == BundleKind.REENTRY:
        before = contents.referred(session, bundle)
        filing.reentry_of_id = before.id if before else None
    session.add(filing)
    session.flush()
    audit.record(
        session,
        actor=SORTER,
        act="filing.opened",
        subject_kind="filing",
        subject_id=filing.id,
        now=now,
        body={
            "arrival": first.arrival_id,
            "form": filing.form,
            "pages": [page.number for page in form_pages],
        },
    )
    return filing


def _receipt_number(session: Session, first: Page) -> str:
    """Arrival and page; counted on where the page was another filing's before."""
    number = f"{first.arrival_id:08d}-{first.number:04d}"
    used = session.scalars(
        select(Filing.id).where(Filing.receipt_number.startswith(number))
    ).all()
    return f"{number}-{len(used) + 1}" if used else number


def _join_late(
    session: Session, bundle: Bundle, pages: Sequence[Page], *, now: datetime
) -> None:
    """Lay late papers to the filing they name (追送), as long as it is open."""
    filing = contents.referred(session, bundle)
    if filing is None or contents.is_closed(filing):
        return
    late = [
        page
        for page in pages
        if page.kind in (PageKind.UNKNOWN, PageKind.ATTACHMENT)
        and page.filing_id is None
    ]
    for page in late:
        page.filing_id, page.kind = filing.id, PageKind.ATTACHMENT
    if late:
        filing.version += 1
        audit.record(
            session,
            actor=SORTER,
            act="filing.joined",
            subject_kind="filing",
            subject_id=filing.id,
            now=now,
            body={"bundle": bundle.id, "pages": [page.id for page in late]},
        )
