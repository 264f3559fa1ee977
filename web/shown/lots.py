"""Lots as pages show them: what may be drawn, and what was found in the sample."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forms.library import Library
from review.lots import candidates, sample_size
from storage.tables import (
    ApprovalLot,
    Entry,
    EntryState,
    Filing,
    LotMember,
    LotState,
    Verdict,
)
from web.shown.jobs import form_title
from web.visitors import Visitor

_SHOWN = 50


@dataclass(frozen=True, slots=True)
class FilingChoice:
    id: int
    receipt_number: str
    received_on: date


@dataclass(frozen=True, slots=True)
class FormChoice:
    """The filings of one form that a lot can be made of."""

    form: str
    title: str
    filings: Sequence[FilingChoice]
    sample: int


@dataclass(frozen=True, slots=True)
class LotLine:
    id: int
    title: str
    opened_by: str
    opened_at: datetime
    members: int
    state: str


@dataclass(frozen=True, slots=True)
class MemberView:
    """One filing of a lot; `verdict` is "" where it was not looked at."""

    filing_id: int
    receipt_number: str
    received_on: date
    drawn: bool
    verdict: str


@dataclass(frozen=True, slots=True)
class LotView:
    """One lot with its sample first."""

    id: int
    title: str
    state: str
    opened_by: str
    opened_at: datetime
    members: Sequence[MemberView]
    looked: int
    sample: int
    is_mine: bool
    manifest_sha256: str
    signature: str

    @property
    def may_sign(self) -> bool:
        return self.is_mine and self.looked == self.sample


def drawable(
    session: Session, library: Library, *, person: str, language: str
) -> list[FormChoice]:
    """Form by form, what waits and this person did not work on."""
    forms = session.scalars(
        select(Filing.form)
        .join(Entry, Entry.filing_id == Filing.id)
        .where(Entry.state == EntryState.READY)
        .distinct()
        .order_by(Filing.form)
    ).all()
    found = []
    for form in forms:
        filings = candidates(session, form=form, person=person)
        if filings:
            choices = [
                FilingChoice(one.id, one.receipt_number, one.received_on)
                for one in filings
            ]
            title = form_title(library, form, filings[0].revision, language)
            found.append(FormChoice(form, title, choices, sample_size(len(choices))))
    return found


def lot_lines(session: Session, library: Library, *, language: str) -> list[LotLine]:
    """The latest lots."""
    rows = session.execute(
        select(ApprovalLot, func.count(LotMember.filing_id))
        .join(LotMember, LotMember.lot_id == ApprovalLot.id)
        .group_by(ApprovalLot.id)
        .order_by(ApprovalLot.id.desc())
        .limit(_SHOWN)
    )
    return [
        LotLine(
            id=lot.id,
            title=form_title(library, lot.form, "", language),
            opened_by=lot.opened_by,
            opened_at=lot.opened_at,
            members=count,
            state=lot.state,
        )
        for lot, count in rows
    ]


def lot_view(
    session: Session, lot: ApprovalLot, library: Library, *, visitor: Visitor
) -> LotView:
    members = [_member(session, one) for one in lot.members]
    members.sort(key=lambda one: (not one.drawn, one.filing_id))
    return LotView(
        id=lot.id,
        title=form_title(library, lot.form, "", visitor.language),
        state=lot.state,
        opened_by=lot.opened_by,
        opened_at=lot.opened_at,
        members=members,
        looked=sum(one.verdict == Verdict.RIGHT for one in members),
        sample=sum(one.drawn for one in members),
        is_mine=lot.opened_by == visitor.name and lot.state == LotState.OPEN,
        manifest_sha256=lot.manifest_sha256 or "",
        signature=lot.signature or "",
    )


def lot_to_judge(session: Session, filing: Filing, person: str) -> int | None:
    """The open lot of this person in whose sample the filing is."""
    return session.scalar(
        select(LotMember.lot_id)
        .join(ApprovalLot, ApprovalLot.id == LotMember.lot_id)
        .where(
            LotMember.filing_id == filing.id,
            LotMember.is_open,
            LotMember.drawn,
            ApprovalLot.opened_by == person,
        )
    )


def _member(session: Session, member: LotMember) -> MemberView:
    filing = session.get_one(Filing, member.filing_id)
    return MemberView(
        filing_id=filing.id,
        receipt_number=filing.receipt_number,
        received_on=filing.received_on,
        drawn=member.drawn,
        verdict=member.verdict or "",
    )
