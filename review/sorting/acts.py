"""The acts of the scanning desk: what a page is, where it lies, and what counts."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.definition import FormDefinition
from kamizero.errors import ConflictError, MissingError, WrongCallError
from kamizero.model import PageKind, Standing
from review.refusals import ReasonMissingError
from review.sorting.record import Clerk, SortingClosedError, recorded
from storage import balance, contents
from storage.tables import (
    AttachmentKind,
    Balance,
    Bundle,
    BundleKind,
    Copy,
    Disposal,
    Filing,
    Medium,
    Page,
    Submitter,
    Touch,
)

MOST_RECORDS = 1_000_000

_TYPED = frozenset(
    {PageKind.FORM, PageKind.ATTACHMENT, PageKind.BLANK, PageKind.UNKNOWN}
)


class AlreadyBalancedError(ConflictError):
    """There is nothing to explain."""

    code = "already_balanced"


@dataclass(frozen=True, slots=True)
class Declared:
    """What somebody counted or read off the sheet in words."""

    sheets: int | None
    entries: int | None
    number: str = ""
    received_on: date | None = None

    def __post_init__(self) -> None:
        if min(self.sheets or 0, self.entries or 0) < 0:
            raise WrongCallError("Sheets and entries are counted from 0.")
        if len(self.number) > 32:
            raise WrongCallError("The number of a bundle has at most 32 characters.")


@dataclass(frozen=True, slots=True)
class MediumDeclared:
    """What somebody read off the summary (総括票) of a disc or an e-filing.

    Attributes:
        number: its 媒体番号 or 到達番号.
        records: form code -> how many; a form that is not named has none.
    """

    medium: Medium
    number: str
    offices: int | None
    records: Mapping[str, int] | None

    def __post_init__(self) -> None:
        counts = [self.offices or 0, *(self.records or {}).values()]
        if min(counts) < 0 or max(counts) > MOST_RECORDS:
            raise WrongCallError(f"Records are counted from 0 to {MOST_RECORDS:,}.")
        if not all(re.fullmatch(r"\d{7,8}", code) for code in self.records or {}):
            raise WrongCallError("The code of a form on a medium has 7 or 8 digits.")
        if len(self.number) > 32:
            raise WrongCallError("The number of a medium has at most 32 characters.")


def retype(
    session: Session,
    clerk: Clerk,
    bundle: Bundle,
    page_ids: Sequence[int],
    kind: PageKind,
    *,
    form: FormDefinition | None = None,
    form_page: int = 1,
) -> None:
    """Say what pages are: 届書 of a form, 添付書類, 白紙 or not known.

    A form whose code is gone is read by its print afterwards; a filing of which it
    becomes or was a form page is made anew.
    """
    if kind not in _TYPED:
        raise WrongCallError(f"Nobody can say that a page is {kind}.")
    if (kind is PageKind.FORM) != (form is not None):
        raise WrongCallError("Name the form of a form page, and of no other page.")
    with recorded(session, clerk, "retype", bundle):
        for page in pages_in(session, bundle, page_ids):
            page.kind = kind
            page.form = form.form if form else None
            page.revision = form.revision if form else None
            page.form_page = form_page if form else None
            page.error_code = page.error_message = None
            page.typed_by = clerk.name


def classify(
    session: Session,
    clerk: Clerk,
    bundle: Bundle,
    page_ids: Sequence[int],
    *,
    attachment: AttachmentKind,
    copy: Copy = Copy.COPY,
    disposal: Disposal = Disposal.KEEP,
) -> None:
    """Say what attached papers are, original or copy, and what becomes of the paper."""
    with recorded(session, clerk, "classify", bundle):
        for page in pages_in(session, bundle, page_ids):
            if page.kind not in (PageKind.ATTACHMENT, PageKind.UNKNOWN):
                raise WrongCallError(f"Page {page.number} is no attached paper.")
            page.kind, page.typed_by = PageKind.ATTACHMENT, clerk.name
            page.attachment, page.copy, page.disposal = attachment, copy, disposal


def turn(
    session: Session,
    clerk: Clerk,
    bundle: Bundle,
    page_ids: Sequence[int],
    degrees: int,
) -> None:
    """Turn how pages are shown, clockwise; the stored image stays as it is."""
    if degrees % 90:
        raise WrongCallError("Pages are turned by quarters.")
    with recorded(session, clerk, "turn", bundle):
        for page in pages_in(session, bundle, page_ids):
            shown = page.turned
            if shown is None:
                shown = int((page.quality or {}).get("turn", 0))
            page.turned = (shown + degrees) % 360


def move(
    session: Session,
    clerk: Clerk,
    bundle: Bundle,
    page_ids: Sequence[int],
    *,
    into: Bundle | None = None,
    before: int | None = None,
) -> None:
    """Lay pages before another one, or last; in their bundle or into another."""
    target = into or bundle
    with recorded(session, clerk, "move", *_once(bundle, target)):
        moved = pages_in(session, bundle, page_ids)
        rest = [page for page in _laid(session, target) if page not in moved]
        place = _place(rest, before)
        for page in moved:
            page.bundle_id = target.id
        _number([*rest[:place], *moved, *rest[place:]])


def split(
    session: Session, clerk: Clerk, bundle: Bundle, page_id: int, declared: Declared
) -> Bundle:
    """Begin a new bundle with this page: its separator was missed.

    Both bundles must balance afterwards, so what the new one declares is asked for.
    """
    if declared.sheets is None or declared.entries is None:
        raise WrongCallError("Say how many sheets and entries the new bundle has.")
    form = session.scalar(select(Page.form).where(Page.id == page_id))
    new = Bundle(
        job_id=bundle.job_id,
        batch_id=bundle.batch_id,
        kind=BundleKind.BUNDLE,
        number=declared.number,
        site=bundle.site,
        scheme=bundle.scheme,
        form=form or bundle.form,
        declared_sheets=declared.sheets,
        declared_entries=declared.entries,
        received_on=declared.received_on or bundle.received_on,
        submitter=bundle.submitter,
    )
    session.add(new)
    session.flush()
    with recorded(session, clerk, "split", bundle, new):
        pages = _laid(session, bundle)
        (first,) = pages_in(session, bundle, [page_id])
        for page in pages[pages.index(first) :]:
            page.bundle_id = new.id
    return new


def join(session: Session, clerk: Clerk, bundle: Bundle, into: Bundle) -> None:
    """Lay all pages of a bundle behind those of another; it stays, empty.

    What both declare is added, unless both carry the number of one sheet.
    """
    if bundle.id == into.id:
        raise WrongCallError("A bundle cannot be joined to itself.")
    with recorded(session, clerk, "join", into, bundle):
        pages = [*_laid(session, into), *_laid(session, bundle)]
        for page in pages:
            page.bundle_id = into.id
        _number(pages)
        if bundle.number != into.number:
            into.declared_sheets = _sum(into.declared_sheets, bundle.declared_sheets)
            into.declared_entries = _sum(into.declared_entries, bundle.declared_entries)


def replace(
    session: Session, clerk: Clerk, bundle: Bundle, page_id: int, *, by: int
) -> None:
    """Let a better scan of the same side take its place; both are kept, one counts."""
    lies_in = session.scalar(select(Page.bundle_id).where(Page.id == by))
    if lies_in is None or by == page_id:
        raise MissingError(f"There is no page {by} to take the place of {page_id}.")
    source = session.get_one(Bundle, lies_in)
    with recorded(session, clerk, "replace", *_once(bundle, source)):
        (old,) = pages_in(session, bundle, [page_id])
        # One that does not count itself would take the sheet out of every count.
        (new,) = pages_in(session, source, [by])
        new.bundle_id, new.position = bundle.id, old.position
        # It is a side of the same sheet, which counts once.
        new.front_id = old.front_id
        old.standing, old.replaced_by_id = Standing.REPLACED, new.id


def set_aside(
    session: Session, clerk: Clerk, bundle: Bundle, page_ids: Sequence[int]
) -> None:
    """Let pages not count, such as those of a sheet scanned twice; they are kept."""
    with recorded(session, clerk, "set_aside", bundle):
        for page in pages_in(session, bundle, page_ids):
            page.standing = Standing.SET_ASIDE


def declare(
    session: Session,
    clerk: Clerk,
    bundle: Bundle,
    declared: Declared,
    *,
    submitter: Submitter | None = None,
) -> None:
    """Correct or add what was declared: counts, day of receipt, who filed."""
    with recorded(session, clerk, "declare", bundle):
        bundle.declared_sheets = declared.sheets
        bundle.declared_entries = declared.entries
        bundle.submitter = submitter or bundle.submitter
        if declared.received_on is not None:
            _receive_on(session, bundle, declared.received_on)


def declare_medium(
    session: Session,
    clerk: Clerk,
    bundle: Bundle,
    declared: MediumDeclared,
    *,
    submitter: Submitter | None = None,
    received_on: date | None = None,
) -> None:
    """Correct or add what the summary of a medium declares, and which medium it is."""
    if bundle.kind != BundleKind.MEDIA:
        raise WrongCallError("Only a disc or an e-filing declares offices and forms.")
    with recorded(session, clerk, "declare_medium", bundle):
        bundle.medium, bundle.number = declared.medium, declared.number.strip()
        bundle.declared_offices = declared.offices
        bundle.declared_records = (
            None if declared.records is None else dict(declared.records)
        )
        bundle.submitter = submitter or bundle.submitter
        if received_on is not None:
            _receive_on(session, bundle, received_on)


def explain(session: Session, clerk: Clerk, bundle: Bundle, why: str) -> None:
    """Let the bundle pass as it is; whoever does so approves nothing of it.

    Raises:
        ReasonMissingError: there is no reason.
        AlreadyBalancedError: nothing differs, or not everything is read yet.
    """
    if not why.strip():
        raise ReasonMissingError("Write down why the bundle may pass as it is.")
    with recorded(session, clerk, "explain", bundle):
        found = balance.weigh(session, bundle)
        if found.pending or not found.issues:
            raise AlreadyBalancedError(
                f"Bundle {bundle.number or bundle.id} is still being read."
                if found.pending
                else f"Bundle {bundle.number or bundle.id} balances."
            )
        bundle.explained_why, bundle.explained_by = why.strip(), clerk.name
        bundle.explained_for = list(found.issues)
        bundle.balance = Balance.EXPLAINED
        for filing in contents.live_filings(session, bundle):
            session.merge(Touch(filing_id=filing.id, person=clerk.name))


def attach(
    session: Session,
    clerk: Clerk,
    bundle: Bundle,
    page_ids: Sequence[int],
    *,
    receipt_number: str,
) -> None:
    """Lay late papers (追送) to the filing they belong to, by its receipt number.

    Raises:
        SortingClosedError: nothing can be added to the filing any more.
    """
    filing = session.scalars(
        select(Filing).where(Filing.receipt_number == receipt_number.strip())
    ).one_or_none()
    if filing is None or filing.bundle_id is None:
        raise MissingError(f"There is no filing {receipt_number.strip()}.")
    if contents.is_closed(filing) or contents.has_ended_entries(filing):
        raise SortingClosedError(
            f"Filing {filing.receipt_number} is already approved, returned or sorted "
            "anew; nothing is added to it. Make a correction instead."
        )
    target = session.get_one(Bundle, filing.bundle_id)
    with recorded(session, clerk, "attach", *_once(bundle, target)):
        late = pages_in(session, bundle, page_ids)
        laid = [page for page in _laid(session, target) if page not in late]
        own = [place for place, page in enumerate(laid) if page.filing_id == filing.id]
        place = own[-1] + 1 if own else len(laid)
        for page in late:
            page.bundle_id, page.kind = target.id, PageKind.ATTACHMENT
            page.typed_by = clerk.name
        _number([*laid[:place], *late, *laid[place:]])


def pages_in(session: Session, bundle: Bundle, page_ids: Sequence[int]) -> list[Page]:
    """These pages, in the order of the bundle. Raises MissingError."""
    wanted = set(page_ids)
    found = [page for page in _laid(session, bundle) if page.id in wanted]
    if not wanted or len(found) != len(wanted):
        raise MissingError(
            f"Some of these pages do not lie in bundle {bundle.id}; load it again."
        )
    return found


def _receive_on(session: Session, bundle: Bundle, day: date) -> None:
    """Give the bundle and its open filings their day of receipt."""
    bundle.received_on = day
    for filing in contents.live_filings(session, bundle):
        if not contents.is_closed(filing):
            filing.received_on = day
            filing.version += 1


def _laid(session: Session, bundle: Bundle) -> list[Page]:
    return list(contents.valid_pages(session, bundle))


def _place(pages: Sequence[Page], before: int | None) -> int:
    if before is None:
        return len(pages)
    for place, page in enumerate(pages):
        if page.id == before:
            return place
    raise MissingError(f"Page {before} does not lie there; load the bundle again.")


def _number(pages: Iterable[Page]) -> None:
    for position, page in enumerate(pages):
        page.position = position


def _once(*bundles: Bundle) -> list[Bundle]:
    return list(dict.fromkeys(bundles))


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None and other is None else (one or 0) + (other or 0)
