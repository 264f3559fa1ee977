"""What the review page shows, and what it hides."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from kamizero.errors import StaleFenceError
from kamizero.model import Box, Severity
from review.item import ReviewItem, item, unmasked_item
from storage.tables import AuditEvent, Entry
from storage.words import MASK
from storage.work import Claim
from tests.desk import LATER, NOW, PAPER, Desk

NAME = "insured.1.name_kana"
MY_NUMBER = "insured.1.my_number"


def shown(desk: Desk, filing: int, n: int = 1) -> ReviewItem:
    with desk.database.look() as session:
        entry = session.get_one(Entry, desk.entry_id(filing, n))
        return item(session, desk.vault, entry)


def in_clear(desk: Desk, claim: Claim) -> ReviewItem:
    with desk.database.begin() as session:
        entry = session.get_one(Entry, claim.subject)
        return unmasked_item(session, desk.vault, entry, claim=claim, now=LATER)


def test_an_item_shows_the_head_and_its_own_fields_in_reading_order(
    desk: Desk,
) -> None:
    filing = desk.receive(entries=2)

    names = [field.name for field in shown(desk, filing, 2).fields]

    expected = [
        field.name for field in desk.definition.fields if field.entry in (None, 2)
    ]
    assert names == expected


def test_a_field_shows_value_place_and_what_else_it_could_be(desk: Desk) -> None:
    filing = desk.receive(doubtful=[NAME])

    field = shown(desk, filing).field(NAME)

    assert field.as_written is not None
    assert field.as_written.value == PAPER["name_kana"]
    assert (field.as_written.confidence, field.settled) == (0.7, False)
    assert field.as_decided is None
    assert [other.value for other in field.candidates] == [f"{PAPER['name_kana']}?"]
    assert isinstance(field.box_px, Box)
    assert (field.versions, field.page_id) == (1, 1)


def test_a_sensitive_value_is_masked_with_its_candidates(desk: Desk) -> None:
    filing = desk.receive()

    field = shown(desk, filing).field(MY_NUMBER)

    assert field.as_written is not None
    assert (field.as_written.value, field.as_written.text) == (MASK, MASK)
    assert (field.masked, field.candidates) == (True, ())
    assert PAPER["my_number"] not in str(shown(desk, filing))


def test_a_blank_sensitive_field_is_shown_as_blank(desk: Desk) -> None:
    filing = desk.receive(written={MY_NUMBER: ""})

    field = shown(desk, filing).field(MY_NUMBER)

    assert field.as_written is not None
    assert (field.as_written.state, field.as_written.value) == ("blank", "")


def test_who_holds_the_entry_sees_it_in_clear_and_that_is_recorded(
    desk: Desk,
) -> None:
    filing = desk.receive(doubtful=[NAME])
    desk.route(filing)
    claim = desk.claim(filing)

    field = in_clear(desk, claim).field(MY_NUMBER)

    assert field.as_written is not None
    assert field.as_written.value == PAPER["my_number"]
    with desk.database.look() as session:
        event = session.scalars(
            select(AuditEvent).where(AuditEvent.act == "entry.view")
        ).one()
    assert event.actor == "rei"
    assert field.latest_version in event.body["versions"]


def test_who_lost_the_lease_sees_nothing_in_clear(desk: Desk) -> None:
    filing = desk.receive(doubtful=[NAME])
    desk.route(filing)
    claim = desk.claim(filing)
    desk.claim(filing, person="mio", now=NOW + timedelta(minutes=16))

    with pytest.raises(StaleFenceError):
        in_clear(desk, claim)


def test_an_item_shows_the_findings_that_touch_it(desk: Desk) -> None:
    filing = desk.receive(entries=2)
    desk.find(filing, "date.order", entry_n=1)
    desk.find(filing, "name.space", entry_n=2, severity=Severity.WARNING)
    desk.find(filing, "office.unknown", entry_n=0)

    rules = [finding.rule for finding in shown(desk, filing, 1).findings]

    assert rules == ["date.order", "office.unknown"]


def test_an_item_says_the_version_of_its_filing(desk: Desk) -> None:
    filing = desk.receive(doubtful=[NAME])
    desk.route(filing)
    before = shown(desk, filing).filing_version

    desk.settle(desk.claim(filing), NAME, "ヤマダ　ジロウ")

    assert shown(desk, filing).filing_version == before + 1


def test_an_item_knows_no_field_of_another_form(desk: Desk) -> None:
    filing = desk.receive()

    with pytest.raises(KeyError):
        shown(desk, filing).field("insured.1.lost_on")
