"""Somebody who writes database, store and keys, and reaches nothing outside.

Every forgery is drawn from a seed, and says which differences name it rightly.
"""

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import TypeVar

import rfc8785
from sqlalchemy import ColumnElement, select, text, update
from sqlalchemy.orm import Session

from storage.audit import FIRST_PREV, HEADS, chained
from storage.database import Database
from storage.directory import DirectoryStore
from storage.files import remove
from storage.keyring import KeyRing, new_key, wrap_key
from storage.manifest import build, signed_bytes, stamped_bytes
from storage.originals import ORIGINALS
from storage.proofs.outside import Outside
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
    TimeStamp,
)
from storage.time_stamps.anchors import Anchors
from storage.time_stamps.asking import Stamping
from storage.time_stamps.keeping import STAMPS
from storage.values import READ, reading_digest
from storage.vault import Vault
from tests.archive import LONG, NOW, Archive, archive
from tests.stamping import OutsideAuthority, StampRoom

FILINGS = 5

Names = set[tuple[str, str]]
"""Differences of which at least one must be reported: kind and id."""


@dataclass
class House:
    """One archive with stamped, anchored heads, and everything a forger has of it."""

    room: StampRoom
    anchors: Anchors

    @property
    def kept(self) -> Archive:
        return self.room.kept

    def differences(self) -> Names:
        return set(self.room.differences(self.outside()))

    def outside(self) -> Outside:
        return replace(self.room.outside(), anchors=self.anchors)

    def anchored(self, seq: int) -> Names:
        """The first anchored head over a link of the chain."""
        seqs = [head.seq for head in self.anchors.heads() if head.seq >= seq]
        return {("anchor", str(seqs[0]))} if seqs else set()


def build_house(folder: Path, *, migrated: Path | None = None) -> None:
    """Filings that are approved, sealed, stamped and anchored one after the other."""
    data, outside = folder / "data", folder / "outside"
    outside.mkdir(parents=True)
    if migrated is None:
        data.mkdir()
    else:
        shutil.copytree(migrated, data)
    archive(data, f"sqlite:///{data / 'kamizero.db'}").database.close()
    with _opened(folder) as house:
        for number in range(FILINGS):
            house.kept.approve(house.kept.receive(b"paper %d" % number))
            house.kept.seal()
            house.room.work()
            house.room.now += timedelta(hours=1)
        house.kept.seal()
        house.room.work()


@contextmanager
def a_copy(house: Path, folder: Path) -> Iterator[House]:
    """The house as a forger finds it: a copy without the database's guards."""
    shutil.copytree(house, folder)
    with _opened(folder) as opened:
        with opened.kept.database.begin() as session:
            named = text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for name in session.scalars(named).all():
                session.execute(text(f"DROP TRIGGER {name}"))
        yield opened
    shutil.rmtree(folder)


@contextmanager
def _opened(folder: Path) -> Iterator[House]:
    data = folder / "data"
    # Its tables are there: asking whether they are costs as much as all the rest.
    kept = Archive(
        folder=data,
        database=Database(f"sqlite:///{data / 'kamizero.db'}"),
        store=DirectoryStore(data),
        vault=Vault(KeyRing.load(data / "keys")),
    )
    anchors = Anchors(folder / "outside")
    room = StampRoom(kept, Stamping(site="main", anchors=anchors))
    room.stamping = replace(
        room.stamping, authority=OutsideAuthority(folder / "authority", room.clock)
    )
    try:
        yield House(room, anchors)
    finally:
        kept.database.close()


def flip_a_byte(house: House, random: Random) -> Names:
    path = random.choice(_files(house, ORIGINALS))
    data = bytearray(path.read_bytes())
    data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    _overwrite(path, bytes(data))
    return {("original", path.name)}


def replace_an_original(house: House, random: Random) -> Names:
    """Other bytes under their own hash, the row says so, and so does its event."""
    kept = house.kept.store.put(
        random.randbytes(40), prefix=ORIGINALS, retain_until=LONG
    )
    with house.kept.database.begin() as session:
        row = _one(session, Original, random)
        former = row.sha256
        row.sha256, row.store_key = kept.sha256, kept.key
        row.size, row.store_version = kept.size, kept.version
        session.execute(
            update(AuditEvent)
            .where(AuditEvent.subject_id == former)
            .values(subject_id=kept.sha256)
        )
        seal = _seal_of(session, AuditEvent.subject_id == kept.sha256)
        for approval in session.scalars(select(Approval)):
            _approve_anew(house, session, approval)
    _drop_file(house, f"{ORIGINALS}/{former[:2]}/{former}")
    _chain_anew(house)
    return house.anchored(seal)


