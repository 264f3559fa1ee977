"""Opening bundles where their separator sheets lie, in the pages of a run of files."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.code import SheetKind
from ingest.series import series
from kamizero.model import PageKind
from storage.tables import (
    Arrival,
    Batch,
    Bundle,
    BundleKind,
    Filing,
    Job,
    Page,
    ReturnNotice,
)

_KINDS = {
    SheetKind.BUNDLE: BundleKind.BUNDLE,
    SheetKind.REENTRY: BundleKind.REENTRY,
    SheetKind.LATE: BundleKind.LATE,
}


def hold_job(session: Session, arrival: Arrival) -> None:
    """Let the files of one job be sorted one after another."""
    session.flush()
    session.execute(select(Job.id).where(Job.id == arrival.job_id).with_for_update())


def run_of(session: Session, arrival: Arrival) -> list[Arrival]:
    """The files that the arrival is one run of pages with, itself among them."""
    files = session.scalars(
        select(Arrival)
        .where(Arrival.job_id == arrival.job_id)
        .where(Arrival.medium_id.is_not_distinct_from(arrival.medium_id))
        .order_by(Arrival.seq)
        .execution_options(populate_existing=True)
    ).all()
    if arrival.medium_id is not None:
        return list(files)
    for places in series([file.source for file in files]):
        run = [files[place] for place in places]
        if arrival in run:
            return run
    raise LookupError(f"arrival {arrival.id} is not among the files of its job")


def open_run(session: Session, arrival: Arrival) -> list[Bundle]:
    """The bundles of the run of files, once the last of them was looked at."""
    run = run_of(session, arrival)
    pages = [page for file in run for page in file.pages]
    if any(page.kind is None or page.bundle_id is not None for page in pages):
        return []
    if arrival.medium_id is not None:
        return [_lay_on_medium(session, run, arrival.medium_id)]
    return open_bundles(session, run)


def open_bundles(session: Session, run: Sequence[Arrival]) -> list[Bundle]:
    """Put every page into the bundle of the separator before it.

    Every page, since a bundle is balanced by its sheets: one whose code cannot be
    read, or a blank back, is a sheet that was put in as well. Where nothing was
    declared, a bundle ends with its file.
    """
    number_sheets(session, run)
    pile = _Pile(session, run[0].job_id)
    for file in run:
        if pile.bundle is not None and pile.bundle.kind == BundleKind.PLAIN:
            pile.bundle = None
        for page in file.pages:
            pile.lay(page)
    pile.mark_uncovered()
    session.flush()
    return pile.bundles


def _lay_on_medium(
    session: Session, files: Sequence[Arrival], bundle_id: int
) -> Bundle:
    """Put every page of a medium into the bundle that was opened when it came."""
    number_sheets(session, files)
    pages = [page for file in files for page in file.pages]
    for position, page in enumerate(pages):
        page.bundle_id, page.position = bundle_id, position
    session.flush()
    return session.get_one(Bundle, bundle_id)


def number_sheets(session: Session, run: Sequence[Arrival]) -> None:
    """Let both sides of a sheet name its front, however the device cut the files."""
    pages = [page for file in run for page in file.pages]
    session.flush()
    sides = int(run[0].job.sides)
    # One file a page says nothing of where sheets begin, but for the run as a whole.
    across = all(len(file.pages) <= 1 for file in run)
    for place, page in enumerate(pages):
        index = place if across else page.number - 1
        page.front_id = pages[place - index % sides].id


class _Pile:
    """The pages as they lie, one after another, and the bundles they are put in."""

    def __init__(self, session: Session, job_id: int) -> None:
        self.bundles: list[Bundle] = []
        self.bundle: Bundle | None = None
        self._session = session
        self._job_id = job_id
        self._batch: Batch | None = None
        self._position = 0
        # What the separator says on which no paper lies yet.
        self._fresh: Mapping[str, Any] | None = None

    def lay(self, page: Page) -> None:
        said = page.separator
        # The same sheet twice in a row is one boundary; it stays visible as a page.
        if said is not None and said != self._fresh:
            self._begin(said)
            self._fresh = said
        elif page.kind not in (PageKind.SEPARATOR, PageKind.BLANK):
            self._fresh = None
        bundle = self.bundle or self._opened(Bundle(kind=BundleKind.PLAIN, number=""))
        page.bundle_id, page.position = bundle.id, self._position
        self._position += 1

    def mark_uncovered(self) -> None:
        """Papers before the first separator of the pile: a sheet may be missing."""
        kinds = [bundle.kind for bundle in self.bundles]
        if set(kinds) == {BundleKind.PLAIN}:
            return
        for bundle in self.bundles:
            bundle.uncovered = bundle.kind == BundleKind.PLAIN and _has_paper(
                self._session, bundle
            )

    def _begin(self, said: Mapping[str, Any]) -> None:
        kind = SheetKind(said.get("kind", SheetKind.BUNDLE))
        if kind is SheetKind.COVER:
            self.bundle = None
            self._batch = Batch(
                job_id=self._job_id,
                number=str(said["number"]),
                site=said["site"],
                declared_bundles=said["entries"],
                declared_sheets=said["sheets"],
            )
            self._session.add(self._batch)
            self._session.flush()
            return
        bundle = Bundle(
            kind=_KINDS[kind],
            number=str(said["number"]),
            site=said["site"],
            scheme=said["scheme"],
            form=said["form"],
            declared_sheets=said["sheets"],
            declared_entries=said["entries"],
            received_on=date.fromisoformat(said["received_on"]),
            reference=said.get("reference") or None,
        )
        if kind is SheetKind.REENTRY and _came_with_letter(self._session, bundle):
            # Printed before the paper was on its way: nobody counted what comes
            # again, nor knew the day.
            bundle.declared_sheets = bundle.declared_entries = None
            bundle.received_on = None
        self._opened(bundle)

    def _opened(self, bundle: Bundle) -> Bundle:
        bundle.job_id = self._job_id
        bundle.batch_id = self._batch.id if self._batch else None
        if bundle.kind == BundleKind.PLAIN:
            bundle.site, bundle.scheme, bundle.form = self._site(), "", ""
        self._session.add(bundle)
        self._session.flush()
        self._position = 0
        self.bundle = bundle
        self.bundles.append(bundle)
        return bundle

    def _site(self) -> str:
        return self._session.get_one(Job, self._job_id).site


def _came_with_letter(session: Session, bundle: Bundle) -> bool:
    """Tell whether the sheet is the one that was sent with a returned filing."""
    letter = (
        select(ReturnNotice.id)
        .join(Filing, Filing.id == ReturnNotice.filing_id)
        .where(
            Filing.receipt_number == bundle.reference,
            ReturnNotice.sent_on >= bundle.received_on,
        )
    )
    return bundle.number in {str(one) for one in session.scalars(letter)}


def _has_paper(session: Session, bundle: Bundle) -> bool:
    kinds = session.scalars(select(Page.kind).where(Page.bundle_id == bundle.id))
    return any(kind not in (PageKind.SEPARATOR, PageKind.BLANK) for kind in kinds)
