"""Settling a field: what is written, what is decided, and back again."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from kamizero.errors import MissingError, StaleFenceError
from kamizero.model import FieldState
from review.acts import Act
from review.grounds import AttachmentPage, Inquiry
from review.item import latest_version
from review.refusals import (
    ApprovedHeadError,
    FieldChangedError,
    NothingToUndoError,
    ReasonMissingError,
    StateForbidsError,
    ValueRefusedError,
    WrongClaimError,
)
from storage.tables import (
    AuditEvent,
    Entry,
    Field,
    FieldVersion,
    Filing,
    FindingRow,
    Page,
    Touch,
)
from storage.values import body_of
from storage.work import Claim
from tests.desk import NOW, Desk

NAME = "insured.1.name_kana"
BIRTH = "insured.1.birth_date"
MY_NUMBER = "insured.1.my_number"


def in_review(desk: Desk, *doubtful: str, entries: int = 1) -> Claim:
    """A claimed entry with doubtful fields."""
    filing = desk.receive(entries=entries, doubtful=doubtful or (NAME,))
    desk.route(filing)
    return desk.claim(filing)


def values_of(desk: Desk, name: str) -> tuple[str, str]:
    """What is written and what is decided."""
    with desk.database.look() as session:
        found = session.scalars(select(Field).where(Field.name == name)).one()
        assert found.as_written is not None
        decided = found.as_decided or found.as_written
        return (
            body_of(found.as_written, desk.vault).value,
            body_of(decided, desk.vault).value,
        )


def test_a_correction_becomes_what_is_written_and_what_is_decided(desk: Desk) -> None:
    claim = in_review(desk)

    desk.settle(claim, NAME, "やまだ じろう")

    assert values_of(desk, NAME) == ("ヤマダ　ジロウ", "ヤマダ　ジロウ")
    assert desk.shown(claim, NAME).settled


def test_confirming_what_was_read_is_a_version_of_its_own(desk: Desk) -> None:
    claim = in_review(desk)

    desk.accept(claim, NAME)

    shown = desk.shown(claim, NAME)
    assert (shown.settled, shown.versions) == (True, 2)
    assert shown.as_written is not None
    assert (shown.as_written.value, shown.as_written.author) == (
        "ヤマダ　タロウ",
        "rei",
    )


@pytest.mark.parametrize(
    "typed", ["7 020512", "平成2年5月12日", "H2.5.12", "1990-05-12"]
)
def test_a_date_may_be_typed_as_it_is_written(desk: Desk, typed: str) -> None:
    claim = in_review(desk, BIRTH)

    desk.settle(claim, BIRTH, typed)

    written = desk.shown(claim, BIRTH).as_written
    assert written is not None
    assert (written.value, written.text) == ("1990-05-12", "7 020512")


def test_a_day_that_does_not_exist_is_kept_as_it_is_written(desk: Desk) -> None:
    claim = in_review(desk, BIRTH)

    desk.settle(claim, BIRTH, "7 020230")

    written = desk.shown(claim, BIRTH).as_written
    assert written is not None
    assert (written.value, written.text) == ("", "7 020230")


def test_a_wrong_check_digit_is_kept_as_it_is_written(desk: Desk) -> None:
    claim = in_review(desk, MY_NUMBER)

    desk.settle(claim, MY_NUMBER, "123456789012")

    assert values_of(desk, MY_NUMBER)[0] == "123456789012"


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        (MY_NUMBER, "12345678901X"),
        (BIRTH, "yesterday"),
        (BIRTH, "1600-01-01"),
        ("insured.1.category", "8"),
        (NAME, ""),
        (NAME, "YAMADA"),
    ],
)
def test_what_cannot_stand_in_a_field_is_refused(
    desk: Desk, name: str, typed: str
) -> None:
    claim = in_review(desk)

    with pytest.raises(ValueRefusedError, match=name):
        desk.settle(claim, name, typed)


def test_a_tick_may_be_taken_away(desk: Desk) -> None:
    claim = in_review(desk)

    desk.settle(claim, "insured.1.over70", "")

    assert values_of(desk, "insured.1.over70") == ("", "")


def test_a_field_marked_blank_has_no_value(desk: Desk) -> None:
    claim = in_review(desk)

    desk.settle(claim, NAME, state=FieldState.BLANK)

    shown = desk.shown(claim, NAME)
    assert shown.as_written is not None
    assert (shown.as_written.state, shown.as_written.value) == ("blank", "")
    assert (shown.settled, shown.undecided) == (True, False)


def test_a_value_cannot_be_typed_into_a_field_called_unreadable(desk: Desk) -> None:
    claim = in_review(desk)

    with pytest.raises(ValueRefusedError):
        desk.settle(claim, NAME, "ヤマダ", state=FieldState.UNREADABLE)


def test_an_unreadable_field_stays_open_until_it_is_decided(desk: Desk) -> None:
    claim = in_review(desk)
    desk.settle(claim, NAME, state=FieldState.UNREADABLE)
    assert desk.shown(claim, NAME).undecided

    desk.decide(
        claim,
        NAME,
        "ヤマダ　ハナコ",
        Inquiry("総務", NOW.date(), time(14, 5), "花子です"),
    )

    assert not desk.shown(claim, NAME).undecided


def test_a_decision_leaves_what_is_written(desk: Desk) -> None:
    claim = in_review(desk)

    desk.decide(claim, NAME, "サトウ　タロウ", AttachmentPage(page_id=1))

    assert values_of(desk, NAME) == ("ヤマダ　タロウ", "サトウ　タロウ")


def test_the_answer_to_an_inquiry_is_kept_with_the_value_alone(desk: Desk) -> None:
    claim = in_review(desk)

    ground = Inquiry("佐藤さん", date(2020, 12, 10), time(14, 5), "旧姓です")
    desk.decide(claim, NAME, "サトウ　タロウ", ground)

    with desk.database.look() as session:
        version = session.scalars(
            select(FieldVersion).where(FieldVersion.purpose == "as_decided")
        ).one()
        assert version.ground == {
            "kind": "inquiry",
            "on": "2020-12-10",
            "at": "14:05",
        }
        assert body_of(version, desk.vault).text == "佐藤さん: 旧姓です"


def test_a_ground_leads_to_a_page_of_the_same_filing(desk: Desk) -> None:
    claim = in_review(desk)
    other = desk.receive()
    with desk.database.look() as session:
        page = session.scalars(select(Page.id).where(Page.filing_id == other)).one()

    for strange in (page, 4_711):
        with pytest.raises(MissingError, match="no page of this filing"):
            desk.decide(claim, NAME, "サトウ　タロウ", AttachmentPage(page_id=strange))


def test_an_inquiry_says_whom_and_what() -> None:
    with pytest.raises(ReasonMissingError):
        Inquiry("佐藤さん", date(2020, 12, 10), time(14, 5), " ")


def test_a_page_that_shows_an_old_value_cannot_overwrite_a_newer(desk: Desk) -> None:
    claim = in_review(desk)
    seen = desk.shown(claim, NAME).latest_version
    desk.settle(claim, NAME, "ヤマダ　ジロウ")

    with pytest.raises(FieldChangedError, match="rei"):
        desk.settle(claim, NAME, "ヤマダ　サブロウ", seen=seen)

    assert values_of(desk, NAME)[0] == "ヤマダ　ジロウ"


def test_two_people_on_one_head_do_not_overwrite_each_other(desk: Desk) -> None:
    filing = desk.receive(entries=2, doubtful=["office.name"])
    desk.route(filing)
    first = desk.claim(filing, 1, person="rei")
    second = desk.claim(filing, 2, person="mio")
    seen = desk.shown(second, "office.name").latest_version
    desk.settle(first, "office.name", "有限会社けいと")

    with pytest.raises(FieldChangedError, match="rei"):
        desk.settle(second, "office.name", "合同会社けいと", seen=seen)


def test_who_lost_the_lease_saves_nothing(desk: Desk) -> None:
    claim = in_review(desk)
    with desk.database.look() as session:
        filing = session.scalars(select(Filing.id)).one()
    desk.claim(filing, person="mio", now=NOW + timedelta(minutes=16))

    with pytest.raises(StaleFenceError):
        desk.settle(claim, NAME, "ヤマダ　ジロウ")


def test_the_lease_of_one_entry_does_not_open_another(desk: Desk) -> None:
    filing = desk.receive(entries=2, doubtful=[NAME, "insured.2.name_kana"])
    desk.route(filing)
    claim = desk.claim(filing, 1)

    with desk.database.begin() as session:
        other = session.get_one(Entry, desk.entry_id(filing, 2))
        hand = replace(desk.hand(session, claim), entry=other)
        with pytest.raises(WrongClaimError):
            hand.reach(session, Act.SETTLE)


def test_a_field_of_another_entry_is_out_of_reach(desk: Desk) -> None:
    claim = in_review(desk, NAME, "insured.2.name_kana", entries=2)

    with pytest.raises(KeyError):
        desk.settle(claim, "insured.2.name_kana", "ヤマダ　ジロウ")
    with pytest.raises(MissingError):
        desk.settle(claim, "insured.2.name_kana", "ヤマダ　ジロウ", seen=0)


def test_undo_brings_the_values_back_step_by_step(desk: Desk) -> None:
    claim = in_review(desk)
    desk.settle(claim, NAME, "ヤマダ　ジロウ")
    desk.settle(claim, NAME, "ヤマダ　サブロウ")

    desk.undo(claim, NAME)
    assert values_of(desk, NAME)[0] == "ヤマダ　ジロウ"
    desk.undo(claim, NAME)
    assert values_of(desk, NAME)[0] == "ヤマダ　タロウ"

    with pytest.raises(NothingToUndoError):
        desk.undo(claim, NAME)


def test_back_at_the_reading_the_field_is_as_doubtful_as_it_was(desk: Desk) -> None:
    claim = in_review(desk)
    desk.accept(claim, NAME)

    desk.undo(claim, NAME)

    shown = desk.shown(claim, NAME)
    assert (shown.settled, shown.versions) == (False, 3)


def test_undoing_the_only_decision_processes_what_is_written(desk: Desk) -> None:
    claim = in_review(desk)
    desk.decide(claim, NAME, "サトウ　タロウ", AttachmentPage(page_id=1))

    desk.undo(claim, NAME)
    desk.settle(claim, NAME, "ヤマダ　ジロウ")

    assert values_of(desk, NAME) == ("ヤマダ　ジロウ", "ヤマダ　ジロウ")


def test_undoing_a_second_decision_brings_the_first_back(desk: Desk) -> None:
    claim = in_review(desk)
    desk.decide(claim, NAME, "サトウ　タロウ", AttachmentPage(page_id=1))
    desk.decide(claim, NAME, "カトウ　タロウ", AttachmentPage(page_id=1))

    desk.undo(claim, NAME)

    assert values_of(desk, NAME) == ("ヤマダ　タロウ", "サトウ　タロウ")


def test_the_event_of_a_correction_names_the_version_and_no_value(desk: Desk) -> None:
    claim = in_review(desk)

    version = desk.settle(claim, NAME, "ヤマダ　ジロウ")

    with desk.database.look() as session:
        event = session.scalars(
            select(AuditEvent).where(AuditEvent.act == "entry.settle")
        ).one()
    assert event.actor == "rei"
    assert event.body["field_version"] == version
    assert "ジロウ" not in str(event.body)


def test_a_correction_counts_the_filing_up_and_names_who_worked_on_it(
    desk: Desk,
) -> None:
    claim = in_review(desk)
    with desk.database.look() as session:
        before = session.scalars(select(Filing.version)).one()

    desk.settle(claim, NAME, "ヤマダ　ジロウ")

    with desk.database.look() as session:
        assert session.scalars(select(Filing.version)).one() == before + 1
        assert session.scalars(select(Touch.person)).all() == ["rei"]


def test_a_finding_is_waived_with_a_reason(desk: Desk) -> None:
    claim = in_review(desk)
    finding = desk.find(1, "date.order")

    desk.waive(claim, finding, why="本人に確認済み")

    with desk.database.look() as session:
        row = session.get_one(FindingRow, finding)
    assert (row.waived_by, row.waived_why) == ("rei", "本人に確認済み")


def test_a_finding_is_not_waived_without_a_reason(desk: Desk) -> None:
    claim = in_review(desk)
    finding = desk.find(1, "date.order")

    with pytest.raises(ReasonMissingError):
        desk.waive(claim, finding, why="  ")


def test_a_finding_of_another_filing_cannot_be_waived(desk: Desk) -> None:
    claim = in_review(desk)
    finding = desk.find(desk.receive(), "date.order")

    with pytest.raises(MissingError):
        desk.waive(claim, finding, why="確認済み")


def test_the_head_does_not_change_under_an_approved_entry(desk: Desk) -> None:
    filing = desk.receive(entries=2, doubtful=["insured.2.name_kana"])
    desk.route(filing)
    desk.approve(filing)
    claim = desk.claim(filing, 2)

    with pytest.raises(ApprovedHeadError):
        desk.settle(claim, "office.name", "有限会社けいと")


def test_a_finished_entry_is_not_corrected(desk: Desk) -> None:
    claim = in_review(desk)
    desk.accept(claim, NAME)
    desk.finish(claim)

    with pytest.raises((StaleFenceError, StateForbidsError)):
        desk.settle(claim, NAME, "ヤマダ　ジロウ", seen=1)


def test_the_last_version_of_a_field_never_read_is_none(desk: Desk) -> None:
    desk.receive()
    with desk.database.begin() as session:
        template = session.scalars(select(Field).limit(1)).one()
        unread = Field(
            filing_id=template.filing_id,
            entry_n=0,
            position=999,
            name="unread",
            sensitive=False,
            page_id=template.page_id,
            box_px=[0, 0, 1, 1],
        )
        session.add(unread)
        session.flush()

        assert latest_version(session, unread) == 0