def remove_an_original(house: House, random: Random) -> Names:
    with house.kept.database.look() as session:
        row = _one(session, Original, random)
        key, sha256 = row.store_key, row.sha256
    _statement(house, "DELETE FROM original WHERE sha256 = :one", one=sha256)
    _drop_file(house, key)
    return {("original", sha256)}


def edit_a_value(house: House, random: Random) -> Names:
    with house.kept.database.begin() as session:
        row = _open_value(session, random)
        row.body = {**(row.body or {}), "value": f"偽{random.random()}"}
        return {("field_value", str(row.version_id))}


def commit_to_another_value(house: House, random: Random) -> Names:
    """Value, salt and commitment fit each other; nothing else is changed."""
    with house.kept.database.begin() as session:
        row = _open_value(session, random)
        _commit(house, session, row, random)
        version = session.get_one(FieldVersion, row.version_id)
        filing = session.get_one(Field, version.field_id).filing_id
    return {("filing", str(filing))}


def forge_a_value_wholly(house: House, random: Random) -> Names:
    """Value, commitment, manifest, signatures, events, chain and heads."""
    with house.kept.database.begin() as session:
        row = _open_value(session, random)
        _commit(house, session, row, random)
        version = session.get_one(FieldVersion, row.version_id)
        filing = session.get_one(Field, version.field_id).filing_id
        _tell_readings_anew(session, filing)
        for approval in session.scalars(select(Approval)):
            if approval.filing_id == filing:
                _approve_anew(house, session, approval)
        told = (AuditEvent.act == READ) & (AuditEvent.subject_id == str(filing))
        seal = _seal_of(session, told)
    _chain_anew(house)
    return house.anchored(seal)


def edit_an_event(house: House, random: Random) -> Names:
    with house.kept.database.begin() as session:
        # One the chain holds: until it is sealed, within seconds, nothing tells.
        event = session.get_one(AuditEvent, _one(session, AuditSeal, random).event_id)
        event.actor = f"nobody{random.random()}"
        return {("audit_event", str(event.id))}


def remove_an_event(house: House, random: Random) -> Names:
    with house.kept.database.begin() as session:
        seals = session.scalars(select(AuditSeal).order_by(AuditSeal.seq)).all()
        seal = random.choice(seals[:-1])
        seq, event = seal.seq, seal.event_id
    _statement(house, "DELETE FROM audit_seal WHERE seq = :one", one=seq)
    _statement(house, "DELETE FROM audit_event WHERE id = :one", one=event)
    return {("audit_seal", str(seq))}


def swap_two_events(house: House, random: Random) -> Names:
    with house.kept.database.look() as session:
        seals = session.scalars(select(AuditSeal).order_by(AuditSeal.seq)).all()
        first, second = random.sample(list(seals), 2)
    swap = "UPDATE audit_seal SET event_id = :event WHERE seq = :seq"
    _statement(house, swap, seq=first.seq, event=-1)
    _statement(house, swap, seq=second.seq, event=first.event_id)
    _statement(house, swap, seq=first.seq, event=second.event_id)
    return {("audit_event", str(first.event_id)), ("audit_event", str(second.event_id))}


def insert_an_event(house: House, random: Random) -> Names:
    """One more in the midst, and everything after it linked anew."""
    with house.kept.database.begin() as session:
        events = session.scalars(select(AuditEvent.id).order_by(AuditEvent.id)).all()
        before = random.choice(events[:-2])
        event = AuditEvent(
            id=max(events) + 1,
            at=NOW,
            actor="suzuki",
            act="entry.settle",
            subject_kind="entry",
            subject_id="1",
            body={},
        )
        session.add(event)
    _chain_anew(house, after={before: event.id})
    return house.anchored(events.index(before) + 2)


def cut_the_tail(house: House, random: Random) -> Names:
    """The last events with seals, heads and stamps, wherever they lie inside."""
    with house.kept.database.begin() as session:
        heads = session.scalars(select(AuditHead).order_by(AuditHead.seq)).all()
        last = random.choice(heads[:-2]).seq
        gone = [head for head in heads if head.seq > last]
        stamps = session.scalars(
            select(TimeStamp).where(TimeStamp.kind == "head", TimeStamp.subject > last)
        ).all()
        keys = [one.store_key for one in gone] + [one.store_key for one in stamps]
        ids = [one.id for one in stamps]
    _statement(house, "DELETE FROM audit_head WHERE seq > :one", one=last)
    for one in ids:
        _statement(house, "DELETE FROM time_stamp WHERE id = :one", one=one)
    _statement(
        house,
        "DELETE FROM audit_event WHERE id IN"
        " (SELECT event_id FROM audit_seal WHERE seq > :one)",
        one=last,
    )
    _statement(house, "DELETE FROM audit_seal WHERE seq > :one", one=last)
    for key in keys:
        _drop_file(house, key)
    return house.anchored(last + 1)


