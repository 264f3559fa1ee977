"""The record of a filing as other programs read it: the body of GET /filings/{id}."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.model import FieldState
from storage import audit
from storage.filing_state import filing_state
from storage.tables import (
    Approval,
    Entry,
    EntryState,
    Field,
    FieldVersion,
    Filing,
    FindingRow,
    Original,
)
from storage.values import body_of, decided_version
from storage.vault import Vault

# As long for every value: a mask that shows the length tells something.
MASK = "************"
HEAD = 0


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Who gets to see sensitive values, for what purpose, and when."""

    actor: str
    purpose: str
    now: datetime


def record(
    session: Session,
    vault: Vault,
    filing: Filing,
    *,
    reveal: Disclosure | None = None,
) -> dict[str, Any]:
    """The filing with its entries and values.

    Sensitive values are masked unless disclosed, and no disclosure goes unrecorded.
    """
    if reveal is not None:
        _record_disclosure(session, filing, reveal)
    entries = _in_force(filing.entries)
    return {
        "id": filing.id,
        "version": filing.version,
        "state": filing_state(entries),
        "form": filing.form,
        "revision": filing.revision,
        "received_on": filing.received_on.isoformat(),
        "fields": _fields(filing, HEAD, vault, clear=reveal is not None),
        "entries": [
            _entry(session, entry, vault, clear=reveal is not None) for entry in entries
        ],
        "originals": _originals(filing),
        "approval": _approval(session, filing),
    }


def _in_force(entries: Iterable[Entry]) -> list[Entry]:
    return [entry for entry in entries if entry.state != EntryState.SUPERSEDED]


def _entry(
    session: Session, entry: Entry, vault: Vault, *, clear: bool
) -> dict[str, Any]:
    return {
        "n": entry.n,
        "state": entry.state,
        "fields": _fields(entry.filing, entry.n, vault, clear=clear),
        "findings": _findings(session, entry),
    }


def _fields(filing: Filing, n: int, vault: Vault, *, clear: bool) -> dict[str, Any]:
    return {
        field.name: _field(field, vault, clear=clear or not field.sensitive)
        for field in filing.fields
        if field.entry_n == n and field.as_written is not None
    }


def _field(field: Field, vault: Vault, *, clear: bool) -> dict[str, Any]:
    decided = decided_version(field)
    return {
        "as_written": _value(field.as_written, vault, clear=clear),
        "as_decided": _value(decided, vault, clear=clear),
        "source": decided and decided.author_kind,
        "version": decided and decided.id,
    }


def _value(version: FieldVersion | None, vault: Vault, *, clear: bool) -> str:
    if version is None:
        return ""
    if clear:
        return body_of(version, vault).value
    return MASK if version.state in (FieldState.READ, FieldState.DITTO) else ""


def _findings(session: Session, entry: Entry) -> list[dict[str, Any]]:
    rows = session.scalars(
        select(FindingRow)
        .where(
            FindingRow.filing_id == entry.filing_id,
            FindingRow.entry_n.in_((HEAD, entry.n)),
        )
        .order_by(FindingRow.id)
    )
    return [
        {
            "rule": row.rule,
            "severity": row.severity,
            "fields": row.fields,
            "message": {"ja": row.message_ja, "en": row.message_en},
            "waived": row.waived_by is not None,
        }
        for row in rows
    ]


def _originals(filing: Filing) -> list[dict[str, Any]]:
    originals = {filing.arrival.original.id: filing.arrival.original}
    for page in filing.pages:
        originals[page.arrival.original_id] = page.arrival.original
    return [_original(original) for original in originals.values()]


def _original(original: Original) -> dict[str, Any]:
    return {
        "id": original.id,
        "sha256": original.sha256,
        "media_type": original.media_type,
        "size": original.size,
    }


def _approval(session: Session, filing: Filing) -> dict[str, Any]:
    """The last approval of the filing, {} where nothing of it is approved."""
    row = session.scalars(
        select(Approval)
        .where(Approval.filing_id == filing.id)
        .order_by(Approval.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return {}
    return {
        "id": row.id,
        "by": row.by,
        "at": row.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "manifest_sha256": row.manifest_sha256,
        "key_id": row.key_id,
        "signature": row.signature,
    }


def _record_disclosure(session: Session, filing: Filing, reveal: Disclosure) -> None:
    sensitive = [
        version_id
        for field in filing.fields
        if field.sensitive
        for version_id in (field.as_written_id, field.as_decided_id)
        if version_id is not None
    ]
    audit.record(
        session,
        actor=reveal.actor,
        act="filing.disclose",
        subject_kind="filing",
        subject_id=filing.id,
        now=reveal.now,
        body={"purpose": reveal.purpose, "versions": sensitive},
    )
