"""Bundles held against what was declared, each difference down to the sheet."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.model import PageKind, Standing
from storage.contents import holds_something
from storage.ledger.report import Difference, Sheet
from storage.ledger.span import Span
from storage.scale import Scale, Side, Weight, is_in_sequence, loose_sides, sides_of
from storage.tables import Arrival, Balance, Bundle, BundleKind, Filing, Job, Page

# So many are weighed with the same few questions.
_AT_ONCE = 500


@dataclass(slots=True)
class Weighed:
    """All bundles of a span, weighed anew.

    Attributes:
        declared, found: sheets of bundles that declare them and stand still.
        excused: by how many sheets explained bundles differ.
    """

    bundles: int = 0
    moving: int = 0
    explained: int = 0
    declared: int = 0
    found: int = 0
    excused: int = 0
    differences: list[Difference] = field(default_factory=list)


def weigh_bundles(session: Session, span: Span) -> Weighed:
    weighed = Weighed()
    ids = session.scalars(
        select(Bundle.id)
        .join(Job, Job.id == Bundle.job_id)
        .where(*span.of_jobs(), holds_something())
        .order_by(Bundle.id)
    ).all()
    for start in range(0, len(ids), _AT_ONCE):
        # Not all at once: a house of years has half a million of them.
        some = session.scalars(
            select(Bundle)
            .where(Bundle.id.in_(ids[start : start + _AT_ONCE]))
            .order_by(Bundle.id)
        ).all()
        scale = Scale(session, some)
        for bundle in some:
            _count(weighed, session, bundle, scale.weigh(bundle))
    return weighed


def _count(weighed: Weighed, session: Session, bundle: Bundle, weight: Weight) -> None:
    weighed.bundles += 1
    if weight.pending:
        weighed.moving += 1
        return
    if bundle.declared_sheets is not None and bundle.kind != BundleKind.MEDIA:
        weighed.declared += bundle.declared_sheets
        weighed.found += weight.sheets
        if weight.explained:
            weighed.excused += bundle.declared_sheets - weight.sheets
    if weight.passes:
        weighed.explained += weight.explained
        return
    if bundle.balance != Balance.OPEN:
        weighed.differences.append(
            Difference("balance", "bundle", bundle.id, Balance.OPEN, bundle.balance)
        )
    weighed.differences += [
        _difference(session, bundle, issue) for issue in weight.issues
    ]


def _difference(session: Session, bundle: Bundle, issue: str) -> Difference:
    name, _, numbers = issue.partition(":")
    found, _, expected = numbers.partition("/")
    return Difference(
        kind=name,
        subject_kind="bundle",
        subject_id=bundle.id,
        expected=expected or "0",
        found=found or "1",
        sheets=tuple(_sheets_behind(session, bundle, name, numbers)),
    )


def _sheets_behind(
    session: Session, bundle: Bundle, name: str, numbers: str
) -> Iterator[Sheet]:
    """The sheets an issue is about; for a count, those over it or missing."""
    sides = sides_of(session, Page.bundle_id == bundle.id)
    places = _places(session, bundle, sides)
    if name == "sheets":
        found, declared = map(int, numbers.split("/"))
        yield from (sheet for sheet in places.values() if sheet.place > declared)
        yield from (Sheet(place) for place in range(found + 1, declared + 1))
        return
    wanted = set(_pages_behind(session, bundle, sides, name, numbers))
    yield from (sheet for page, sheet in places.items() if page in wanted)


def _pages_behind(
    session: Session, bundle: Bundle, sides: Sequence[Side], name: str, words: str
) -> list[int]:
    if name == "loose":
        return [side.page for side in loose_sides(bundle, sides)]
    if name == "failed":
        return [side.page for side in sides if side.kind == PageKind.FAILED]
    if name == "form":
        of_form = select(Filing.id).where(
            Filing.bundle_id == bundle.id, Filing.form == words
        )
        filings = set(session.scalars(of_form))
        return [side.page for side in sides if side.filing in filings]
    if name == "sequence":
        return _out_of_sequence(session, bundle)
    return []


def _out_of_sequence(session: Session, bundle: Bundle) -> list[int]:
    """The form pages of filings that lack one before another."""
    pages: dict[int | None, list[tuple[int, int]]] = {}
    for filing, page, number in session.execute(
        select(Page.filing_id, Page.id, Page.form_page)
        .join(Filing, Filing.id == Page.filing_id)
        .where(
            Filing.bundle_id == bundle.id,
            Filing.dissolved_at.is_(None),
            Page.kind == PageKind.FORM,
            Page.form_page.is_not(None),
        )
    ):
        pages.setdefault(filing, []).append((page, number or 0))
    return [
        page
        for found in pages.values()
        if not is_in_sequence([number for _, number in found])
        for page, _ in found
    ]


def _places(
    session: Session, bundle: Bundle, sides: Sequence[Side]
) -> dict[int, Sheet]:
    """Each page of the bundle, by its id, as a sheet counted from the top."""
    of_page = {side.page: side for side in sides}
    separators = {side.sheet for side in sides if side.kind == PageKind.SEPARATOR}
    seen: dict[tuple[int, ...], int] = {}
    found = {}
    for page, job, file, number, kind in session.execute(
        select(Page.id, Arrival.job_id, Arrival.seq, Page.number, Page.kind)
        .join(Arrival, Arrival.id == Page.arrival_id)
        .where(Page.bundle_id == bundle.id, Page.standing == Standing.VALID)
        .order_by(Page.position, Arrival.job_id, Arrival.seq, Page.number)
    ):
        side = of_page.get(page)
        if side is None:
            continue
        if side.sheet not in separators:
            seen.setdefault(side.sheet, len(seen) + 1)
        found[page] = Sheet(seen.get(side.sheet, 0), job, file, number, kind)
    return found
