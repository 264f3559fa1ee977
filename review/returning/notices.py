"""A letter from its draft to the paper that comes again: prepared, checked, sent.

Preparing and checking are two people's; the database holds them apart.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import rfc8785
from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.errors import ConflictError, MissingError, WrongCallError
from kamizero.model import Role, Standing
from kamizero.tokyo import business_date
from review.refusals import (
    NoticeChangedError,
    NoticeSentError,
    OthersOnPageError,
    OwnLetterError,
    RoleForbidsError,
)
from review.returning.addressee import Addressee, demand_no_number, entry_numbers
from review.returning.reasons import reasons, reasons_of
from review.roles import REVIEWERS
from storage import audit, refiling
from storage.tables import (
    HEAD,
    AddresseeKind,
    Entry,
    EntryState,
    Field,
    FieldVersion,
    Filing,
    FindingRow,
    Page,
    Posting,
    ReturnNotice,
    ReturnSlip,
)
from storage.vault import Sealed, Vault

TO_ANSWER = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Content:
    """What a letter says, as it is typed in."""

    kind: AddresseeKind
    addressee: Addressee
    reasons: tuple[str, ...]
    note: str
    enclosures: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Clerk:
    """Who does something to a letter, and when."""

    name: str
    role: Role
    now: datetime


def open_notice(
    session: Session, filing: Filing, slips: Sequence[ReturnSlip], *, now: datetime
) -> ReturnNotice:
    """Begin the letter that goes with entries returned together.

    Where one of the filing was begun and nobody wrote it yet, it goes with them too.
    """
    notice = session.scalar(
        select(ReturnNotice)
        .where(ReturnNotice.filing_id == filing.id, ReturnNotice.prepared_by.is_(None))
        .with_for_update()
    )
    if notice is None:
        notice = ReturnNotice(filing_id=filing.id, opened_at=now)
        session.add(notice)
    notice.slips.extend(slips)
    session.flush()
    return notice


def prepare(
    session: Session, vault: Vault, notice: ReturnNotice, content: Content, by: Clerk
) -> None:
    """Write the letter; a check of what stood there before counts no more.

    Raises:
        NoticeSentError: it is on its way.
        OthersOnPageError: an enclosed page shows somebody who is not returned.
        WrongCallError: a reason is not known, or a text may hold a number.
    """
    _hold(session, notice, by)
    _demand_sendable(session, notice, content)
    plain = rfc8785.dumps({**content.addressee.as_row(), "note": content.note})
    sealed = vault.seal(plain, bound_to=notice.sealed_place)
    notice.addressee_kind = content.kind
    notice.sealed, notice.key_id = sealed.data, sealed.key_id
    notice.reasons, notice.enclosures = list(content.reasons), list(content.enclosures)
    notice.content_digest = _digest(vault, content)
    notice.prepared_by, notice.prepared_at = by.name, by.now
    notice.checked_by = notice.checked_at = notice.checked_digest = None
    session.flush()
    _tell(session, notice, "return.prepared", by, reasons=list(content.reasons))


def offered(session: Session, notice: ReturnNotice) -> frozenset[str]:
    """The reasons that the findings on what is returned give, until it is written."""
    entries = entry_numbers(session, notice)
    rules = session.scalars(
        select(FindingRow.rule).where(
            FindingRow.filing_id == notice.filing_id,
            FindingRow.entry_n.in_((*entries, HEAD)),
            FindingRow.waived_by.is_(None),
        )
    )
    return reasons_of(rules.all())


def check(session: Session, notice: ReturnNotice, *, seen: str, by: Clerk) -> None:
    """Say that address and enclosures are right; whoever prepared it cannot.

    Args:
        seen: the digest of the letter that was looked at.

    Raises:
        OwnLetterError: they prepared it.
        NoticeChangedError: it is not the letter they looked at.
    """
    _hold(session, notice, by)
    if notice.prepared_by is None or notice.content_digest != seen:
        raise NoticeChangedError("The letter changed after you opened it; look again.")
    if notice.prepared_by == by.name:
        raise OwnLetterError(
            f"{by.name} prepared this letter; another person checks it."
        )
    notice.checked_by, notice.checked_at = by.name, by.now
    notice.checked_digest = seen
    session.flush()
    _tell(session, notice, "return.checked", by)


def send(
    session: Session,
    notice: ReturnNotice,
    *,
    way: Posting,
    sent_on: date,
    due_on: date | None,
    by: Clerk,
) -> None:
    """Write down that the letter and its papers left; from now on it stays as it is.

    Raises:
        WrongCallError: it cannot have left on that day, or is answered before it.
    """
    _hold(session, notice, by)
    if notice.checked_by is None or notice.checked_at is None:
        raise NoticeChangedError("Another person checks the letter before it is sent.")
    if not business_date(notice.checked_at) <= sent_on <= business_date(by.now):
        raise WrongCallError("A letter leaves after its check, and not tomorrow.")
    due = due_on or sent_on + TO_ANSWER
    if due < sent_on:
        raise WrongCallError("An answer cannot be due before the letter is sent.")
    notice.sent_by, notice.sent_on = by.name, sent_on
    notice.way, notice.due_on = way, due
    session.flush()
    _tell(session, notice, "return.sent", by, way=way.value, on=sent_on.isoformat())


def remind(
    session: Session, notice: ReturnNotice, *, on: date, due_on: date, by: Clerk
) -> None:
    """Write down that the submitter was reminded, and when it is due now."""
    _demand_reviewer(by)
    session.refresh(notice, with_for_update=True)
    if notice.sent_on is None or due_on < on:
        raise WrongCallError("Remind of a letter that was sent, until a later day.")
    notice.reminded_on, notice.due_on = on, due_on
    session.flush()
    _tell(session, notice, "return.reminded", by, due=due_on.isoformat())


def came_again(session: Session, notice: ReturnNotice) -> Sequence[Filing]:
    """The filings that bring the returned one again."""
    return session.scalars(
        select(Filing)
        .where(
            Filing.reentry_of_id == notice.filing_id,
            Filing.dissolved_at.is_(None),
        )
        .order_by(Filing.id)
    ).all()


def link(
    session: Session, notice: ReturnNotice, *, receipt_number: str, by: Clerk
) -> Filing:
    """Say that a filing that came without the sheet brings this one again.

    Raises:
        MissingError: there is no filing of that number at the site.
        ConflictError: it came before, or brings another one again.
    """
    _demand_reviewer(by)
    before = notice.filing
    found = session.scalar(
        select(Filing)
        .where(Filing.receipt_number == receipt_number, Filing.site == before.site)
        .with_for_update()
    )
    if found is None:
        raise MissingError(f"There is no filing {receipt_number} at this site.")
    if found.id <= before.id or found.reentry_of_id not in (None, before.id):
        raise ConflictError(
            f"Filing {receipt_number} came before, or brings another filing again."
        )
    found.reentry_of_id = before.id
    _tell(session, notice, "return.linked", by, paper=found.id)
    refiling.take_over(session, found, actor=by.name, now=by.now)
    return found


def overdue(session: Session, *, today: date) -> Sequence[ReturnNotice]:
    """Letters that are due for a reminder: sent, past their day, nothing came."""
    answered = select(Filing.reentry_of_id).where(
        Filing.reentry_of_id.is_not(None), Filing.dissolved_at.is_(None)
    )
    return session.scalars(
        select(ReturnNotice)
        .where(
            ReturnNotice.sent_on.is_not(None),
            ReturnNotice.due_on < today,
            ReturnNotice.filing_id.not_in(answered),
        )
        .order_by(ReturnNotice.due_on, ReturnNotice.id)
    ).all()


def letter_of(vault: Vault, notice: ReturnNotice) -> tuple[Addressee, str] | None:
    """Address and note, None as long as nobody wrote them."""
    if notice.sealed is None or notice.key_id is None:
        return None
    sealed = Sealed(key_id=notice.key_id, data=notice.sealed)
    said: Mapping[str, str] = json.loads(
        vault.open(sealed, bound_to=notice.sealed_place)
    )
    addressee = Addressee(said["name"], said["postal_code"], said["address"])
    return addressee, said["note"]


def enclosable(session: Session, notice: ReturnNotice) -> list[Page]:
    """The pages that may go back: nobody else stands on them."""
    pages = session.scalars(
        select(Page)
        .where(Page.filing_id == notice.filing_id, Page.standing == Standing.VALID)
        .order_by(Page.position, Page.arrival_id, Page.number)
    )
    others = _others(session, notice)
    return [page for page in pages if not others & _written_on(session, page)]


def _demand_sendable(session: Session, notice: ReturnNotice, content: Content) -> None:
    unknown = [code for code in content.reasons if code not in reasons()]
    if unknown or not content.reasons:
        raise WrongCallError("Say why it is returned, by reasons of the list.")
    demand_no_number(content.note)
    allowed = {page.id for page in enclosable(session, notice)}
    if not set(content.enclosures) <= allowed:
        raise OthersOnPageError(
            "A page that shows somebody else's entry does not go back; keep it here "
            "and ask for a new form."
        )


def _others(session: Session, notice: ReturnNotice) -> set[int]:
    """Entries of the filing that go on here, or went back with another letter."""
    own = entry_numbers(session, notice)
    rows = session.scalars(
        select(Entry.n).where(
            Entry.filing_id == notice.filing_id,
            Entry.state != EntryState.SUPERSEDED,
        )
    )
    return set(rows) - set(own)


def _written_on(session: Session, page: Page) -> set[int]:
    """The entries with something written on the page."""
    return set(
        session.scalars(
            select(Field.entry_n)
            .join(FieldVersion, FieldVersion.id == Field.as_written_id)
            .where(
                Field.page_id == page.id,
                Field.entry_n != HEAD,
                FieldVersion.state != "blank",
            )
        )
    )


def _hold(session: Session, notice: ReturnNotice, by: Clerk) -> None:
    _demand_reviewer(by)
    session.refresh(notice, with_for_update=True)
    if notice.sent_on is not None:
        raise NoticeSentError("The letter was sent; it stays as it is.")


def _demand_reviewer(by: Clerk) -> None:
    if by.role not in REVIEWERS:
        raise RoleForbidsError("Letters are written and checked by reviewers.")


def _digest(vault: Vault, content: Content) -> str:
    said = {
        **content.addressee.as_row(),
        "kind": content.kind.value,
        "reasons": list(content.reasons),
        "note": content.note,
        "enclosures": list(content.enclosures),
    }
    return vault.blind_index(rfc8785.dumps(said).decode())


def _tell(
    session: Session, notice: ReturnNotice, act: str, by: Clerk, **about: object
) -> None:
    audit.record(
        session,
        actor=by.name,
        act=act,
        subject_kind="filing",
        subject_id=notice.filing_id,
        now=by.now,
        body={"notice": notice.id, **about},
    )
