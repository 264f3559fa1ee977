"""What an approver looks at first: changes, waivers, and what nobody saw."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import exists, func, not_, or_, select
from sqlalchemy.orm import Session, selectinload

from forms.definition import FormDefinition
from forms.library import Library
from kamizero.model import FieldState
from review.changes import Change, what_changed, what_nobody_saw, what_was_waived
from review.item import ShownFinding, ShownValue
from review.rounds import standing_of
from storage.tables import (
    HEAD,
    ApprovalRound,
    AuthorKind,
    Entry,
    EntryState,
    Field,
    FieldVersion,
    Filing,
    FindingRow,
    Page,
    Touch,
)
from storage.vault import Vault
from web.shown.fields import label_of
from web.shown.filing import ValueGroup, ValueView
from web.shown.grounds import ground_said
from web.shown.jobs import form_title, standing
from web.shown.route import stage_label
from web.writing import Pen

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One value a person changed, before and after."""

    item: str
    label: str
    entry_n: int
    before: str
    after: str
    who: str
    at: datetime
    ground: str
    page_id: int
    box: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """A filing's ready entries in three lists and a number."""

    changed: Sequence[ChangeView]
    unseen: Sequence[ValueView]
    waived: Sequence[ShownFinding]
    confirmed: int


@dataclass(frozen=True, slots=True)
class ApprovalLine:
    """One filing that waits for approval; `yours`: this person worked on it.

    `waits` are the stages it waits at, once somebody took one.
    """

    id: int
    receipt_number: str
    form: str
    title: str
    received_on: date
    ready: int
    others: int
    seen: int
    unseen: int
    waived: int
    yours: bool
    waits: str


def summary(
    session: Session,
    vault: Vault,
    entries: Sequence[Entry],
    *,
    groups: Sequence[ValueGroup],
    definition: FormDefinition,
    pen: Pen,
) -> Summary:
    """What stands out about these entries; the head, which they share, once."""
    values = {view.name: view for group in groups for view in group.fields}
    # The head comes with every entry: each of its changes is kept once.
    changes: dict[int, Change] = {}
    findings: dict[int, ShownFinding] = {}
    unseen: dict[str, ValueView] = {}
    for entry in entries:
        changes |= {c.after.version_id: c for c in what_changed(session, vault, entry)}
        findings |= {f.id: f for f in what_was_waived(session, entry)}
        names = what_nobody_saw(session, entry)
        unseen |= {name: values[name] for name in names if name in values}
    pages = entries[0].filing.pages if entries else []
    real = [change for change in changes.values() if not change.same_value]
    return Summary(
        changed=[
            _change(c, values[c.field_name], definition, pen, pages) for c in real
        ],
        unseen=[view for view in unseen.values() if view.shown],
        waived=list(findings.values()),
        confirmed=len(changes) - len(real),
    )


def approval_lines(
    session: Session,
    *,
    person: str,
    library: Library,
    pen: Pen,
    after: int = 0,
) -> list[ApprovalLine]:
    """A page of the filings with ready entries, oldest first."""
    ready = select(Entry.filing_id).where(Entry.state == EntryState.READY)
    filings = session.scalars(
        select(Filing)
        .where(Filing.id.in_(ready), Filing.id > after)
        .options(selectinload(Filing.entries))
        .order_by(Filing.id)
        .limit(PAGE_SIZE)
    ).all()
    ids = [filing.id for filing in filings]
    seen = _eyes(session, ids, machine=False)
    unseen = _eyes(session, ids, machine=True)
    waived = _waived(session, ids)
    waits = _waits(session, ids, pen)
    own = set(
        session.scalars(
            select(Touch.filing_id).where(
                Touch.filing_id.in_(ids), Touch.person == person
            )
        )
    )
    return [
        ApprovalLine(
            id=filing.id,
            receipt_number=filing.receipt_number,
            form=filing.form,
            title=form_title(library, filing.form, filing.revision, pen.language),
            received_on=filing.received_on,
            ready=_count(filing, EntryState.READY),
            others=_count(filing, EntryState.READ, EntryState.IN_REVIEW),
            seen=seen.get(filing.id, 0),
            unseen=unseen.get(filing.id, 0),
            waived=waived.get(filing.id, 0),
            yours=filing.id in own,
            waits=waits.get(filing.id, ""),
        )
        for filing in filings
    ]


def _count(filing: Filing, *states: EntryState) -> int:
    return sum(entry.state in states for entry in standing(filing.entries))


def _eyes(session: Session, filings: list[int], *, machine: bool) -> dict[int, int]:
    """Filled fields per filing that stand as the machine, or as a person, said."""
    person = FieldVersion.author_kind == AuthorKind.PERSON
    waits = exists().where(
        Entry.filing_id == Field.filing_id,
        Entry.n == Field.entry_n,
        Entry.state == EntryState.READY,
    )
    rows = session.execute(
        select(Field.filing_id, func.count())
        .join(
            FieldVersion,
            FieldVersion.id == func.coalesce(Field.as_decided_id, Field.as_written_id),
        )
        .where(
            Field.filing_id.in_(filings),
            not_(person) if machine else person,
            FieldVersion.state != FieldState.BLANK,
            or_(Field.entry_n == HEAD, waits),
        )
        .group_by(Field.filing_id)
    )
    return {filing: count for filing, count in rows}


def _waived(session: Session, filings: list[int]) -> dict[int, int]:
    rows = session.execute(
        select(FindingRow.filing_id, func.count())
        .where(FindingRow.filing_id.in_(filings), FindingRow.waived_by.is_not(None))
        .group_by(FindingRow.filing_id)
    )
    return {filing: count for filing, count in rows}


def _waits(session: Session, filings: list[int], pen: Pen) -> dict[int, str]:
    rounds = session.scalars(
        select(ApprovalRound).where(
            ApprovalRound.filing_id.in_(filings), ApprovalRound.ended_at.is_(None)
        )
    )
    return {
        one.filing_id: "・".join(
            stage_label(stage, pen) for stage in standing_of(one).next_stages
        )
        for one in rounds
    }


def _change(
    change: Change,
    value: ValueView,
    definition: FormDefinition,
    pen: Pen,
    pages: Sequence[Page],
) -> ChangeView:
    field = definition.field(change.field_name)

    def said(one: ShownValue | None) -> str:
        if one is None:
            return ""
        return pen.shown(field, state=one.state, value=one.value, text=one.text)

    return ChangeView(
        item=field.item,
        label=label_of(field, pen.language),
        entry_n=field.entry or 0,
        before=said(change.before),
        after=said(change.after),
        who=change.after.author,
        at=change.after.at,
        ground=ground_said(change.after, pen, pages),
        page_id=value.page_id,
        box=value.box,
    )
