"""What an approver looks at first: changes, waivers, and what nobody saw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.definition import FormDefinition
from forms.library import Library
from review.changes import Change, what_changed, what_nobody_saw, what_was_waived
from review.item import ShownFinding, ShownValue
from storage.tables import Entry, EntryState, Filing, Touch
from storage.vault import Vault
from web.shown.fields import label_of
from web.shown.filing import ValueGroup, ValueView
from web.shown.jobs import form_title, standing
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
    """One filing that waits for approval; `yours`: this person worked on it."""

    id: int
    receipt_number: str
    form: str
    title: str
    received_on: date
    ready: int
    others: int
    changed: int
    unseen: int
    waived: int
    yours: bool


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
    real = [change for change in changes.values() if not change.same_value]
    return Summary(
        changed=[_change(c, values[c.field_name], definition, pen) for c in real],
        unseen=[view for view in unseen.values() if view.shown],
        waived=list(findings.values()),
        confirmed=len(changes) - len(real),
    )


def approval_lines(
    session: Session,
    vault: Vault,
    *,
    person: str,
    library: Library,
    language: str,
    after: int = 0,
) -> list[ApprovalLine]:
    """A page of the filings with ready entries, oldest first."""
    ready = select(Entry.filing_id).where(Entry.state == EntryState.READY)
    filings = session.scalars(
        select(Filing)
        .where(Filing.id.in_(ready), Filing.id > after)
        .order_by(Filing.id)
        .limit(PAGE_SIZE)
    )
    return [
        _line(session, vault, filing, person, library, language) for filing in filings
    ]


def _line(
    session: Session,
    vault: Vault,
    filing: Filing,
    person: str,
    library: Library,
    language: str,
) -> ApprovalLine:
    entries = standing(filing.entries)
    ready = [entry for entry in entries if entry.state == EntryState.READY]
    others = [
        entry
        for entry in entries
        if entry.state in (EntryState.READ, EntryState.IN_REVIEW)
    ]
    changed: set[int] = set()
    unseen: set[str] = set()
    waived: set[int] = set()
    for entry in ready:
        changes = what_changed(session, vault, entry)
        changed |= {c.after.version_id for c in changes if not c.same_value}
        unseen |= set(what_nobody_saw(session, entry))
        waived |= {finding.id for finding in what_was_waived(session, entry)}
    return ApprovalLine(
        id=filing.id,
        receipt_number=filing.receipt_number,
        form=filing.form,
        title=form_title(library, filing.form, filing.revision, language),
        received_on=filing.received_on,
        ready=len(ready),
        others=len(others),
        changed=len(changed),
        unseen=len(unseen),
        waived=len(waived),
        yours=session.get(Touch, (filing.id, person)) is not None,
    )


def _change(
    change: Change, value: ValueView, definition: FormDefinition, pen: Pen
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
        ground=_ground(change.after.ground, pen),
        page_id=value.page_id,
        box=value.box,
    )


def _ground(ground: Mapping[str, object] | None, pen: Pen) -> str:
    if not ground:
        return ""
    key = f"ground.{ground.get('kind')}"
    return pen.texts.say(key, pen.language) if pen.texts.knows(key) else ""
