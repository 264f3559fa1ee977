"""Checking a filing again: findings, waivers, and what the register supports."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from importlib.resources import files

import pytest
from sqlalchemy import delete, select

from forms.library import Library
from forms.occasions import Occasion
from forms.standards import Standards
from kamizero.model import FieldState, FilingKind, Finding, LocalText, Severity
from kamizero.records import InsuredRecord, Records
from kamizero.tokyo import business_date
from review.grounds import Register as RegisterSays
from storage.manifest import build
from storage.occasions import others
from storage.reindexing import reindex
from storage.tables import (
    AuthorKind,
    EntryState,
    Field,
    Filing,
    FindingRow,
    OccasionCard,
)
from storage.values import body_of, erase, write_correction
from tests.desk import NOW, Desk
from tests.register import ListedRecords
from tests.statements import statements
from validation.version import rules_version, sources
from workers.recheck import (
    READING_RULES,
    REGISTER,
    Recheck,
    add_findings,
    rewrite_findings,
)

KANA = "insured.1.name_kana"
DAY = "2020-10-02"
TARO = InsuredRecord(
    office_symbol="01-ケイト",
    serial_number="12",
    name_kana="ヤマダ　タロウ",
    name_kanji="山田　太郎",
    birth_date=date(1990, 5, 12),
    my_number="123456789018",
    pension_number="",
    acquired_on=date(2015, 4, 1),
    lost_on=date(2020, 11, 30),
)


ONE_PERSON = ListedRecords(people=[TARO])


def recheck(desk: Desk, *, records: Records | None = None) -> Recheck:
    return Recheck(
        library=Library.shipped(),
        vault=desk.vault,
        records=lambda _: records,
        clock=lambda: NOW,
        standards=Standards.shipped(),
    )


def route(desk: Desk, filing: int, *, records: Records | None = None) -> None:
    with desk.database.begin() as session:
        recheck(desk, records=records).route(session, session.get_one(Filing, filing))


def finding(*, ja: str = "異なります", record: str | None = None) -> Finding:
    text = LocalText(ja=ja, en="It differs")
    return Finding("records.name_differs", Severity.ERROR, (KANA,), text, record)


def rewrite(desk: Desk, filing: int, *found: Finding) -> None:
    with desk.database.begin() as session:
        rewrite_findings(session, session.get_one(Filing, filing), found)


def waive(desk: Desk, filing: int) -> None:
    with desk.database.begin() as session:
        for row in session.scalars(
            select(FindingRow).where(FindingRow.filing_id == filing)
        ):
            row.waived_by, row.waived_why, row.waived_at = "rei", "asked", NOW


def rows(desk: Desk, filing: int) -> list[FindingRow]:
    with desk.database.look() as session:
        return list(
            session.scalars(
                select(FindingRow)
                .where(FindingRow.filing_id == filing)
                .order_by(FindingRow.id)
            )
        )


def said(desk: Desk, filing: int, name: str) -> tuple[str, bool, str, list[str]]:
    """Value, acceptance, author and grounds of what is written in a field."""
    with desk.database.look() as session:
        field = session.scalars(
            select(Field).where(Field.filing_id == filing, Field.name == name)
        ).one()
        version = field.as_written
        assert version is not None
        body = body_of(version, desk.vault)
        return body.value, version.accepted, version.author, version.grounds


def test_a_waiver_stays_as_long_as_the_rule_says_the_same(desk: Desk) -> None:
    filing = desk.receive()
    rewrite(desk, filing, finding(record="ヤマダ"))
    waive(desk, filing)

    rewrite(desk, filing, finding(record="ヤマダ"))

    (row,) = rows(desk, filing)
    assert (row.waived_by, row.waived_why, row.waived_at) == ("rei", "asked", NOW)


@pytest.mark.parametrize("other", [finding(record="ヤマト"), finding(ja="違います")])
def test_a_waiver_does_not_cover_what_the_rule_says_later(
    desk: Desk, other: Finding
) -> None:
    filing = desk.receive()
    rewrite(desk, filing, finding(record="ヤマダ"))
    waive(desk, filing)

    rewrite(desk, filing, other)

    (row,) = rows(desk, filing)
    assert (row.message_ja, row.record) == (other.message.ja, other.record)
    assert row.waived_by is None


def test_what_the_rules_say_again_is_not_written_again(desk: Desk) -> None:
    filing = desk.receive()
    said_twice = finding(record="ヤマダ"), finding(ja="違います")
    rewrite(desk, filing, *said_twice)
    before = [row.id for row in rows(desk, filing)]

    rewrite(desk, filing, *said_twice)

    assert [row.id for row in rows(desk, filing)] == before


def test_what_the_rules_do_not_say_any_more_is_gone(desk: Desk) -> None:
    filing, other = desk.receive(), desk.receive()
    rewrite(desk, filing, finding())
    rewrite(desk, other, finding())

    rewrite(desk, filing)

    assert rows(desk, filing) == []
    assert len(rows(desk, other)) == 1


def test_what_only_the_reading_knew_outlives_every_check(desk: Desk) -> None:
    filing = desk.receive()
    text = LocalText(ja="一致しません", en="They differ")
    read = Finding(f"{READING_RULES}differ", Severity.WARNING, (KANA,), text)
    with desk.database.begin() as session:
        add_findings(session, session.get_one(Filing, filing), (read, finding()))

    rewrite(desk, filing)

    assert [row.rule for row in rows(desk, filing)] == [read.rule]


def test_a_finding_belongs_to_the_entry_its_fields_are_of(desk: Desk) -> None:
    filing = desk.receive(entries=2)
    text = LocalText(ja="異なります", en="It differs")
    fields = [
        ("insured.2.name_kana", "office.symbol"),
        ("insured.1.my_number", "insured.2.my_number"),
        ("office.symbol",),
    ]

    rewrite(desk, filing, *(Finding("r", Severity.ERROR, f, text) for f in fields))

    assert [row.entry_n for row in rows(desk, filing)] == [2, 0, 0]


def test_rules_are_asked_about_what_is_decided(desk: Desk) -> None:
    filing = desk.receive(
        doubtful=[KANA], written={"insured.1.my_number": "123456789012"}
    )
    route(desk, filing)
    before = {row.rule for row in rows(desk, filing)}
    desk.decide(
        desk.claim(filing),
        "insured.1.my_number",
        "123456789018",
        RegisterSays("insured"),
    )

    with desk.database.begin() as session:
        recheck(desk)(session, session.get_one(Filing, filing))

    assert "common.my_number_check_digit" in before
    after = {row.rule for row in rows(desk, filing)}
    assert "common.my_number_check_digit" not in after


def test_a_doubtful_reading_is_accepted_where_the_register_spells_it_so(
    desk: Desk,
) -> None:
    filing = desk.receive(doubtful=[KANA])

    route(desk, filing, records=ONE_PERSON)

    assert said(desk, filing, KANA) == ("ヤマダ　タロウ", True, REGISTER, ["record"])


def test_a_doubtful_reading_stays_so_where_the_register_spells_it_otherwise(
    desk: Desk,
) -> None:
    filing = desk.receive(doubtful=[KANA], written={KANA: "ヤマグ　タロウ"})

    route(desk, filing, records=ONE_PERSON)

    value, is_accepted, author, _ = said(desk, filing, KANA)
    assert (value, is_accepted) == ("ヤマグ　タロウ", False)
    assert author != REGISTER


def test_a_silent_system_of_record_sends_the_entry_to_a_person(desk: Desk) -> None:
    filing = desk.receive()
    silent = ListedRecords(people=[TARO], silent_about=TARO.my_number)

    route(desk, filing, records=silent)

    told = {row.rule for row in rows(desk, filing) if "records." in row.rule}
    assert told == {"records.not_checked"}
    assert desk.states(filing) == [EntryState.IN_REVIEW]


def test_a_system_elsewhere_is_asked_before_a_transaction_is_open(desk: Desk) -> None:
    filing = desk.receive()
    elsewhere = ListedRecords(people=[TARO])
    asking = replace(recheck(desk, records=elsewhere), elsewhere=elsewhere)

    asking.ask_ahead(desk.database, filing)

    assert elsewhere.asked
    assert rows(desk, filing) == []


def test_nothing_is_accepted_without_a_register(desk: Desk) -> None:
    filing = desk.receive(doubtful=[KANA])

    route(desk, filing)

    assert said(desk, filing, KANA)[1] is False


@pytest.mark.parametrize("typed", ["ヤマダ　タロウ", "ヤマダ　タロー"])
def test_what_a_person_typed_is_left_as_it_is(desk: Desk, typed: str) -> None:
    filing = desk.receive(doubtful=[KANA])
    route(desk, filing)
    desk.settle(desk.claim(filing), KANA, typed)

    route(desk, filing, records=ONE_PERSON)

    assert said(desk, filing, KANA) == (typed, True, "rei", [])


def test_what_the_register_says_of_a_decision_accepts_no_reading(desk: Desk) -> None:
    filing = desk.receive(doubtful=[KANA], written={KANA: "ヤマグ　タロウ"})
    route(desk, filing)
    desk.decide(desk.claim(filing), KANA, "ヤマダ　タロウ", RegisterSays("insured"))

    route(desk, filing, records=ONE_PERSON)

    value, is_accepted, *_ = said(desk, filing, KANA)
    assert (value, is_accepted) == ("ヤマグ　タロウ", False)


def test_support_says_that_no_person_gave_it(desk: Desk) -> None:
    filing = desk.receive(doubtful=[KANA])

    route(desk, filing, records=ONE_PERSON)

    with desk.database.look() as session:
        field = session.scalars(select(Field).where(Field.name == KANA)).one()
        assert field.as_written is not None
        assert field.as_written.author_kind == AuthorKind.ENGINE
        # The reading before it stays as it was.
        assert field.as_written.seq == 2


def test_the_day_begins_when_it_begins_in_the_offices() -> None:
    moment = datetime(2026, 3, 31, 15, 0, tzinfo=UTC)

    assert business_date(moment) == date(2026, 4, 1)


def test_a_check_asks_the_database_no_more_often_about_a_longer_form(
    desk: Desk,
) -> None:
    asked = []
    for entries in (1, 4):
        filing = desk.receive(entries=entries)
        with desk.database.begin() as session, statements(desk.database) as seen:
            recheck(desk)(session, session.get_one(Filing, filing))
        asked.append([one for one in seen if one.startswith("SELECT")])

    assert asked[0] == asked[1]


def test_what_is_signed_names_the_rules_it_was_checked_by(desk: Desk) -> None:
    filing = desk.receive()
    with desk.database.look() as session:
        before = session.get_one(Filing, filing).rules
    route(desk, filing)

    with desk.database.look() as session:
        entry = session.get_one(Filing, filing).entries[0]
        manifest = json.loads(build(session, entry))
    assert before is None
    assert manifest["rules"] == rules_version()
    assert manifest["models"]


def test_other_rules_have_another_version() -> None:
    assert re.fullmatch(r"rules@[0-9a-f]{16}", rules_version())
    names = [name for name, _ in sources(files("validation"), "")]
    # Of every rule there is: one that is left out could change in silence.
    assert {"rules_dates.py", "csv/rules_order.py", "check.py"} <= set(names)


def double(desk: Desk, *, kind: FilingKind = FilingKind.NEW, day: str = DAY) -> int:
    """A filing of the same person."""
    written = {"insured.1.my_number": TARO.my_number, "insured.1.acquired_on": day}
    filing = desk.receive(kind=kind, written=written)
    route(desk, filing)
    return filing


def spoken_of(desk: Desk, filing: int) -> list[tuple[str, int | None]]:
    """The rules about other filings, and which they speak of."""
    about = ("common.filed_before", "common.changes_filing", "common.nothing_to_change")
    return [(row.rule, row.about_id) for row in rows(desk, filing) if row.rule in about]


def end(desk: Desk, filing: int, state: EntryState) -> None:
    with desk.database.begin() as session:
        session.get_one(Filing, filing).entries[0].state = state


def test_a_second_filing_of_person_and_day_names_the_first(desk: Desk) -> None:
    first = double(desk)

    second, other_day = double(desk), double(desk, day="2020-10-03")

    assert spoken_of(desk, first) == []
    assert spoken_of(desk, second) == [("common.filed_before", first)]
    assert spoken_of(desk, other_day) == []
    (found,) = [row for row in rows(desk, second) if row.about_id == first]
    with desk.database.look() as session:
        receipt = session.get_one(Filing, first).receipt_number
    assert receipt in found.message_ja
    assert (found.severity, found.entry_n) == ("warning", 1)


@pytest.mark.parametrize("state", [EntryState.RETURNED, EntryState.WITHDRAWN])
def test_what_was_sent_or_taken_back_is_no_double(
    desk: Desk, state: EntryState
) -> None:
    end(desk, double(desk), state)

    assert spoken_of(desk, double(desk)) == []


def test_what_was_sorted_anew_is_no_double(desk: Desk) -> None:
    first = double(desk)
    with desk.database.begin() as session:
        session.get_one(Filing, first).dissolved_at = NOW

    assert spoken_of(desk, double(desk)) == []


@pytest.mark.parametrize("kind", [FilingKind.CORRECTION, FilingKind.CANCELLATION])
@pytest.mark.parametrize("day", [DAY, "2020-10-03"])
def test_a_correction_names_what_it_changes_even_where_the_day_is_wrong(
    desk: Desk, kind: FilingKind, day: str
) -> None:
    first = double(desk)

    later = double(desk, kind=kind, day=day)

    assert spoken_of(desk, later) == [("common.changes_filing", first)]


def test_a_correction_of_what_never_came_in_says_so(desk: Desk) -> None:
    later = double(desk, kind=FilingKind.CORRECTION)

    assert spoken_of(desk, later) == [("common.nothing_to_change", None)]


def test_a_value_put_right_is_no_double_any_more(desk: Desk) -> None:
    double(desk)
    second = double(desk)

    with desk.database.begin() as session:
        filing = session.get_one(Filing, second)
        for field in filing.fields:
            if field.name == "insured.1.acquired_on":
                write_correction(
                    session,
                    desk.vault,
                    field,
                    value="2020-10-03",
                    state=FieldState.READ,
                    author="rei",
                    now=NOW,
                )
        recheck(desk)(session, filing)

    assert spoken_of(desk, second) == []


def test_erasing_takes_away_what_a_double_was_found_by(desk: Desk) -> None:
    first = double(desk)

    with desk.database.begin() as session:
        for field in session.get_one(Filing, first).fields:
            erase(session, field)

    with desk.database.look() as session:
        assert session.scalars(select(OccasionCard)).all() == []
    assert spoken_of(desk, double(desk)) == []


def test_the_index_of_what_was_there_before_is_written_anew(desk: Desk) -> None:
    first = double(desk)
    with desk.database.begin() as session:
        session.execute(delete(OccasionCard))

    reindex(desk.database, desk.vault, Library.shipped())

    assert spoken_of(desk, double(desk)) == [("common.filed_before", first)]


def test_a_double_is_found_by_the_index_and_not_by_searching(desk: Desk) -> None:
    double(desk)
    wanted = [Occasion("2200", f"my_number/{TARO.my_number}", DAY)]

    with desk.database.look() as session, statements(desk.database) as asked:
        found = others(session, desk.vault, 0, wanted)
        nothing = ("",) * asked[0].count("?")
        explain = f"EXPLAIN QUERY PLAN {asked[0]}"
        plan = str(session.connection().exec_driver_sql(explain, nothing).all())

    assert list(found) == wanted
    assert "USING INDEX ix_occasion_card_token" in plan
    assert "SCAN" not in plan