def compute_the_chain_anew(house: House, random: Random) -> Names:
    with house.kept.database.begin() as session:
        # What is not sealed yet is no part of the chain.
        sealed = select(AuditEvent).join(AuditSeal, AuditSeal.event_id == AuditEvent.id)
        event = random.choice(session.scalars(sealed.order_by(AuditEvent.id)).all())
        event.actor = f"nobody{random.random()}"
        seal = _seal_of(session, AuditEvent.id == event.id)
    _chain_anew(house)
    return house.anchored(seal)


def stamp_a_new_chain(house: House, random: Random) -> Names:
    """The same, every stamp dropped, and new ones from the very authority."""
    with house.kept.database.begin() as session:
        event = session.scalars(
            select(AuditEvent).where(AuditEvent.act == "entry.approve")
        ).all()
        chosen = random.choice(event)
        chosen.at += timedelta(days=1)
        seal = _seal_of(session, AuditEvent.id == chosen.id)
    _statement(house, "DELETE FROM time_stamp")
    _statement(house, "DELETE FROM work")
    _statement(house, "DELETE FROM audit_event WHERE act = 'time_stamp.made'")
    for path in _files(house, STAMPS):
        remove(path)
    _chain_anew(house)
    house.room.stamping = replace(house.room.stamping, anchors=None)
    house.room.work()
    return house.anchored(seal)


def swap_two_stamps(house: House, random: Random) -> Names:
    with house.kept.database.begin() as session:
        first, second = random.sample(list(session.scalars(select(TimeStamp))), 2)
        for name in ("sha256", "store_key", "store_version", "stamped_at", "serial"):
            held = getattr(first, name)
            setattr(first, name, getattr(second, name))
            setattr(second, name, held)
        return {("time_stamp", str(first.id)), ("time_stamp", str(second.id))}


def replace_a_manifest(house: House, random: Random) -> Names:
    """Another manifest under its own hash, rightly signed with the office's key."""
    with house.kept.database.begin() as session:
        approval = _one(session, Approval, random)
        entry = session.scalars(
            select(Entry).where(Entry.approval_id == approval.id)
        ).one()
        said = json.loads(build(session, entry))
        said["filing"]["received_on"] = f"20{random.randrange(10, 26)}-01-01"
        _sign_manifest(house, session, approval, rfc8785.dumps(said))
        return {("approval", str(approval.id))}


def exchange_the_signing_key(house: House, random: Random) -> Names:
    """A key of the forger's own, and every signature made with it."""
    ring = house.kept.vault.keyring()
    key = replace(new_key("signing"), id=ring.signing.id)
    wrap_key(ring.folder / "signing.json", key, ring.master.keys()[0])
    vault = Vault(KeyRing.load(ring.folder))
    house.kept.vault = vault
    with house.kept.database.begin() as session:
        for approval in session.scalars(select(Approval)):
            approval.by = random.choice(("suzuki", "suzuki", "tanaka"))
            _sign_anew(house, session, approval)
    return {("signing_key", key.id)}


def change_the_approver(house: House, random: Random) -> Names:
    with house.kept.database.begin() as session:
        approval = _one(session, Approval, random)
        approval.by = f"tanaka{random.randrange(100)}"
        _sign_anew(house, session, approval)
        return {("approval", str(approval.id))}


def shorten_the_time(house: House, random: Random) -> Names:
    """Row and lock agree on an earlier day."""
    until = NOW + timedelta(days=random.randrange(1, 1000))
    with house.kept.database.begin() as session:
        row = _one(session, Original, random)
        row.retain_until = until
        name = row.sha256
    for path in _files(house, f"locks/{ORIGINALS}", "*.json"):
        said = json.loads(path.read_text())
        if said["sha256"] == name:
            said["retain_until"] = until.isoformat()
            _overwrite(path, json.dumps(said).encode())
    return {("original", name)}


