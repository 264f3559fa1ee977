"""A bundle as the scanning desk shows it: its pages, its balance, what looks odd."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.library import Library
from kamizero.errors import MissingError
from kamizero.model import PageKind, Standing
from review.sorting.required import missing
from review.sorting.splits import boundaries
from storage.contents import holds_something, valid_pages
from storage.tables import Balance, Bundle, Job, Page
from storage.vault import Vault
from web.shown.jobs import BundleLine, bundle_line, form_title, weighed_lines
from web.shown.medium import MediumView, medium_view
from web.shown.pages import turn_of

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class SortedPage:
    """One page in its place; `signs` say why a new bundle may begin here."""

    id: int
    place: int
    kind: str
    form_title: str
    turn: int
    filing: int | None
    first_of_filing: bool
    attachment: str | None
    copy: str | None
    disposal: str | None
    twin_place: int | None
    faults: Sequence[str]
    signs: Sequence[str]
    trouble: str
    typed: bool


@dataclass(frozen=True, slots=True)
class SortedBundle:
    """All that the desk shows of one bundle."""

    line: BundleLine
    job: int
    site: str
    received_on: date | None
    submitter: str | None
    form: str
    pages: Sequence[SortedPage]
    aside: Sequence[Page]
    # Kinds of attachments that are asked for and not there.
    missing: Sequence[str]
    before: int | None
    after: int | None
    # None for a bundle of paper.
    medium: MediumView | None


def find_bundle(session: Session, bundle_id: int) -> Bundle:
    """Raises MissingError."""
    found = session.get(Bundle, bundle_id)
    if found is None:
        raise MissingError(f"There is no bundle {bundle_id}.")
    return found


def sorted_bundle(
    session: Session, vault: Vault, bundle: Bundle, *, library: Library, language: str
) -> SortedBundle:
    """The bundle as it lies now."""
    line = bundle_line(session, bundle, library, language)
    signs: dict[int, list[str]] = {}
    if line.issues:
        for page_id, sign in boundaries(session, vault, bundle):
            signs.setdefault(page_id, []).append(sign.value)
    pages = valid_pages(session, bundle)
    places = {page.id: place for place, page in enumerate(pages, start=1)}
    aside = session.scalars(
        select(Page)
        .where(Page.bundle_id == bundle.id, Page.standing != Standing.VALID)
        .order_by(Page.position, Page.number)
    ).all()
    return SortedBundle(
        line=line,
        job=bundle.job_id,
        site=bundle.site,
        received_on=bundle.received_on
        or session.get_one(Job, bundle.job_id).received_on,
        submitter=bundle.submitter,
        form=bundle.form,
        pages=[
            _page(page, pages[n - 1] if n else None, places, signs, library, language)
            for n, page in enumerate(pages)
        ],
        aside=aside,
        missing=sorted(
            {one.kind.value for one in missing(session, vault, library, bundle)}
        ),
        before=_neighbour(session, bundle, forward=False),
        after=_neighbour(session, bundle, forward=True),
        medium=medium_view(session, bundle),
    )


def open_bundles(session: Session, library: Library, language: str) -> list[BundleLine]:
    """What waits for the desk, the oldest first."""
    bundles = session.scalars(
        select(Bundle)
        .where(Bundle.balance == Balance.OPEN, holds_something())
        .order_by(Bundle.id)
        .limit(PAGE_SIZE)
    ).all()
    return weighed_lines(session, bundles, library, language)


def _page(
    page: Page,
    before: Page | None,
    places: dict[int, int],
    signs: dict[int, list[str]],
    library: Library,
    language: str,
) -> SortedPage:
    starts = page.filing_id is not None and (
        before is None or before.filing_id != page.filing_id
    )
    return SortedPage(
        id=page.id,
        place=places[page.id],
        kind=page.kind or "waiting",
        form_title=form_title(library, page.form, page.revision or "", language)
        if page.form and page.kind == PageKind.FORM
        else "",
        turn=turn_of(page),
        filing=page.filing_id,
        first_of_filing=starts,
        attachment=page.attachment,
        copy=page.copy,
        disposal=page.disposal,
        twin_place=places.get(page.twin_id) if page.twin_id else None,
        faults=(page.quality or {}).get("faults", ()),
        signs=signs.get(page.id, ()),
        trouble=page.error_code or "",
        typed=page.typed_by is not None,
    )


def _neighbour(session: Session, bundle: Bundle, *, forward: bool) -> int | None:
    """The bundle that was scanned before or after, of the same job."""
    there = Bundle.id > bundle.id if forward else Bundle.id < bundle.id
    order = Bundle.id.asc() if forward else Bundle.id.desc()
    return session.scalars(
        select(Bundle.id)
        .where(Bundle.job_id == bundle.job_id, there)
        .where(holds_something())
        .order_by(order)
    ).first()
