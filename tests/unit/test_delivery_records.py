"""The record other programs read, and what waits to leave."""

from datetime import date, time
from typing import Any

import pytest
from sqlalchemy import select

from delivery.outbox import (
    RecordVersion,
    find,
    mark_taken,
    put_out,
    signed_version,
)
from delivery.records import record
from delivery.refusals import OtherRecordError
from kamizero.errors import ConflictError, MissingError
from review.grounds import Inquiry
from storage.tables import (
    Approval,
    AuditEvent,
    Delivery,
    DeliveryState,
    Entry,
    EntryState,
    Filing,
    Outcome,
    Registration,
)
from storage.words import MASK
from tests.desk import LATER, PAPER, Desk

NAME = "insured.1.name_kana"
MY_NUMBER = "insured.1.my_number"


def body(desk: Desk, filing: int) -> Any:
    with desk.database.look() as session:
        return record(session, desk.vault, session.get_one(Filing, filing))


def approved(desk: Desk) -> int:
    filing = desk.receive()
    desk.route(filing)
    desk.approve(filing)
    return filing


def take(desk: Desk, filing: int, *, version: int = 1, manifest: str = "") -> None:
    with desk.database.begin() as session:
        row = session.scalars(
            select(Delivery).where(Delivery.entry_id == desk.entry_id(filing))
        ).one()
        has = RecordVersion(version, manifest or signed_version(row).manifest_sha256)
        mark_taken(session, row, has=has, actor="robot", now=LATER)


def state_of(desk: Desk, filing: int) -> str:
    with desk.database.look() as session:
        return session.scalars(
            select(Delivery.state).where(Delivery.entry_id == desk.entry_id(filing))
        ).one()


def test_a_record_has_the_keys_other_programs_rely_on(desk: Desk) -> None:
    filing = approved(desk)

    found = body(desk, filing)

    assert set(found) == {
        "id",
        "version",
        "state",
        "form",
        "revision",
        "received_on",
        "fields",
        "entries",
        "originals",
        "approval",
    }
    assert set(found["entries"][0]) == {"n", "state", "fields", "findings"}
    assert set(found["entries"][0]["fields"][NAME]) == {
        "as_written",
        "as_decided",
        "source",
        "version",
    }
    assert (found["form"], found["revision"]) == ("2200", "2020-12")
    assert (found["state"], found["received_on"]) == ("approved", "2020-12-09")
    assert found["approval"]["by"] == "ann"
    assert found["approval"]["at"] == "2020-12-10T01:01:00Z"
    assert len(found["originals"]) == 1


def test_a_record_tells_what_is_written_from_what_is_decided(desk: Desk) -> None:
    filing = desk.receive(doubtful=[NAME])
    desk.route(filing)
    ground = Inquiry("総務", date(2020, 12, 10), time(14, 5), "佐藤です")
    desk.decide(desk.claim(filing), NAME, "サトウ　タロウ", ground)

    field = body(desk, filing)["entries"][0]["fields"][NAME]

    assert (field["as_written"], field["as_decided"]) == (
        PAPER["name_kana"],
        "サトウ　タロウ",
    )
    assert field["source"] == "person"


def test_fields_of_the_head_stand_with_the_filing(desk: Desk) -> None:
    found = body(desk, desk.receive())

    assert found["fields"]["office.symbol"]["as_decided"] == "01-ケイト"
    assert "office.symbol" not in found["entries"][0]["fields"]
    assert found["fields"]["office.symbol"]["source"] == "engine"


def test_sensitive_values_are_masked(desk: Desk) -> None:
    found = body(desk, desk.receive())

    assert found["entries"][0]["fields"][MY_NUMBER]["as_written"] == MASK
    assert found["entries"][0]["fields"][MY_NUMBER]["as_decided"] == MASK
    assert PAPER["my_number"] not in str(found)


def test_findings_stand_with_every_entry_they_touch(desk: Desk) -> None:
    filing = desk.receive(entries=2)
    desk.find(filing, "date.order", entry_n=2)
    desk.find(filing, "office.unknown", entry_n=0)

    first, second = body(desk, filing)["entries"]

    assert [finding["rule"] for finding in first["findings"]] == ["office.unknown"]
    assert [finding["rule"] for finding in second["findings"]] == [
        "date.order",
        "office.unknown",
    ]


def test_a_filing_nobody_approved_has_no_approval(desk: Desk) -> None:
    assert body(desk, desk.receive())["approval"] == {}


def test_an_entry_is_put_out_once_to_each_subscriber(desk: Desk) -> None:
    filing = approved(desk)

    with desk.database.begin() as session:
        entry = session.get_one(Entry, desk.entry_id(filing))
        put_out(session, entry, now=LATER, subscribers=["api", "host", "host"])

    with desk.database.look() as session:
        names = session.scalars(select(Delivery.subscriber)).all()
    assert sorted(names) == ["api", "host"]


def test_a_record_taken_twice_is_noted_once(desk: Desk) -> None:
    filing = approved(desk)

    take(desk, filing)
    take(desk, filing)

    with desk.database.look() as session:
        assert session.scalars(select(Delivery.state)).all() == ["taken"]
        events = session.scalars(
            select(AuditEvent).where(AuditEvent.act == "delivery.taken")
        ).all()
    assert len(events) == 1


def test_what_is_not_approved_is_not_on_its_way(desk: Desk) -> None:
    desk.receive()

    with desk.database.look() as session:
        assert session.scalars(select(Delivery)).all() == []
        with pytest.raises(MissingError, match="no delivery 1"):
            find(session, 1)


@pytest.mark.parametrize(
    "stale", [{"version": 2}, {"manifest": "0" * 64}], ids=["version", "manifest"]
)
def test_whoever_has_another_record_did_not_take_this_one(
    desk: Desk, stale: dict[str, Any]
) -> None:
    filing = approved(desk)

    with pytest.raises(OtherRecordError, match="fetch it again"):
        take(desk, filing, **stale)

    assert state_of(desk, filing) == "pending"


@pytest.mark.parametrize("before", [False, True], ids=["pending", "taken"])
def test_a_record_that_is_in_force_no_more_is_not_taken(
    desk: Desk, before: bool
) -> None:
    filing = approved(desk)
    if before:
        take(desk, filing)
    with desk.database.begin() as session:
        entry = session.get_one(Entry, desk.entry_id(filing))
        entry.state = EntryState.SUPERSEDED

    with pytest.raises(OtherRecordError, match="superseded now"):
        take(desk, filing)


def test_the_event_says_which_record_was_taken(desk: Desk) -> None:
    filing = approved(desk)

    take(desk, filing)

    with desk.database.look() as session:
        event = session.scalars(
            select(AuditEvent).where(AuditEvent.act == "delivery.taken")
        ).one()
        manifest = session.scalars(select(Approval.manifest_sha256)).one()
    assert event.actor == "robot"
    assert event.body == {
        "filing": filing,
        "subscriber": "api",
        "version": 1,
        "manifest": manifest,
    }


def test_what_was_registered_is_not_taken_again(desk: Desk) -> None:
    filing = approved(desk)
    with desk.database.begin() as session:
        delivery = session.scalars(select(Delivery)).one()
        session.add(
            Registration(
                delivery_id=delivery.id,
                fence=1,
                by="robot",
                begun_at=LATER,
                ended_at=LATER,
                outcome=Outcome.REGISTERED,
                differs=[],
            )
        )
        session.flush()
        delivery.state = DeliveryState.REGISTERED

    with pytest.raises(ConflictError, match="registered"):
        take(desk, filing)
