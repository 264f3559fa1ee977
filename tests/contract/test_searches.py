"""Filings are found by what stands on them, on every database alike."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from forms.library import Library
from kamizero.errors import MissingError
from review.grounds import Register
from storage import reindexing
from storage.searches import keeping
from storage.searches.criteria import Criteria, DayOf
from storage.searches.hits import find
from storage.tables import (
    AuditEvent,
    Card,
    EntryState,
    Field,
    Filing,
    LookUpReason,
    Search,
)
from storage.values import erase
from tests.desk import NOW, Desk

OTHER = {
    "office.symbol": "02-ABC",
    "office.name": "有限会社さくら商事",
    "insured.1.name_kanji": "髙橋　はな",
    "insured.1.name_kana": "タカハシ　ハナ",
    "insured.1.birth_date": "2001-02-03",
    "insured.1.my_number": "",
    "insured.1.pension_number": "2101123456",
    "insured.1.remuneration_total": "315000",
    "insured.1.acquired_on": "2020-11-01",
}


def found(desk: Desk, *, sites: set[str] | None = None, **asked: Any) -> list[int]:
    database = desk.database.within(None if sites is None else frozenset(sites))
    with database.look() as session:
        hits = find(session, desk.vault, Criteria(**asked), before=None, limit=9)
        return [hit.filing.id for hit in hits]


ASKED: tuple[dict[str, Any], ...] = (
    {"name": "髙橋 はな"},
    {"name": "高橋"},
    {"name": "ﾀｶﾊｼ ﾊﾅ"},
    {"name": "たかはし"},
    {"number": "2101-123456"},
    {"office": "０２－ABC"},
    {"office": "さくら商事"},
    {"day_of": DayOf.BIRTH, "day_from": date(2001, 2, 3)},
    {"day_of": DayOf.ON_FORM, "day_until": date(2020, 11, 1)},
    {"amount_from": 300_000, "amount_until": 315_000},
    {"name": "高橋", "office": "02ABC", "amount_from": 1, "form": "2200"},
)


def test_a_filing_is_found_by_what_stands_on_it(desk: Desk) -> None:
    desk.receive()
    other = desk.receive(written=OTHER)

    assert [(asked, found(desk, **asked)) for asked in ASKED] == [
        (asked, [other]) for asked in ASKED
    ]


def test_a_my_number_is_found_and_stands_nowhere(desk: Desk) -> None:
    filing = desk.receive()

    assert found(desk, number="1234 5678 9018") == [filing]
    assert found(desk, number="123456789012") == []
    with desk.database.look() as session:
        tokens = session.scalars(select(Card.token).where(Card.heading == "number"))
        assert all(token and b"1234" not in token for token in tokens)


def test_what_is_asked_about_a_person_is_true_of_one_person(desk: Desk) -> None:
    second = {name.replace(".1.", ".2."): said for name, said in OTHER.items()}
    filing = desk.receive(entries=2, written=second)

    assert found(desk, name="山田", amount_until=290_000) == [filing]
    assert found(desk, name="山田", amount_from=300_000) == []
    with desk.database.look() as session:
        hits = find(session, desk.vault, Criteria(name="高橋"), before=None, limit=9)
        assert [entry.n for entry in hits[0].entries] == [2]


def test_what_stands_in_the_head_is_true_of_all(desk: Desk) -> None:
    filing = desk.receive(entries=2)
    day = date(2020, 12, 8)

    assert found(
        desk, name="山田", day_of=DayOf.ON_FORM, day_from=day, day_until=day
    ) == [filing]


def test_receipt_state_and_day_of_receipt_say_which(desk: Desk) -> None:
    first, second = desk.receive(), desk.receive()
    desk.route(second)
    with desk.database.begin() as session:
        session.get_one(Filing, first).receipt_number = "00000007-0001"
        session.get_one(Filing, second).received_on = date(2020, 12, 10)

    assert found(desk, number="00000007-0001") == [first]
    assert found(desk, state=EntryState.READ) == [first]
    assert found(desk, state=EntryState.RETURNED) == []
    assert found(desk, day_from=date(2020, 12, 10)) == [second]


def test_the_newest_come_first_page_by_page(desk: Desk) -> None:
    filings = [desk.receive() for _ in range(3)]
    asked = Criteria(name="山田")

    with desk.database.look() as session:
        first = find(session, desk.vault, asked, before=None, limit=2)
        rest = find(session, desk.vault, asked, before=first[-1].filing.id, limit=2)

    assert [hit.filing.id for hit in (*first, *rest)] == filings[::-1]


def test_nobody_finds_what_another_site_has(desk: Desk) -> None:
    filing = desk.receive()

    assert found(desk, name="山田", sites={"main"}) == [filing]
    assert found(desk, name="山田", sites={"osaka"}) == []


def test_a_corrected_value_leaves_the_index_and_one_taken_back_returns(
    desk: Desk,
) -> None:
    name = "insured.1.name_kanji"
    filing = desk.receive(doubtful=[name])
    desk.route(filing)
    claim = desk.claim(filing)

    desk.settle(claim, name, "川田　太郎")
    corrected = found(desk, name="山田 太郎"), found(desk, name="川田")
    desk.undo(claim, name)

    assert corrected == ([], [filing])
    assert found(desk, name="山田 太郎") == [filing]
    assert found(desk, name="川田") == []


def test_what_is_written_and_what_is_decided_are_both_found(desk: Desk) -> None:
    name = "insured.1.name_kanji"
    filing = desk.receive(doubtful=[name])
    desk.route(filing)
    claim = desk.claim(filing)
    desk.accept(claim, name)

    desk.decide(claim, name, "川田　太郎", Register(record="insured"))

    assert found(desk, name="山田 太郎") == found(desk, name="川田") == [filing]


def test_an_erased_value_leaves_the_index(desk: Desk) -> None:
    desk.receive()

    with desk.database.begin() as session:
        erase(session, session.scalars(_field("insured.1.my_number")).one())
        # As whoever destroys an original does, and no object of ours is asked.
        session.execute(
            text(
                "DELETE FROM field_value WHERE version_id IN (SELECT "
                "as_written_id FROM field WHERE entry_n = 1)"
            )
        )

    with desk.database.look() as session:
        left = session.scalars(select(Card.entry_n).distinct()).all()
    assert found(desk, number="123456789018") == []
    assert list(left) == [0]


def _field(name: str) -> Any:
    return select(Field).where(Field.name == name)


def test_the_index_is_made_anew_from_the_values(desk: Desk) -> None:
    filing = desk.receive()
    with desk.database.look() as session:
        before = session.scalar(select(func.count()).select_from(Card))
    with desk.database.begin() as session:
        session.execute(text("DELETE FROM card WHERE heading <> 'day'"))
        session.execute(text("UPDATE field SET heading = NULL"))

    done: list[int] = []
    count = reindexing.reindex(
        desk.database, desk.vault, Library.shipped(), progress=done.append
    )

    with desk.database.look() as session:
        after = session.scalar(select(func.count()).select_from(Card))
    assert (before, count, done[-1]) == (after, len(_fields(desk)), count)
    assert found(desk, number="123456789018") == [filing]


def _fields(desk: Desk) -> list[int]:
    with desk.database.look() as session:
        return list(session.scalars(select(Field.id)))


def test_a_search_is_kept_sealed_for_its_visit_and_the_event_quotes_nothing(
    desk: Desk,
) -> None:
    asked = Criteria(name="山田", number="123456789018", amount_from=0)

    with desk.database.begin() as session:
        name = keeping.begin(
            session,
            desk.vault,
            asked,
            visit="v",
            who="rei",
            reason=LookUpReason.INQUIRY,
            now=NOW,
        )

    with desk.database.look() as session:
        row = keeping.search_of(session, name, visit="v")
        event = session.scalars(
            select(AuditEvent).where(AuditEvent.act == "filings.searched")
        ).one()
        with pytest.raises(MissingError, match="Ask again"):
            keeping.search_of(session, name, visit="w")
    assert keeping.criteria_of(row, desk.vault) == asked
    assert "山田".encode() not in row.sealed
    assert event.body == {
        "reason": "inquiry",
        "by": ["number", "name", "amount_from"],
    }


def test_a_search_is_gone_after_a_day(desk: Desk) -> None:
    def ask(days: int) -> None:
        with desk.database.begin() as session:
            keeping.begin(
                session,
                desk.vault,
                Criteria(form="2200"),
                visit="v",
                who="rei",
                reason=LookUpReason.AUDIT,
                now=NOW + timedelta(days=days),
            )

    ask(0)
    ask(2)

    with desk.database.look() as session:
        assert session.scalar(select(func.count()).select_from(Search)) == 1
