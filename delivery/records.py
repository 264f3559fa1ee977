"""The record of a filing as other programs read it: the body of GET /filings/{id}."""

from collections.abc import Iterable
from datetime import UTC
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.model import FieldState
from storage.filing_state import filing_state
from storage.tables import (
    HEAD,
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
from storage.words import MASK


def record(session: Session, vault: Vault, filing: Filing) -> dict[str, Any]:
    """The filing with its entries and values, sensitive ones masked."""
    entries = _in_force(filing.entries)
    return {
        "id": filing.id,
        "version": filing.version,
        "state": filing_state(entries),
        "form": filing.form,
        "revision": filing.revision,
        "received_on": filing.received_on.isoformat(),
        "fields": _fields(filing, HEAD, vault),
        "entries": [_entry(session, entry, vault) for entry in entries],
        "originals": _originals(filing),
        "approval": _approval(session, filing),
    }


def _in_force(entries: Iterable[Entry]) -> list[Entry]:
    """The version of each entry that counts; one that is not approved yet does not."""
    return [
        entry
        for entry in entries
        if entry.state != EntryState.SUPERSEDED
        and (entry.version == 1 or entry.state == EntryState.APPROVED)
    ]


def _entry(session: Session, entry: Entry, vault: Vault) -> dict[str, Any]:
    return {
        "n": entry.n,
        "state": entry.state,
        "fields": _fields(entry.filing, entry.n, vault),
        "findings": _findings(session, entry),
    }


def _fields(filing: Filing, n: int, vault: Vault) -> dict[str, Any]:
    return {
        field.name: _field(field, vault)
        for field in filing.fields
        if field.entry_n == n and field.as_written is not None
    }


def _field(field: Field, vault: Vault) -> dict[str, Any]:
    decided = decided_version(field)
    return {
        "as_written": shown_value(field, field.as_written, vault),
        "as_decided": shown_value(field, decided, vault),
        "source": decided.author_kind,
        "version": decided.id,
    }


def shown_value(field: Field, version: FieldVersion | None, vault: Vault) -> str:
    """What a version says, a mask in place of what is sensitive."""
    if version is None:
        return ""
    if not field.sensitive:
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
            "about": row.about_id,
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
