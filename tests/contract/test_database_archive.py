"""From bytes to a signed approval and a sealed chain, on SQLite and PostgreSQL."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kamizero.errors import MissingError
from kamizero.model import FieldState
from storage import audit
from storage.originals import KEPT, keep, original_row
from storage.tables import (
    AuditEvent,
    AuditHead,
    AuditSeal,
    FieldValue,
    FieldVersion,
    Original,
)
from storage.values import (
    body_of,
    decided_version,
    erase,
    write_correction,
    write_decision,
)
from storage.verification import verify
from tests.archive import LONG, MY_NUMBER, NOW, Archive, archive, field_named


@pytest.fixture
def kept(tmp_path: Path, database_url: str) -> Iterator[Archive]:
    opened = archive(tmp_path, database_url)
    yield opened
    opened.database.close()


def test_nothing_differs_where_nobody_tampered(kept: Archive) -> None:
    for number in range(3):
        kept.approve(kept.receive(b"paper %d" % number))
    kept.seal()

    report = verify(kept.database, kept.store, kept.vault)

    assert report.differences == []
    assert report.checked == {
        "original": 3,
        "original_without_row": 0,
        "certificate": 0,
        "paper_certificate": 0,
        "reference": report.checked["reference"],
        "field_value": 9,
        "field_value_erased": 0,
        "manifest": 3,
        "signature": 3,
        "stamp": 3,
        "lot": 0,
        "entry": 3,
        "signing_key": 1,
        "audit_event": 10,
        "audit_event_unsealed": 0,
        "audit_seal": 10,
        "audit_head": 1,
        "time_stamp": 0,
        "time_stamp_unchecked": 0,
        "time_stamp_no_proof": 0,
        "time_stamp_waiting": 0,
        "anchor": 0,
    }
    assert report.checked["reference"] > 20


def test_a_record_is_read_back_as_it_was_written(kept: Archive) -> None:
    kept.receive()

    with kept.database.look() as session:
        version = decided_version(field_named(session, "insured.1.my_number"))
        body = body_of(version, kept.vault)

    assert (body.value, body.text) == (MY_NUMBER, MY_NUMBER)
    assert [other.value for other in body.candidates] == [f"{MY_NUMBER}?"]
    assert (version.author, version.seq, version.at) == ("engine@1", 1, NOW)
    assert (version.accepted, version.grounds) == (True, ["line", "cells"])


def test_a_correction_and_a_decision_are_versions_of_their_own(kept: Archive) -> None:
    kept.receive()
    with kept.database.begin() as session:
        field = field_named(session, "insured.1.name_kanji")
        write_correction(
            session,
            kept.vault,
            field,
            value="山田　次郎",
            state=FieldState.READ,
            author="rei",
            now=NOW,
        )
    with kept.database.begin() as session:
        field = field_named(session, "insured.1.name_kanji")
        write_decision(
            session,
            kept.vault,
            field,
            value="山田　三郎",
            text="人事課 佐藤: 三郎が正しい",
            state=FieldState.READ,
            ground={"kind": "inquiry", "on": "2026-11-24"},
            author="rei",
            now=NOW,
        )

    with kept.database.look() as session:
        field = field_named(session, "insured.1.name_kanji")
        values = [
            (version.seq, body_of(version, kept.vault).value)
            for version in session.scalars(
                select(FieldVersion)
                .where(FieldVersion.field_id == field.id)
                .order_by(FieldVersion.seq)
            )
        ]
        assert field.as_written is not None
        assert field.as_written.seq == 2
        assert decided_version(field).seq == 3
    assert values == [(1, "山田　太郎"), (2, "山田　次郎"), (3, "山田　三郎")]


@pytest.mark.parametrize("name", ["insured.1.name_kanji", "office.name"])
def test_what_is_approved_is_changed_by_nobody_whoever_writes(
    kept: Archive, name: str
) -> None:
    kept.approve(kept.receive())

    with pytest.raises(IntegrityError, match="not changed any more"):
        kept.correct(name, "川田　太郎")


def test_a_sensitive_value_is_found_without_being_readable(kept: Archive) -> None:
    filing = kept.receive()

    with kept.database.look() as session:
        row = session.scalars(
            select(FieldValue).where(FieldValue.sealed.is_not(None))
        ).one()
        assert row.body is None
        assert MY_NUMBER.encode() not in (row.sealed or b"")
        assert MY_NUMBER not in str([vars(card) for card in row.cards])
    assert kept.found_by(number=MY_NUMBER) == [filing]
    assert kept.found_by(number="123456789012") == []


def test_erasing_leaves_every_proof_standing(kept: Archive) -> None:
    kept.approve(kept.receive())
    kept.seal()
    with kept.database.begin() as session:
        field = field_named(session, "insured.1.my_number")
        version = decided_version(field)
        body_of(version, kept.vault)

        gone = erase(session, field)

        with pytest.raises(MissingError, match="erased"):
            body_of(version, kept.vault)

    report = verify(kept.database, kept.store, kept.vault)
    assert kept.found_by(number=MY_NUMBER) == []
    assert gone == 1
    assert report.differences == []
    assert report.checked["field_value_erased"] == 1


def test_the_same_bytes_are_one_original_even_at_once(kept: Archive) -> None:
    def receive(_: int) -> int:
        stored = keep(kept.store, b"paper", retain_until=LONG)
        with kept.database.begin() as session:
            return original_row(session, stored, media_type="image/png", now=NOW).id

    with ThreadPoolExecutor(6) as pool:
        ids = set(pool.map(receive, range(12)))

    assert len(ids) == 1
    with kept.database.look() as session:
        assert session.scalars(select(func.count(Original.id))).one() == 1
        events = select(AuditEvent.subject_id).where(AuditEvent.act == KEPT)
        assert len(session.scalars(events).all()) == 1


def test_sealers_at_once_make_one_chain(kept: Archive) -> None:
    def happen(number: int) -> None:
        with kept.database.begin() as session:
            audit.record(
                session,
                actor="a",
                act="b",
                subject_kind="c",
                subject_id=number,
                now=NOW,
            )
        kept.seal()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(happen, range(30)))
    kept.seal()

    with kept.database.look() as session:
        seals = session.scalars(select(AuditSeal).order_by(AuditSeal.seq)).all()
        events = session.scalars(select(AuditEvent.id)).all()
        heads = session.scalars(select(func.max(AuditHead.seq))).one()
    # Thirty acts, and the signing key that began before them.
    assert [seal.seq for seal in seals] == list(range(1, 32))
    assert {seal.event_id for seal in seals} == set(events)
    assert heads == 31
    assert verify(kept.database, kept.store, kept.vault).differences == []


def test_an_event_that_became_visible_late_is_sealed_too(
    tmp_path: Path, postgres_url: str
) -> None:
    kept = archive(tmp_path, postgres_url)
    kept.seal()

    def happen(session: Session, number: int) -> None:
        audit.record(
            session, actor="a", act="b", subject_kind="c", subject_id=number, now=NOW
        )
        session.flush()

    with kept.database.begin() as slow:
        happen(slow, 1)
        with kept.database.begin() as quick:
            happen(quick, 2)
        early = kept.seal()

    assert (early, kept.seal()) == (1, 1)
    assert verify(kept.database, kept.store, kept.vault).differences == []
    kept.database.close()


def test_sealing_twice_adds_nothing(kept: Archive) -> None:
    kept.receive()

    assert (kept.seal(), kept.seal()) == (3, 0)
    assert len(list(kept.store.keys("heads"))) == 1
