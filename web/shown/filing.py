"""One filing with all its values, as the filing page shows it; numbers masked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from forms.csv.table import FILE, NAME
from forms.definition import Field as FormField
from forms.definition import FormDefinition
from forms.library import Library
from kamizero.errors import MissingError
from review.item import ShownFinding, ShownValue, shown_finding, shown_value
from review.keying import pool
from storage.tables import (
    HEAD,
    Arrival,
    AuthorKind,
    Entry,
    EntryState,
    Field,
    FieldVersion,
    Filing,
    FindingRow,
)
from storage.vault import Vault
from web.shown.fields import how, label_of
from web.shown.jobs import form_title, standing
from web.writing import Pen


@dataclass(frozen=True, slots=True)
class VersionView:
    """One answer a field had."""

    shown: str
    author: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ValueView:
    """One field: what is written, what is decided, and how it came to that."""

    name: str
    item: str
    label: str
    entry_n: int
    shown: str
    as_decided: str | None
    how: str
    page_id: int
    box: tuple[float, ...]
    versions: Sequence[VersionView]


@dataclass(frozen=True, slots=True)
class ValueGroup:
    """The head (n = 0) or one person; `state` is that of the entry."""

    n: int
    state: str
    fields: Sequence[ValueView]


@dataclass(frozen=True, slots=True)
class OriginalView:
    """The bytes a filing came in."""

    source: str
    media_type: str
    size: int
    sha256: str


def find_filing(session: Session, filing_id: int) -> Filing:
    """The filing. Raises MissingError."""
    found = session.get(Filing, filing_id)
    if found is None:
        raise MissingError(f"There is no filing {filing_id}.")
    return found


def heading(
    library: Library, filing: Filing, entries: Sequence[Entry], language: str
) -> dict[str, object]:
    """What stands at the top of a filing's pages."""
    return {
        "id": filing.id,
        "receipt_number": filing.receipt_number,
        "title": form_title(library, filing.form, filing.revision, language),
        "form": filing.form,
        "revision": filing.revision,
        "kind": filing.kind,
        "received_on": filing.received_on,
        "site": filing.site,
        "version": filing.version,
        "step": filing.step,
        "job_id": filing.arrival.job_id,
        "entries": entries,
        "approvable": any(entry.state == EntryState.READY for entry in entries),
    }


def value_groups(
    session: Session,
    filing: Filing,
    vault: Vault,
    *,
    definition: FormDefinition,
    pen: Pen,
) -> list[ValueGroup]:
    """The head, then each person that has an entry."""
    states = {entry.n: entry.state for entry in standing(filing.entries)}
    views = _values(session, filing, vault, definition, pen)
    groups = [HEAD, *states]
    return [
        ValueGroup(n, states.get(n, ""), [view for view in views if view.entry_n == n])
        for n in groups
        if any(view.entry_n == n for view in views)
    ]


def findings_of(session: Session, filing: Filing) -> list[ShownFinding]:
    """All findings of a filing."""
    rows = session.scalars(
        select(FindingRow)
        .where(FindingRow.filing_id == filing.id)
        .order_by(FindingRow.id)
    )
    return [shown_finding(row) for row in rows]


def original_of(arrival: Arrival) -> OriginalView:
    return OriginalView(
        source=arrival.source,
        media_type=arrival.original.media_type,
        size=arrival.original.size,
        sha256=arrival.original.sha256,
    )


def _values(
    session: Session,
    filing: Filing,
    vault: Vault,
    definition: FormDefinition,
    pen: Pen,
) -> list[ValueView]:
    fields = session.scalars(
        select(Field).where(Field.filing_id == filing.id).order_by(Field.position)
    ).all()
    versions = _versions(session, filing)
    # Whoever read it here could not key it blind.
    hidden = pool.being_keyed(session, filing.id)
    return [
        _value(
            field,
            versions.get(field.id, ()),
            vault,
            definition,
            pen,
            masked=field.sensitive or field.id in hidden,
        )
        for field in fields
    ]


def _versions(session: Session, filing: Filing) -> Mapping[int, Sequence[FieldVersion]]:
    rows = session.scalars(
        select(FieldVersion)
        .join(Field, Field.id == FieldVersion.field_id)
        .where(Field.filing_id == filing.id)
        .options(selectinload(FieldVersion.value))
        .order_by(FieldVersion.field_id, FieldVersion.seq)
    )
    found: dict[int, list[FieldVersion]] = {}
    for version in rows:
        found.setdefault(version.field_id, []).append(version)
    return found


def _value(
    field: Field,
    versions: Sequence[FieldVersion],
    vault: Vault,
    definition: FormDefinition,
    pen: Pen,
    *,
    masked: bool,
) -> ValueView:
    known = definition.field(field.name)
    said = partial(_said, pen, known)
    shown = [shown_value(one, vault, masked=masked) for one in versions]
    by_id = {one.version_id: one for one in shown}
    written = by_id.get(field.as_written_id or 0)
    decided = by_id.get(field.as_decided_id or 0)
    return ValueView(
        name=field.name,
        item=known.item,
        label=label_of(known, pen.language),
        entry_n=field.entry_n,
        shown=said(written),
        as_decided=said(decided) if decided else None,
        how=how(decided or written),
        page_id=field.page_id,
        box=tuple(field.box_px),
        versions=[VersionView(said(one), who(one, pen), one.at) for one in shown],
    )


def who(value: ShownValue, pen: Pen) -> str:
    """The author of a value; which engine it was stands in the API."""
    if value.author == FILE:
        return NAME
    if value.author_kind == AuthorKind.ENGINE:
        return pen.texts.say("filing.machine", pen.language)
    if value.author_kind == AuthorKind.ROBOT:
        said = "agreed" if value.accepted else "suggested"
        return pen.texts.say(f"filing.{said}", pen.language, robot=value.author)
    return value.author


def _said(pen: Pen, field: FormField, value: ShownValue | None) -> str:
    if value is None:
        return ""
    return pen.shown(field, state=value.state, value=value.value, text=value.text)