def replace_a_head(house: House, random: Random) -> Names:
    """Another hash in a head of the store, under its own name, and in its row."""
    with house.kept.database.begin() as session:
        head = _one(session, AuditHead, random)
        digest = hashlib.sha256(random.randbytes(8)).hexdigest()
        kept = _keep_head(house, head.seq, digest)
        former = head.store_key
        head.hash, head.store_key = digest, kept
    _drop_file(house, former)
    return {("audit_head", str(head.seq))}


FORGERIES: Mapping[str, Callable[[House, Random], Names]] = {
    "one byte of an original": flip_a_byte,
    "another original, its row hashed anew": replace_an_original,
    "an original removed with its row": remove_an_original,
    "a value edited": edit_a_value,
    "a value with its commitment": commit_to_another_value,
    "a value with all that rests on it": forge_a_value_wholly,
    "an event edited": edit_an_event,
    "an event removed with its seal": remove_an_event,
    "the order of two events": swap_two_events,
    "an event inserted, linked anew": insert_an_event,
    "the tail cut, heads and stamps too": cut_the_tail,
    "the whole chain computed anew": compute_the_chain_anew,
    "a new chain, stamped anew": stamp_a_new_chain,
    "two stamps swapped": swap_two_stamps,
    "another manifest, signed": replace_a_manifest,
    "the signing key exchanged": exchange_the_signing_key,
    "another approver, signed": change_the_approver,
    "row and lock shortened": shorten_the_time,
    "a head of the store": replace_a_head,
}


Row = TypeVar("Row", AuditHead, AuditSeal, Approval, Original)


def _one(session: Session, table: type[Row], random: Random) -> Row:
    return random.choice(session.scalars(select(table)).all())


def _open_value(session: Session, random: Random) -> FieldValue:
    rows = session.scalars(select(FieldValue).where(FieldValue.sealed.is_(None)))
    return random.choice(rows.all())


def _commit(house: House, session: Session, row: FieldValue, random: Random) -> None:
    value = f"偽{random.random()}"
    commitment = house.kept.vault.commitment(value)
    row.body = {**(row.body or {}), "value": value}
    row.salt = commitment.salt
    session.get_one(FieldVersion, row.version_id).commitment = commitment.hex


def _tell_readings_anew(session: Session, filing: int) -> None:
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


def _approve_anew(house: House, session: Session, approval: Approval) -> None:
    """Manifest, signatures and the event, all of what is there now."""
    entry = session.scalars(select(Entry).where(Entry.approval_id == approval.id)).one()
    _sign_manifest(house, session, approval, build(session, entry))
    event = session.scalars(
        select(AuditEvent).where(
            AuditEvent.act == "entry.approve", AuditEvent.subject_id == str(entry.id)
        )
    ).one()
    event.body = {**event.body, "manifest": approval.manifest_sha256}


def _sign_manifest(
    house: House, session: Session, approval: Approval, manifest: bytes
) -> None:
    kept = house.kept.store.put(manifest, prefix="manifests", retain_until=LONG)
    approval.manifest_sha256, approval.store_key = kept.sha256, kept.key
    approval.store_version = kept.version
    _sign_anew(house, session, approval)


def _sign_anew(house: House, session: Session, approval: Approval) -> None:
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


def _seal_of(session: Session, which: ColumnElement[bool]) -> int:
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


def _chain_anew(house: House, *, after: Mapping[int, int] | None = None) -> None:
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
    _statement(house, "DELETE FROM audit_seal")
    _statement(house, "DELETE FROM audit_head")
    for path in _files(house, HEADS):
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
            key_of_head = _keep_head(house, seq, hashes[seq - 1])
            session.add(
                AuditHead(
                    seq=seq,
                    hash=hashes[seq - 1],
                    at=NOW,
                    store_key=key_of_head,
                    store_version="",
                )
            )


def _keep_head(house: House, seq: int, digest: str) -> str:
    body = rfc8785.dumps({"seq": seq, "hash": digest, "at": NOW.isoformat()})
    return house.kept.store.put(body, prefix=HEADS, retain_until=LONG).key


def _files(house: House, prefix: str, pattern: str = "[0-9a-f]" * 64) -> list[Path]:
    return sorted((house.kept.folder / "objects" / prefix).rglob(pattern))


def _drop_file(house: House, key: str) -> None:
    remove(house.kept.folder / "objects" / key)


def _overwrite(path: Path, data: bytes) -> None:
    path.chmod(0o600)
    path.write_bytes(data)


def _statement(house: House, words: str, **values: object) -> None:
    """At the database's own prompt, where nobody keeps references."""
    with closing(sqlite3.connect(house.kept.folder / "kamizero.db")) as connection:
        connection.execute(words, values)
        connection.commit()
