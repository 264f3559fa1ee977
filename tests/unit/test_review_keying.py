"""Keying modes: who keys what, what is compared, and what follows from it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from kamizero.errors import StaleFenceError, WrongCallError
from kamizero.model import FieldState, Role
from review.keying import pool
from review.keying.kinds import kind_of
from review.keying.modes import modes_on, set_mode
from review.refusals import SameKeyerError, ValueRefusedError
from storage.tables import (
    AuditEvent,
    Entry,
    Field,
    Filing,
    KnownReader,
    Mode,
    ModeReason,
    ModeRow,
    Touch,
)
from tests.desk import LATER, NOW, Desk
from tests.keying import TODAY, KeyingDesk
from workers.filings import dissolve

KANA, KANJI = "insured.1.name_kana", "insured.1.name_kanji"
NUMBER = "insured.1.my_number"
READ = "ヤマダ　タロウ"
WRITTEN = {NUMBER: "123456789018", KANA: READ}


@pytest.fixture
def keying(desk: Desk) -> KeyingDesk:
    return KeyingDesk(desk)


def reasons(keying: KeyingDesk, filing: int) -> list[str]:
    return list(keying.desk.entry(filing).reasons)


def test_every_line_of_a_table_is_one_kind_of_field() -> None:
    assert kind_of("insured.12.birth_date") == "insured.*.birth_date"
    assert kind_of("office.name") == "office.name"


def test_without_a_mode_nothing_is_keyed(keying: KeyingDesk) -> None:
    filing = keying.receive()

    assert keying.claim("rei") is None
    assert keying.desk.states(filing) == ["ready"]


def test_checking_sends_an_accepted_reading_to_a_person(keying: KeyingDesk) -> None:
    keying.mode("insured.*.name_kana", Mode.CHECK)
    filing = keying.receive()
    queued = reasons(keying, filing)
    claim = keying.desk.claim(filing)

    keying.desk.accept(claim, KANA)
    keying.desk.finish(claim)

    assert queued == [f"check:{KANA}"]
    assert keying.desk.states(filing) == ["ready"]


def test_one_keyer_is_enough_where_the_mode_says_so(keying: KeyingDesk) -> None:
    keying.mode("insured.*.name_kana", Mode.KEY)
    filing = keying.receive()

    keyed = keying.key("rei", "ヤマダ　ジロウ")

    assert keyed.accepted
    assert keying.desk.states(filing) == ["ready"]


def test_a_mode_holds_for_every_line_of_a_table(keying: KeyingDesk) -> None:
    keying.mode("insured.*.name_kana", Mode.KEY)
    filing = keying.receive(entries=3)

    names = {keying.name(keying.take(who)) for who in ("rei", "ken", "jun")}

    assert names == {f"insured.{n}.name_kana" for n in (1, 2, 3)}
    assert keying.desk.states(filing) == ["in_review"] * 3


def test_nobody_can_open_the_entry_in_review_while_it_is_keyed(
    keying: KeyingDesk,
) -> None:
    keying.mode("insured.*.name_kana", Mode.KEY)
    filing = keying.receive(doubtful=[KANJI])

    with pytest.raises(AssertionError):
        keying.desk.claim(filing)

    keying.key("rei", READ)
    assert keying.desk.claim(filing, person="ken")


def test_an_entry_that_still_has_doubts_goes_to_review_after_the_keyers(
    keying: KeyingDesk,
) -> None:
    keying.mode("insured.*.name_kana", Mode.KEY)
    filing = keying.receive(doubtful=[KANJI])
    before = reasons(keying, filing)

    keying.key("rei", READ)

    assert sorted(before) == sorted([f"key:{KANA}", f"doubtful:{KANJI}"])
    assert reasons(keying, filing) == [f"doubtful:{KANJI}"]
    assert keying.desk.states(filing) == ["in_review"]


def test_a_keyed_tick_sends_an_entry_to_the_person_it_always_needs(
    keying: KeyingDesk,
) -> None:
    keying.mode("insured.*.over70", Mode.KEY)
    filing = keying.receive()

    keying.key("rei", "1")

    assert reasons(keying, filing) == ["limit:over70"]
    assert keying.desk.claim(filing, person="ken")


def test_a_keyed_head_lets_every_entry_go_on(keying: KeyingDesk) -> None:
    keying.mode("office.name", Mode.KEY)
    filing = keying.receive(entries=2)

    keying.key("rei", "株式会社けいと")

    assert keying.desk.states(filing) == ["ready", "ready"]


def test_two_who_cannot_read_it_agree_and_a_reviewer_decides(
    keying: KeyingDesk,
) -> None:
    keying.mode("insured.*.name_kana", Mode.COMPARE)
    filing = keying.receive()

    keying.key("rei", "", state=FieldState.UNREADABLE)
    keying.key("ken", "", state=FieldState.UNREADABLE)

    assert keying.desk.states(filing) == ["in_review"]
    assert keying.desk.claim(filing, person="jun")


def test_a_box_without_a_tick_is_the_same_as_a_blank_one(keying: KeyingDesk) -> None:
    keying.mode("insured.*.over70", Mode.SHADOW)
    filing = keying.receive()

    keyed = keying.key("rei", "")

    assert keyed.accepted
    assert keying.desk.states(filing) == ["ready"]


def test_the_same_day_in_another_spelling_agrees(keying: KeyingDesk) -> None:
    keying.mode("insured.*.birth_date", Mode.COMPARE)
    keying.receive()
    keying.key("rei", "7 020512")

    keyed = keying.key("ken", "1990-05-12")

    assert keyed.accepted


def test_days_that_do_not_exist_are_compared_as_written(keying: KeyingDesk) -> None:
    keying.mode("insured.*.birth_date", Mode.COMPARE)
    keying.receive()
    keying.key("rei", "7 020230")

    keyed = keying.key("ken", "7 020231")

    assert not keyed.accepted


def test_whoever_keys_blind_is_shown_nothing(keying: KeyingDesk) -> None:
    keying.mode("insured.*.name_kana", Mode.COMPARE)
    keying.receive()
    first = keying.take("rei")
    shown_first = keying.sees(first)
    keying.key("rei", READ, claim=first)

    assert shown_first == ()
    assert keying.sees(keying.take("ken")) == ()


def test_whoever_keyed_has_worked_on_the_filing(keying: KeyingDesk) -> None:
    keying.mode("insured.*.name_kana", Mode.KEY)
    filing = keying.receive()

    keying.key("rei", READ, role=Role.KEYER)

    with keying.desk.database.look() as session:
        assert session.get(Touch, (filing, "rei")) is not None


def test_a_keyer_may_not_take_what_a_keyer_cannot_write(keying: KeyingDesk) -> None:
    keying.mode("insured.*.birth_date", Mode.KEY)
    keying.receive()
    claim = keying.take("rei")

    with pytest.raises(ValueRefusedError):
        keying.key("rei", "next week", claim=claim)

    assert keying.key("rei", "7 020512", claim=claim).accepted


def test_what_somebody_holds_comes_to_them_again(keying: KeyingDesk) -> None:
    keying.mode("insured.*.name_kana", Mode.KEY)
    keying.receive()
    keying.receive()

    assert keying.take("rei") == keying.take("rei")


def test_fields_of_one_person_are_spread_over_keyers(keying: KeyingDesk) -> None:
    keying.mode("insured.*.name_kana", Mode.KEY)
    keying.mode("insured.*.name_kanji", Mode.KEY)
    keying.receive()
    keying.receive()
    keyed = []

    for _ in range(2):
        claim = keying.take("rei")
        with keying.desk.database.look() as session:
            keyed.append(session.get_one(Field, claim.subject).filing_id)
        keying.key("rei", READ, claim=claim)

    assert len(set(keyed)) == 2


def test_one_keyer_alone_is_not_stopped_by_the_split(keying: KeyingDesk) -> None:
    keying.mode("insured.*.name_kana", Mode.KEY)
    keying.mode("insured.*.name_kanji", Mode.KEY)
    filing = keying.receive()

    keying.key("rei", READ)
    keying.key("rei", READ)

    assert keying.desk.states(filing) == ["ready"]


def test_a_keyer_never_has_the_number_and_another_field_of_a_person(
    keying: KeyingDesk,
) -> None:
    keying.mode("insured.*.my_number", Mode.KEY)
    keying.mode("insured.*.name_kana", Mode.KEY)
    keying.receive()
    first = keying.take("kei", role=Role.KEYER)

    keying.key("kei", WRITTEN[keying.name(first)], role=Role.KEYER, claim=first)

    assert keying.claim("kei", role=Role.KEYER) is None
    assert keying.claim("sen", role=Role.KEYER) is not None


def test_the_view_of_a_number_leaves_a_trace_without_the_number(
    keying: KeyingDesk,
) -> None:
    keying.mode("insured.*.my_number", Mode.KEY)
    keying.receive()

    keying.take("kei", role=Role.KEYER)

    with keying.desk.database.look() as session:
        event = session.query(AuditEvent).filter_by(act="field.view").one()
    assert event.actor == "kei"
    assert "123456789018" not in str(event.body)


def test_a_late_write_under_an_old_lease_is_refused(keying: KeyingDesk) -> None:
    keying.mode("insured.*.name_kana", Mode.COMPARE)
    keying.receive()
    claim = keying.take("rei")
    keying.key("rei", READ, claim=claim)

    with pytest.raises(StaleFenceError):
        keying.key("rei", READ, claim=claim)


def test_a_lease_that_ran_out_goes_to_somebody_else(keying: KeyingDesk) -> None:
    keying.mode("insured.*.name_kana", Mode.KEY)
    keying.receive()
    keying.take("rei")

    later = keying.claim("ken", now=LATER + timedelta(minutes=6))

    assert later is not None


def test_a_mode_begins_on_its_day(keying: KeyingDesk) -> None:
    keying.mode("insured.*.name_kana", Mode.KEY, on=TODAY + timedelta(days=1))

    filing = keying.receive()

    assert keying.desk.states(filing) == ["ready"]


def test_a_mode_never_begins_in_the_past(keying: KeyingDesk) -> None:
    with (
        keying.desk.database.begin() as session,
        pytest.raises(WrongCallError, match="today or later"),
    ):
        set_mode(
            session,
            definition=keying.desk.definition,
            field="office.name",
            mode=Mode.KEY,
            from_on=TODAY - timedelta(days=1),
            actor="mio",
            now=NOW,
            today=TODAY,
        )


def test_the_latest_word_about_a_field_holds(keying: KeyingDesk) -> None:
    keying.mode("*", Mode.CHECK)
    keying.mode("office.name", Mode.KEY)

    with keying.desk.database.look() as session:
        modes = modes_on(session, form="2200", revision="2020-12", on=TODAY)

    assert modes.of("office.name") == Mode.KEY
    assert modes.of("office.number") == Mode.CHECK


def test_a_model_that_is_new_here_lets_nothing_pass_unseen(
    keying: KeyingDesk,
) -> None:
    first = keying.receive()
    with keying.desk.database.begin() as session:
        # What read until now was another model.
        session.query(KnownReader).update({KnownReader.reader: "older@0000"})

    second = keying.receive()

    with keying.desk.database.look() as session:
        rows = session.query(ModeRow).all()
        modes = {f.mode for f in session.query(Field).filter_by(filing_id=second)}
    assert keying.desk.states(first) == ["ready"]
    assert keying.desk.states(second) == ["in_review"]
    assert {row.why for row in rows} == {ModeReason.READER}
    assert modes == {Mode.SHADOW}


def test_routing_again_changes_no_mode(keying: KeyingDesk) -> None:
    keying.mode("insured.*.name_kana", Mode.KEY)
    filing = keying.receive()
    keying.mode("insured.*.name_kana", Mode.COMPARE)

    keying.desk.route(filing)

    assert keying.field(filing, KANA).mode == Mode.KEY


def test_a_filing_that_is_no_more_leaves_nothing_to_key(keying: KeyingDesk) -> None:
    keying.mode("insured.*.name_kana", Mode.KEY)
    filing = keying.receive()

    with keying.desk.database.begin() as session:
        dissolve(session, session.get_one(Filing, filing), now=LATER)

    with keying.desk.database.look() as session:
        assert pool.being_keyed(session, filing) == frozenset()
    assert keying.claim("rei") is None


def test_a_returned_entry_is_not_handed_to_keyers(keying: KeyingDesk) -> None:
    keying.mode("insured.*.name_kana", Mode.KEY)
    filing = keying.receive()
    with keying.desk.database.begin() as session:
        session.get_one(Entry, keying.desk.entry_id(filing)).state = "withdrawn"

    assert keying.claim("rei") is None


def test_who_keyed_beside_it_meanwhile_is_refused_when_they_write(
    keying: KeyingDesk,
) -> None:
    keying.mode("insured.*.my_number", Mode.KEY)
    keying.mode("insured.*.name_kana", Mode.KEY)
    keying.receive()
    one, other = keying.take("kei", role=Role.KEYER), keying.take("sen")
    also = replace(other, leased_by="kei")
    keying.key("kei", WRITTEN[keying.name(one)], role=Role.KEYER, claim=one)

    with pytest.raises(SameKeyerError):
        keying.key("kei", WRITTEN[keying.name(also)], role=Role.KEYER, claim=also)
