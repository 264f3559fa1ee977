"""The forgeries of one who writes database, store and keys.

Every forgery is drawn from a seed, and says which differences name it rightly.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from random import Random

import rfc8785
from sqlalchemy import select, update

from bench.forged_house import House, Names
from bench.forger import (
    any_row,
    approve_anew,
    chain_anew,
    commit,
    drop_file,
    files,
    keep_head,
    open_value,
    overwrite,
    seal_of,
    sign_anew,
    sign_manifest,
    statement,
    tell_readings_anew,
)
from storage.files import remove
from storage.keyring import KeyRing, new_key, wrap_key
from storage.manifest import build
from storage.originals import ORIGINALS
from storage.tables import (
    Approval,
    AuditEvent,
    AuditHead,
    AuditSeal,
    Entry,
    Field,
    FieldVersion,
    Original,
    TimeStamp,
)
from storage.time_stamps.keeping import STAMPS
from storage.values import READ
from storage.vault import Vault
from tests.archive import LONG, NOW


def flip_a_byte(house: House, random: Random) -> Names:
    path = random.choice(files(house, ORIGINALS))
    data = bytearray(path.read_bytes())
    data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    overwrite(path, bytes(data))
    return {("original", path.name)}


def replace_an_original(house: House, random: Random) -> Names:
    """Other bytes under their own hash, the row says so, and so does its event."""
    kept = house.kept.store.put(
        random.randbytes(40), prefix=ORIGINALS, retain_until=LONG
    )
    with house.kept.database.begin() as session:
        row = any_row(session, Original, random)
        former = row.sha256
        row.sha256, row.store_key = kept.sha256, kept.key
        row.size, row.store_version = kept.size, kept.version
        session.execute(
            update(AuditEvent)
            .where(AuditEvent.subject_id == former)
            .values(subject_id=kept.sha256)
        )
        seal = seal_of(session, AuditEvent.subject_id == kept.sha256)
        for approval in session.scalars(select(Approval)):
            approve_anew(house, session, approval)
    drop_file(house, f"{ORIGINALS}/{former[:2]}/{former}")
    chain_anew(house)
    return house.anchored(seal)


def remove_an_original(house: House, random: Random) -> Names:
    with house.kept.database.look() as session:
        row = any_row(session, Original, random)
        key, sha256 = row.store_key, row.sha256
    statement(house, "DELETE FROM original WHERE sha256 = :one", one=sha256)
    drop_file(house, key)
    return {("original", sha256)}


def edit_a_value(house: House, random: Random) -> Names:
    with house.kept.database.begin() as session:
        row = open_value(session, random)
        row.body = {**(row.body or {}), "value": f"偽{random.random()}"}
        return {("field_value", str(row.version_id))}


def commit_to_another_value(house: House, random: Random) -> Names:
    """Value, salt and commitment fit each other; nothing else is changed."""
    with house.kept.database.begin() as session:
        row = open_value(session, random)
        commit(house, session, row, random)
        version = session.get_one(FieldVersion, row.version_id)
        filing = session.get_one(Field, version.field_id).filing_id
    return {("filing", str(filing))}


def forge_a_value_wholly(house: House, random: Random) -> Names:
    """Value, commitment, manifest, signatures, events, chain and heads."""
    with house.kept.database.begin() as session:
        row = open_value(session, random)
        commit(house, session, row, random)
        version = session.get_one(FieldVersion, row.version_id)
        filing = session.get_one(Field, version.field_id).filing_id
        tell_readings_anew(session, filing)
        for approval in session.scalars(select(Approval)):
            if approval.filing_id == filing:
                approve_anew(house, session, approval)
        told = (AuditEvent.act == READ) & (AuditEvent.subject_id == str(filing))
        seal = seal_of(session, told)
    chain_anew(house)
    return house.anchored(seal)


def edit_an_event(house: House, random: Random) -> Names:
    with house.kept.database.begin() as session:
        # One the chain holds: until it is sealed, within seconds, nothing tells.
        event = session.get_one(
            AuditEvent, any_row(session, AuditSeal, random).event_id
        )
        event.actor = f"nobody{random.random()}"
        return {("audit_event", str(event.id))}


def remove_an_event(house: House, random: Random) -> Names:
    with house.kept.database.begin() as session:
        seals = session.scalars(select(AuditSeal).order_by(AuditSeal.seq)).all()
        seal = random.choice(seals[:-1])
        seq, event = seal.seq, seal.event_id
    statement(house, "DELETE FROM audit_seal WHERE seq = :one", one=seq)
    statement(house, "DELETE FROM audit_event WHERE id = :one", one=event)
    return {("audit_seal", str(seq))}


def swap_two_events(house: House, random: Random) -> Names:
    with house.kept.database.look() as session:
        seals = session.scalars(select(AuditSeal).order_by(AuditSeal.seq)).all()
        first, second = random.sample(list(seals), 2)
    swap = "UPDATE audit_seal SET event_id = :event WHERE seq = :seq"
    statement(house, swap, seq=first.seq, event=-1)
    statement(house, swap, seq=second.seq, event=first.event_id)
    statement(house, swap, seq=first.seq, event=second.event_id)
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
    chain_anew(house, after={before: event.id})
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
    statement(house, "DELETE FROM audit_head WHERE seq > :one", one=last)
    for one in ids:
        statement(house, "DELETE FROM time_stamp WHERE id = :one", one=one)
    statement(
        house,
        "DELETE FROM audit_event WHERE id IN"
        " (SELECT event_id FROM audit_seal WHERE seq > :one)",
        one=last,
    )
    statement(house, "DELETE FROM audit_seal WHERE seq > :one", one=last)
    for key in keys:
        drop_file(house, key)
    return house.anchored(last + 1)


def compute_the_chain_anew(house: House, random: Random) -> Names:
    with house.kept.database.begin() as session:
        # What is not sealed yet is no part of the chain.
        sealed = select(AuditEvent).join(AuditSeal, AuditSeal.event_id == AuditEvent.id)
        event = random.choice(session.scalars(sealed.order_by(AuditEvent.id)).all())
        event.actor = f"nobody{random.random()}"
        seal = seal_of(session, AuditEvent.id == event.id)
    chain_anew(house)
    return house.anchored(seal)


def stamp_a_new_chain(house: House, random: Random) -> Names:
    """The same, every stamp dropped, and new ones from the very authority."""
    with house.kept.database.begin() as session:
        event = session.scalars(
            select(AuditEvent).where(AuditEvent.act == "entry.approve")
        ).all()
        chosen = random.choice(event)
        chosen.at += timedelta(days=1)
        seal = seal_of(session, AuditEvent.id == chosen.id)
    statement(house, "DELETE FROM time_stamp")
    statement(house, "DELETE FROM work")
    statement(house, "DELETE FROM audit_event WHERE act = 'time_stamp.made'")
    for path in files(house, STAMPS):
        remove(path)
    chain_anew(house)
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
        approval = any_row(session, Approval, random)
        entry = session.scalars(
            select(Entry).where(Entry.approval_id == approval.id)
        ).one()
        said = json.loads(build(session, entry))
        said["filing"]["received_on"] = f"20{random.randrange(10, 26)}-01-01"
        sign_manifest(house, session, approval, rfc8785.dumps(said))
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
            sign_anew(house, session, approval)
    return {("signing_key", key.id)}


def change_the_approver(house: House, random: Random) -> Names:
    with house.kept.database.begin() as session:
        approval = any_row(session, Approval, random)
        approval.by = f"tanaka{random.randrange(100)}"
        sign_anew(house, session, approval)
        return {("approval", str(approval.id))}


def shorten_the_time(house: House, random: Random) -> Names:
    """Row and lock agree on an earlier day."""
    until = NOW + timedelta(days=random.randrange(1, 1000))
    with house.kept.database.begin() as session:
        row = any_row(session, Original, random)
        row.retain_until = until
        name = row.sha256
    for path in files(house, f"locks/{ORIGINALS}", "*.json"):
        said = json.loads(path.read_text())
        if said["sha256"] == name:
            said["retain_until"] = until.isoformat()
            overwrite(path, json.dumps(said).encode())
    return {("original", name)}


def replace_a_head(house: House, random: Random) -> Names:
    """Another hash in a head of the store, under its own name, and in its row."""
    with house.kept.database.begin() as session:
        head = any_row(session, AuditHead, random)
        digest = hashlib.sha256(random.randbytes(8)).hexdigest()
        kept = keep_head(house, head.seq, digest)
        former = head.store_key
        head.hash, head.store_key = digest, kept
    drop_file(house, former)
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
