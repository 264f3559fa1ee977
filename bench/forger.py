"""What a forger does with database, store and keys: the hand behind every forgery."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from random import Random
from typing import TypeVar

import rfc8785
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from bench.forged_house import House
from storage.audit import FIRST_PREV, HEADS, chained
from storage.files import remove
from storage.manifest import build, signed_bytes, stamped_bytes
from storage.tables import (
    Approval,
    AuditEvent,
    AuditHead,
    AuditSeal,
    Entry,
    Field,
    FieldValue,
    FieldVersion,
    Original,
    RouteStep,
)
from storage.values import READ, reading_digest
from tests.archive import LONG, NOW

Row = TypeVar("Row", AuditHead, AuditSeal, Approval, Original)


def any_row(session: Session, table: type[Row], random: Random) -> Row:
    return random.choice(session.scalars(select(table)).all())


def open_value(session: Session, random: Random) -> FieldValue:
    rows = session.scalars(select(FieldValue).where(FieldValue.sealed.is_(None)))
    return random.choice(rows.all())


def commit(house: House, session: Session, row: FieldValue, random: Random) -> None:
    value = f"偽{random.random()}"
    commitment = house.kept.vault.commitment(value)
    row.body = {**(row.body or {}), "value": value}
    row.salt = commitment.salt
    session.get_one(FieldVersion, row.version_id).commitment = commitment.hex


def tell_readings_anew(session: Session, filing: int) -> None:
    session.flush()
    versions = session.execute(
        select(FieldVersion.id, FieldVersion.commitment)
        .join(Field, Field.id == FieldVersion.field_id)
        .where(Field.filing_id == filing)
    )
    event = session.scalars(
        select(AuditEvent).where(
            AuditEvent.act == READ, AuditEvent.subject_id == str(filing)
        )
    ).one()
    event.body = {"values": reading_digest((key, said) for key, said in versions)}


def approve_anew(house: House, session: Session, approval: Approval) -> None:
    """Manifest, signatures and the event, all of what is there now."""
    entry = session.scalars(select(Entry).where(Entry.approval_id == approval.id)).one()
    sign_manifest(house, session, approval, build(session, entry))
    event = session.scalars(
        select(AuditEvent).where(
            AuditEvent.act == "entry.approve", AuditEvent.subject_id == str(entry.id)
        )
    ).one()
    event.body = {**event.body, "manifest": approval.manifest_sha256}


def sign_manifest(
    house: House, session: Session, approval: Approval, manifest: bytes
) -> None:
    kept = house.kept.store.put(manifest, prefix="manifests", retain_until=LONG)
    approval.manifest_sha256, approval.store_key = kept.sha256, kept.key
    approval.store_version = kept.version
    sign_anew(house, session, approval)


def sign_anew(house: House, session: Session, approval: Approval) -> None:
    vault, manifest = house.kept.vault, approval.manifest_sha256
    signed = vault.sign(
        signed_bytes(manifest_sha256=manifest, by=approval.by, at=approval.at)
    )
    approval.key_id, approval.signature = signed.key_id, signed.hex
    steps = select(RouteStep).where(RouteStep.round_id == approval.round_id)
    for step in session.scalars(steps):
        stamped = vault.sign(
            stamped_bytes(
                manifest_sha256=manifest,
                stage=step.stage_id,
                by=step.person,
                for_person=step.for_person,
                at=step.at,
            )
        )
        step.key_id, step.signature = stamped.key_id, stamped.hex


def seal_of(session: Session, which: ColumnElement[bool]) -> int:
    """The number of the first link over such an event."""
    session.flush()
    return (
        session.scalars(
            select(AuditSeal.seq)
            .join(AuditEvent, AuditEvent.id == AuditSeal.event_id)
            .where(which)
            .order_by(AuditSeal.seq)
        ).first()
        or 0
    )


def chain_anew(house: House, *, after: Mapping[int, int] | None = None) -> None:
    """Link every event that is there again, and replace every head.

    Args:
        after: events to put into the chain, each by the one before it.
    """
    with house.kept.database.look() as session:
        ids: list[int] = []
        for seal in session.scalars(select(AuditSeal).order_by(AuditSeal.seq)):
            ids.append(seal.event_id)
            if after and seal.event_id in after:
                ids.append(after[seal.event_id])
        events = {one.id: one for one in session.scalars(select(AuditEvent))}
        heads = session.scalars(select(AuditHead).order_by(AuditHead.seq)).all()
    statement(house, "DELETE FROM audit_seal")
    statement(house, "DELETE FROM audit_head")
    for path in files(house, HEADS):
        remove(path)
    prev, hashes = FIRST_PREV, []
    with house.kept.database.begin() as session:
        for seq, key in enumerate([one for one in ids if one in events], start=1):
            digest = chained(seq, prev, events[key])
            session.add(AuditSeal(seq=seq, event_id=key, prev=prev, hash=digest))
            hashes.append(digest)
            prev = digest
        last = len(hashes)
        for seq in sorted({min(head.seq, last) for head in heads}):
            key_of_head = keep_head(house, seq, hashes[seq - 1])
            session.add(
                AuditHead(
                    seq=seq,
                    hash=hashes[seq - 1],
                    at=NOW,
                    store_key=key_of_head,
                    store_version="",
                )
            )


def keep_head(house: House, seq: int, digest: str) -> str:
    body = rfc8785.dumps({"seq": seq, "hash": digest, "at": NOW.isoformat()})
    return house.kept.store.put(body, prefix=HEADS, retain_until=LONG).key


def files(house: House, prefix: str, pattern: str = "[0-9a-f]" * 64) -> list[Path]:
    return sorted((house.kept.folder / "objects" / prefix).rglob(pattern))


def drop_file(house: House, key: str) -> None:
    remove(house.kept.folder / "objects" / key)


def overwrite(path: Path, data: bytes) -> None:
    path.chmod(0o600)
    path.write_bytes(data)


def statement(house: House, words: str, **values: object) -> None:
    """At the database's own prompt, where nobody keeps references."""
    with closing(sqlite3.connect(house.kept.folder / "kamizero.db")) as connection:
        connection.execute(words, values)
        connection.commit()
