"""What an approver signs: everything an entry rests on, by hash and commitment.

It holds no value. Whoever has a value and its salt can prove that it was approved;
after both are erased the manifest and its signature still verify.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import rfc8785
from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.recalls import proposed_versions
from storage.tables import (
    HEAD,
    Arrival,
    AuthorKind,
    Entry,
    Field,
    FieldVersion,
    Filing,
    FindingRow,
    Judgement,
    Original,
    Page,
    Purpose,
)


def build(session: Session, entry: Entry) -> bytes:
    """The manifest of one entry: the same bytes for as long as nothing changes."""
    return rfc8785.dumps(_entry(session, entry))


def signed_bytes(*, manifest_sha256: str, by: str, at: datetime) -> bytes:
    """What the signature of an approval is over."""
    moment = at.astimezone(UTC).isoformat()
    return rfc8785.dumps({"manifest": manifest_sha256, "by": by, "at": moment})


def stamped_bytes(
    *,
    manifest_sha256: str,
    stage: int,
    by: str,
    for_person: str | None,
    at: datetime,
) -> bytes:
    """What the signature of a stamp on the way to an approval is over."""
    moment = at.astimezone(UTC).isoformat()
    return rfc8785.dumps(
        {
            "manifest": manifest_sha256,
            "stage": stage,
            "by": by,
            "for": for_person,
            "at": moment,
        }
    )


def _entry(session: Session, entry: Entry) -> dict[str, Any]:
    session.flush()
    filing = entry.filing
    fields = _fields(session, entry)
    # A correction is signed as it will be, while the former version is in force.
    proposed = proposed_versions(session, entry)
    return {
        "manifest": 1,
        "filing": {
            "id": filing.id,
            "receipt_number": filing.receipt_number,
            "kind": str(filing.kind),
            "form": filing.form,
            "revision": filing.revision,
            "received_on": filing.received_on.isoformat(),
        },
        "entry": {"id": entry.id, "n": entry.n, "version": entry.version},
        "originals": _originals(session, filing),
        "fields": [_field(field, proposed.get(field.id)) for field in fields],
        "models": _models(fields),
        # Absent from manifests that were signed before it was written down.
        "rules": filing.rules,
        "findings": _findings(session, entry),
        "judgements": _judgements(session, entry),
    }


def _fields(session: Session, entry: Entry) -> Sequence[Field]:
    return session.scalars(
        select(Field)
        .where(Field.filing_id == entry.filing_id, Field.entry_n.in_([HEAD, entry.n]))
        .order_by(Field.position, Field.id)
    ).all()


def _originals(session: Session, filing: Filing) -> list[str]:
    paged = (
        select(Original.sha256)
        .join(Arrival, Arrival.original_id == Original.id)
        .join(Page, Page.arrival_id == Arrival.id)
        .where(Page.filing_id == filing.id)
    )
    received = (
        select(Original.sha256)
        .join(Arrival, Arrival.original_id == Original.id)
        .where(Arrival.id == filing.arrival_id)
    )
    return sorted(session.scalars(paged.union(received)))


def _field(field: Field, proposed: FieldVersion | None) -> dict[str, Any]:
    written, decided = field.as_written, field.as_decided
    if proposed is not None:
        is_decision = proposed.purpose == Purpose.AS_DECIDED
        written, decided = (written, proposed) if is_decision else (proposed, None)
    return {
        "name": field.name,
        "as_written": _version(written),
        "as_decided": _version(decided),
    }


def _version(version: FieldVersion | None) -> dict[str, Any] | None:
    if version is None:
        return None
    return {
        "id": version.id,
        "seq": version.seq,
        "state": str(version.state),
        "author": f"{version.author_kind}:{version.author}",
        "commitment": version.commitment,
    }


def _models(fields: Iterable[Field]) -> list[str]:
    versions = [field.as_written for field in fields if field.as_written]
    return sorted(
        {
            version.author
            for version in versions
            if version.author_kind == AuthorKind.ENGINE
        }
    )


def _judgements(session: Session, entry: Entry) -> list[dict[str, Any]]:
    rows = session.scalars(
        select(Judgement)
        .where(Judgement.entry_id == entry.id)
        .order_by(Judgement.point)
    )
    return [
        {"point": row.point, "page": row.page_id, "judged_by": row.judged_by}
        for row in rows
    ]


def _findings(session: Session, entry: Entry) -> list[dict[str, Any]]:
    # By what they say: a new check of the same filing gives the rows new ids.
    rows = session.scalars(
        select(FindingRow)
        .where(
            FindingRow.filing_id == entry.filing_id,
            FindingRow.entry_n.in_([HEAD, entry.n]),
        )
        .order_by(FindingRow.rule, FindingRow.entry_n, FindingRow.id)
    )
    return [
        {
            "rule": row.rule,
            "severity": str(row.severity),
            "fields": list(row.fields),
            "waived_by": row.waived_by,
        }
        for row in rows
    ]
