"""What was approved is what was signed, and is still what is in force."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.errors import MissingError, StoreError, TamperedError
from storage.database import Database
from storage.interfaces import ObjectStore
from storage.manifest import signed_bytes, stamped_bytes
from storage.proofs.report import MISSING, Tally, path_in
from storage.tables import (
    Approval,
    ApprovalLot,
    Entry,
    EntryState,
    Field,
    FieldVersion,
    LotState,
    Original,
    RouteStep,
)
from storage.vault import Signature, Vault

MANIFEST = "manifest"
SIGNATURE = "signature"
STAMP = "stamp"
LOT = "lot"
ENTRY = "entry"
VERSION = "field_version"


def prove(database: Database, store: ObjectStore, vault: Vault, tally: Tally) -> None:
    for kind in (MANIFEST, SIGNATURE, STAMP, LOT, ENTRY):
        tally.count(kind, 0)
    with database.look() as session:
        ids = session.scalars(select(Approval.id).order_by(Approval.id)).all()
    for approval_id in ids:
        with database.look() as session:
            approval = session.get_one(Approval, approval_id)
            _prove_signature(vault, approval, tally)
            _prove_stamps(session, vault, approval, tally)
            tally.count(MANIFEST)
            manifest = _kept(store, approval, kind=MANIFEST, tally=tally)
            if manifest is not None:
                _prove_entries(session, approval, manifest, tally)
    with database.look() as session:
        signed = select(ApprovalLot).where(ApprovalLot.state == LotState.APPROVED)
        for lot in session.scalars(signed.order_by(ApprovalLot.id)):
            _prove_lot(store, vault, lot, tally)


def _prove_lot(
    store: ObjectStore, vault: Vault, lot: ApprovalLot, tally: Tally
) -> None:
    """What was signed over a lot still names its filings as they were approved."""
    tally.count(LOT)
    if lot.signature is None or lot.manifest_sha256 is None or lot.ended_at is None:
        return
    words = signed_bytes(
        manifest_sha256=lot.manifest_sha256, by=lot.opened_by, at=lot.ended_at
    )
    signature = Signature(key_id=lot.key_id or "", hex=lot.signature)
    _prove_signed(vault, words, signature, kind=LOT, subject=lot.id, tally=tally)
    kept = _kept(store, lot, kind=LOT, tally=tally)
    if kept is None:
        return
    signed = {one["id"]: one["manifest"] for one in kept["filings"]}
    found = {one.filing_id: one.manifest_sha256 for one in lot.members}
    if signed != found:
        tally.differs(
            LOT,
            lot.id,
            expected=f"{len(signed)} filings as they were signed",
            found=f"{len(found)} filings that differ",
        )


def _kept(
    store: ObjectStore,
    signed: Approval | ApprovalLot,
    *,
    kind: str,
    tally: Tally,
) -> Any:
    """The manifest that was signed, None where it is not there as it was."""
    key, sha256 = signed.store_key or "", signed.manifest_sha256 or ""
    try:
        return json.loads(
            store.read(key, version=signed.store_version or "", sha256=sha256)
        )
    except MissingError:
        found = MISSING
    except TamperedError as error:
        found = error.found or "changed"
    except StoreError:
        found = "unreadable"
    tally.differs(
        kind, signed.id, path=path_in(store, key), expected=sha256, found=found
    )
    return None


def _prove_signature(vault: Vault, approval: Approval, tally: Tally) -> None:
    tally.count(SIGNATURE)
    words = signed_bytes(
        manifest_sha256=approval.manifest_sha256, by=approval.by, at=approval.at
    )
    signature = Signature(key_id=approval.key_id, hex=approval.signature)
    _prove_signed(
        vault, words, signature, kind=SIGNATURE, subject=approval.id, tally=tally
    )


def _prove_signed(
    vault: Vault,
    words: bytes,
    signature: Signature,
    *,
    kind: str,
    subject: int,
    tally: Tally,
) -> None:
    if not vault.verify_signature(words, signature):
        tally.differs(
            kind,
            subject,
            expected=f"a signature with {signature.key_id}",
            found="one that does not verify",
        )


def _prove_stamps(
    session: Session, vault: Vault, approval: Approval, tally: Tally
) -> None:
    """The stamps on the way to it are over the same manifest, one for each stage."""
    stamps = session.scalars(
        select(RouteStep)
        .where(RouteStep.round_id == approval.round_id, RouteStep.void_at.is_(None))
        .order_by(RouteStep.seq)
    )
    for stamp in stamps:
        tally.count(STAMP)
        words = stamped_bytes(
            manifest_sha256=approval.manifest_sha256,
            stage=stamp.stage_id,
            by=stamp.person,
            for_person=stamp.for_person,
            at=stamp.at,
        )
        signature = Signature(key_id=stamp.key_id, hex=stamp.signature)
        _prove_signed(
            vault, words, signature, kind=STAMP, subject=stamp.id, tally=tally
        )


def _prove_entries(
    session: Session, approval: Approval, manifest: Mapping[str, Any], tally: Tally
) -> None:
    # One signature may cover several entries of a filing, or one alone.
    parts = {part["entry"]["id"]: part for part in manifest.get("entries", [manifest])}
    entries = session.scalars(
        select(Entry).where(Entry.approval_id == approval.id).order_by(Entry.id)
    ).all()
    for entry in entries:
        tally.count(ENTRY)
        if entry.id not in parts:
            tally.differs(
                ENTRY,
                entry.id,
                expected=f"in the manifest of approval {approval.id}",
                found=MISSING,
            )
        elif entry.state == EntryState.APPROVED:
            _prove_pointers(session, entry, parts[entry.id], tally)
    for part in parts.values():
        _prove_versions(session, part, tally)
        _prove_originals(session, part, tally)


def _prove_pointers(
    session: Session, entry: Entry, part: Mapping[str, Any], tally: Tally
) -> None:
    rows = session.scalars(
        select(Field).where(
            Field.filing_id == entry.filing_id, Field.entry_n.in_([0, entry.n])
        )
    )
    now = {row.name: (row.as_written_id, row.as_decided_id) for row in rows}
    for field in part["fields"]:
        signed = (_id(field["as_written"]), _id(field["as_decided"]))
        found = now.get(field["name"])
        if found != signed:
            tally.differs(
                ENTRY,
                entry.id,
                expected=f"{field['name']} in versions {signed}",
                found=MISSING if found is None else f"versions {found}",
            )


def _prove_versions(session: Session, part: Mapping[str, Any], tally: Tally) -> None:
    signed = {version["id"]: version["commitment"] for version in _versions(part)}
    rows = session.execute(
        select(FieldVersion.id, FieldVersion.commitment).where(
            FieldVersion.id.in_(signed)
        )
    )
    now = {key: commitment for key, commitment in rows}
    for key, commitment in signed.items():
        found = now.get(key, MISSING)
        if found != commitment:
            tally.differs(VERSION, key, expected=commitment, found=found)


def _prove_originals(session: Session, part: Mapping[str, Any], tally: Tally) -> None:
    signed: Sequence[str] = part["originals"]
    known = session.scalars(select(Original.sha256).where(Original.sha256.in_(signed)))
    for sha256 in sorted(set(signed) - set(known)):
        tally.differs(
            MANIFEST,
            part["entry"]["id"],
            expected=f"original {sha256}",
            found=MISSING,
        )


def _versions(part: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for field in part["fields"]:
        for purpose in ("as_written", "as_decided"):
            if field[purpose] is not None:
                yield field[purpose]


def _id(version: Mapping[str, Any] | None) -> int | None:
    return None if version is None else int(version["id"])
