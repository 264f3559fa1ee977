"""Letters of returned filings as pages and paper show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.code import SeparatorCode, SheetKind
from forms.library import Library
from kamizero.errors import MissingError
from review.returning import notices
from review.returning.addressee import (
    Addressee,
    Offices,
    entry_numbers,
    known,
)
from review.returning.letter import Letter
from review.returning.reasons import reasons
from storage.clocks import office_day
from storage.tables import (
    Field,
    Filing,
    Page,
    ReturnNotice,
    Site,
)
from storage.values import body_of, decided_version
from storage.vault import Vault
from web.language import Texts
from web.shown.jobs import form_title
from web.visitors import Visitor
from web.writing import Pen

STEPS = ("prepare", "check", "send", "wait", "overdue", "answered")
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """One letter in the list; `step` is what is to be done."""

    id: int
    receipt_number: str
    title: str
    step: str
    persons: str
    prepared_by: str
    sent_on: date | None
    due_on: date | None


@dataclass(frozen=True, slots=True)
class ReasonView:
    code: str
    said: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class EnclosureView:
    id: int
    label: str
    chosen: bool
    allowed: bool


@dataclass(frozen=True, slots=True)
class LetterView:
    """One letter with everything a person checks.

    Attributes:
        on_paper: what the form says of the office, to compare the address with.
        hindrance: why this visitor does not check it, "" where they may.
    """

    id: int
    filing_id: int
    receipt_number: str
    title: str
    persons: str
    step: str
    addresses: Mapping[str, Addressee]
    kind: str
    addressee: Addressee | None
    on_paper: str
    reasons: Sequence[ReasonView]
    note: str
    enclosures: Sequence[EnclosureView]
    slips: Sequence[str]
    digest: str
    prepared_by: str
    checked_by: str
    sent_by: str
    sent_on: date | None
    way: str
    due_on: date | None
    reminded_on: date | None
    came_again: Sequence[Filing]
    hindrance: bool
    today: date
    suggested_due: date


def step_of(session: Session, notice: ReturnNotice, *, today: date) -> str:
    """What is to be done with a letter now."""
    if notices.came_again(session, notice):
        return "answered"
    if notice.sent_on is not None and notice.due_on is not None:
        return "overdue" if notice.due_on < today else "wait"
    if notice.checked_by is not None:
        return "send"
    return "check" if notice.prepared_by is not None else "prepare"


def notice_view(
    session: Session, library: Library, *, today: date, pen: Pen
) -> dict[str, list[NoticeLine]]:
    """The letters by what is to be done with them, the latest first."""
    rows = session.scalars(
        select(ReturnNotice).order_by(ReturnNotice.id.desc()).limit(_SHOWN)
    )
    groups: dict[str, list[NoticeLine]] = {step: [] for step in STEPS}
    for row in rows:
        line = _line(session, row, library, today=today, pen=pen)
        groups[line.step].append(line)
    return groups


def letter_view(
    session: Session,
    vault: Vault,
    notice: ReturnNotice,
    *,
    library: Library,
    offices: Offices | None,
    visitor: Visitor,
    today: date,
    pen: Pen,
) -> LetterView:
    said = notices.letter_of(vault, notice)
    addresses = known(session, vault, notice, offices)
    filing = notice.filing
    chosen = notice.reasons if notice.prepared_by else notices.offered(session, notice)
    return LetterView(
        id=notice.id,
        filing_id=filing.id,
        receipt_number=filing.receipt_number,
        title=form_title(library, filing.form, filing.revision, pen.language),
        persons=_persons(session, notice, pen),
        step=step_of(session, notice, today=today),
        addresses={kind.value: one for kind, one in addresses.items()},
        kind=notice.addressee_kind or next(iter(addresses), "typed"),
        addressee=said[0] if said else None,
        on_paper=_on_paper(session, vault, filing),
        reasons=[
            ReasonView(code, one.in_language(pen.language), code in chosen)
            for code, one in reasons().items()
        ],
        note=said[1] if said else "",
        enclosures=_enclosures(session, notice, pen),
        slips=[slip.reason for slip in notice.slips],
        digest=notice.content_digest or "",
        prepared_by=notice.prepared_by or "",
        checked_by=notice.checked_by or "",
        sent_by=notice.sent_by or "",
        sent_on=notice.sent_on,
        way=notice.way or "",
        due_on=notice.due_on,
        reminded_on=notice.reminded_on,
        came_again=notices.came_again(session, notice),
        hindrance=notice.prepared_by == visitor.name,
        today=today,
        suggested_due=today + notices.TO_ANSWER,
    )


def printed(
    session: Session, vault: Vault, notice: ReturnNotice, *, library: Library
) -> Letter:
    """The letter in Japanese, as it goes out. Raises MissingError where none is."""
    said = notices.letter_of(vault, notice)
    if said is None or notice.prepared_at is None:
        raise MissingError("The letter is not written yet.")
    pen = Pen(Texts.shipped(), "ja")
    filing = notice.filing
    written_on = office_day(notice.checked_at or notice.prepared_at)
    numbers = entry_numbers(session, notice)
    site = session.get_one(Site, filing.site)
    return Letter(
        number=notice.id,
        addressee=said[0],
        sender=site.name,
        written_on=written_on,
        due_on=notice.due_on or written_on + notices.TO_ANSWER,
        form_title=form_title(library, filing.form, filing.revision, "ja"),
        receipt_number=filing.receipt_number,
        received_on=filing.received_on,
        persons=_persons(session, notice, pen),
        reasons=[reasons()[code].ja for code in notice.reasons],
        note=said[1],
        enclosures=[
            one.label for one in _enclosures(session, notice, pen) if one.chosen
        ],
        sheet=SeparatorCode(
            site=filing.site.upper(),
            scheme=(filing.bundle.scheme if filing.bundle else "") or "KOSEI",
            form=filing.form,
            sheets=len(notice.enclosures),
            entries=len(numbers),
            received_on=written_on,
            number=notice.id,
            kind=SheetKind.REENTRY,
            reference=filing.receipt_number.upper(),
        ),
    )


def _line(
    session: Session,
    notice: ReturnNotice,
    library: Library,
    *,
    today: date,
    pen: Pen,
) -> NoticeLine:
    filing = notice.filing
    return NoticeLine(
        id=notice.id,
        receipt_number=filing.receipt_number,
        title=form_title(library, filing.form, filing.revision, pen.language),
        step=step_of(session, notice, today=today),
        persons=_persons(session, notice, pen),
        prepared_by=notice.prepared_by or "",
        sent_on=notice.sent_on,
        due_on=notice.due_on,
    )


def _persons(session: Session, notice: ReturnNotice, pen: Pen) -> str:
    """Which entries, by number: a list is no place for names."""
    numbers = entry_numbers(session, notice)
    said = [pen.texts.say("common.entry", pen.language, n=n) for n in numbers]
    return "、".join(said) if pen.language == "ja" else ", ".join(said)


def _enclosures(
    session: Session, notice: ReturnNotice, pen: Pen
) -> list[EnclosureView]:
    allowed = {page.id for page in notices.enclosable(session, notice)}
    pages = session.scalars(
        select(Page)
        .where(Page.filing_id == notice.filing_id)
        .order_by(Page.position, Page.arrival_id, Page.number)
    )
    return [
        EnclosureView(
            id=page.id,
            label=_label(page, pen),
            chosen=page.id in notice.enclosures,
            allowed=page.id in allowed,
        )
        for page in pages
    ]


def _label(page: Page, pen: Pen) -> str:
    kind = pen.texts.say(f"page.{page.kind or 'waiting'}", pen.language)
    if page.attachment:
        kind = pen.texts.say(f"attachment.{page.attachment}", pen.language)
    return pen.texts.say("returns.sheet", pen.language, kind=kind, n=page.number)


def _on_paper(session: Session, vault: Vault, filing: Filing) -> str:
    names = ("office.symbol", "office.number", "office.name", "office.address")
    fields = session.scalars(
        select(Field)
        .where(
            Field.filing_id == filing.id,
            Field.name.in_(names),
            Field.as_written_id.is_not(None),
        )
        .order_by(Field.position)
    )
    values = [body_of(decided_version(field), vault).value for field in fields]
    return "　".join(value for value in values if value)
