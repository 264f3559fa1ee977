"""Entries put aside with a question, answered, and handed on to somebody else."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from kamizero.errors import StaleFenceError, WrongCallError
from kamizero.model import Role
from review import queue
from review.parking import (
    Asking,
    answer,
    hand_on,
    open_questions,
    park,
    question_of,
    questions_on,
)
from storage import people
from storage.tables import NEVER_DUE, AuditEvent, Clock, Entry, Question, Wait, Work
from storage.work import Claim
from tests.desk import NOW, Desk

NAME = "insured.1.name_kana"
TOMORROW = NOW + timedelta(days=1)


def waiting_filing(desk: Desk) -> int:
    filing = desk.receive(doubtful=[NAME])
    desk.route(filing)
    return filing


def employ(desk: Desk, name: str, role: Role = Role.REVIEWER) -> None:
    with desk.database.begin() as session:
        people.add_person(
            session, name=name, role=role, password="correct horse", now=NOW
        )


def ask(
    desk: Desk,
    claim: Claim,
    wait: Wait = Wait.ANSWER,
    *,
    of: str = "",
    until: datetime = TOMORROW,
) -> int:
    asking = Asking(wait, until, of, "いつ入社しましたか。")
    with desk.database.begin() as session:
        return park(session, claim, asking=asking, now=NOW).id


def clock_of(desk: Desk, filing: int) -> Clock:
    with desk.database.look() as session:
        return session.get_one(Clock, desk.entry_id(filing))


def test_a_parked_entry_comes_to_nobody_until_its_day(desk: Desk) -> None:
    filing = waiting_filing(desk)

    ask(desk, desk.claim(filing))

    assert queue.claim_next(desk.database, "mio", now=NOW) is None
    assert desk.entry(filing).reasons[-1] == "parked:answer"
    assert queue.claim_next(desk.database, "mio", now=TOMORROW) is not None


def test_a_parked_entry_can_be_opened_before_its_day(desk: Desk) -> None:
    filing = waiting_filing(desk)
    ask(desk, desk.claim(filing), until=NOW + timedelta(days=8))
    asked = clock_of(desk, filing).due_on

    claim = desk.claim(filing, person="mio", now=TOMORROW)

    assert claim.leased_by == "mio"
    assert clock_of(desk, filing).due_on < asked


def test_what_was_asked_outside_does_not_count_against_the_office(desk: Desk) -> None:
    filing = waiting_filing(desk)
    due = clock_of(desk, filing).due_on

    ask(desk, desk.claim(filing), until=NOW + timedelta(days=7))

    # From Thursday 10 to Thursday 17 December lie five business days.
    assert (due, clock_of(desk, filing).due_on) == (
        date(2020, 12, 16),
        date(2020, 12, 23),
    )


def test_what_a_colleague_is_asked_counts(desk: Desk) -> None:
    filing = waiting_filing(desk)
    employ(desk, "mio")
    due = clock_of(desk, filing).due_on

    ask(desk, desk.claim(filing), Wait.COLLEAGUE, of="mio")

    assert clock_of(desk, filing).due_on == due


def test_the_queue_follows_the_due_date(desk: Desk) -> None:
    filing = waiting_filing(desk)

    ask(desk, desk.claim(filing), until=NOW + timedelta(days=7))

    with desk.database.look() as session:
        row = session.scalars(select(Work)).one()
    assert row.deadline == clock_of(desk, filing).due_on


@pytest.mark.parametrize("until", [NOW, NOW + timedelta(days=400)])
def test_a_question_waits_for_a_day_to_come(desk: Desk, until: datetime) -> None:
    claim = desk.claim(waiting_filing(desk))

    with pytest.raises(WrongCallError):
        ask(desk, claim, until=until)


def test_a_colleague_is_somebody_who_reviews(desk: Desk) -> None:
    claim = desk.claim(waiting_filing(desk))
    employ(desk, "ken", Role.SCANNER)

    for name in ("ken", "nobody"):
        with pytest.raises(WrongCallError, match=name):
            ask(desk, claim, Wait.COLLEAGUE, of=name)


def test_a_colleague_finds_the_question(desk: Desk) -> None:
    employ(desk, "mio")
    asked = ask(desk, desk.claim(waiting_filing(desk)), Wait.COLLEAGUE, of="mio")
    ask(desk, desk.claim(waiting_filing(desk)), of="mio の会社")

    with desk.database.look() as session:
        mine = open_questions(session, asked_of="mio")
        all_of_them = open_questions(session)

    assert [one.id for one in mine] == [asked]
    assert len(all_of_them) == 2


def test_an_answer_brings_the_entry_back_to_whoever_asked(desk: Desk) -> None:
    filing = waiting_filing(desk)
    waiting_filing(desk)
    employ(desk, "mio")
    asked = ask(
        desk,
        desk.claim(filing, person="rei"),
        Wait.COLLEAGUE,
        of="mio",
        until=NOW + timedelta(days=9),
    )

    with desk.database.begin() as session:
        answer(
            session, question_of(session, asked), text="はい", actor="mio", now=TOMORROW
        )

    other = queue.claim_next(desk.database, "ken", now=TOMORROW)
    back = queue.claim_next(desk.database, "rei", now=TOMORROW)
    assert other is not None
    assert other.subject != desk.entry_id(filing)
    assert back is not None
    assert back.subject == desk.entry_id(filing)


def test_a_question_is_answered_once(desk: Desk) -> None:
    asked = ask(desk, desk.claim(waiting_filing(desk)))

    def say(text: str) -> None:
        with desk.database.begin() as session:
            question = question_of(session, asked)
            answer(session, question, text=text, actor="mio", now=TOMORROW)

    say("はい")
    with pytest.raises(WrongCallError, match="mio"):
        say("いいえ")


def test_finishing_closes_the_question_and_forgets_the_parking(desk: Desk) -> None:
    filing = waiting_filing(desk)
    ask(desk, desk.claim(filing))
    claim = desk.claim(filing)
    desk.accept(claim, NAME)

    desk.finish(claim)

    assert desk.entry(filing).reasons == [f"doubtful:{NAME}"]
    with desk.database.look() as session:
        assert open_questions(session) == []
        (question,) = questions_on(session, session.get_one(Entry, claim.subject))
    assert question.answered_by == "rei"


def test_an_entry_handed_on_comes_to_that_person_alone(desk: Desk) -> None:
    first, second = waiting_filing(desk), waiting_filing(desk)
    employ(desk, "mio")
    with desk.database.begin() as session:
        hand_on(session, desk.claim(second), to="mio", note="旧字", now=NOW)

    ken = queue.claim_next(desk.database, "ken", now=NOW)
    nobody = queue.claim_next(desk.database, "ken", now=NOW)
    mio = queue.claim_next(desk.database, "mio", now=NOW)

    assert ken is not None
    assert ken.subject == desk.entry_id(first)
    assert nobody is None
    assert mio is not None
    assert mio.subject == desk.entry_id(second)


def test_what_was_handed_on_can_still_be_opened_by_name(desk: Desk) -> None:
    filing = waiting_filing(desk)
    employ(desk, "mio")
    with desk.database.begin() as session:
        hand_on(session, desk.claim(filing), to="mio", note="", now=NOW)

    assert desk.claim(filing, person="ken").leased_by == "ken"


@pytest.mark.parametrize("to", ["rei", "nobody"])
def test_an_entry_is_handed_on_to_somebody_else_who_is_there(
    desk: Desk, to: str
) -> None:
    claim = desk.claim(waiting_filing(desk), person="rei")
    employ(desk, "rei")

    with pytest.raises(WrongCallError), desk.database.begin() as session:
        hand_on(session, claim, to=to, note="", now=NOW)


def test_who_lost_the_entry_can_neither_park_it_nor_hand_it_on(desk: Desk) -> None:
    filing = waiting_filing(desk)
    employ(desk, "mio")
    claim = desk.claim(filing)
    ask(desk, claim)

    with pytest.raises(StaleFenceError):
        ask(desk, claim)
    with pytest.raises(StaleFenceError), desk.database.begin() as session:
        hand_on(session, claim, to="mio", note="", now=NOW)


def test_events_of_parking_hold_codes_and_names_of_the_office_alone(
    desk: Desk,
) -> None:
    employ(desk, "mio")
    filing = waiting_filing(desk)
    asked = ask(desk, desk.claim(filing), of="会社の山田さん")
    with desk.database.begin() as session:
        question = question_of(session, asked)
        answer(session, question, text="四月一日", actor="mio", now=TOMORROW)
    with desk.database.begin() as session:
        hand_on(session, desk.claim(filing), to="mio", note="山田さん", now=TOMORROW)

    with desk.database.look() as session:
        events = {
            event.act: event.body for event in session.scalars(select(AuditEvent))
        }
        kept = session.get_one(Question, asked)
    assert events["entry.park"] == {"filing": filing, "wait": "answer"}
    assert events["entry.answer"] == {"filing": filing, "question": asked}
    assert events["entry.hand_on"] == {"filing": filing, "to": "mio"}
    assert events["clock.stopped"] == {"reason": "inquiry"}
    assert (kept.note, kept.answer) == ("いつ入社しましたか。", "四月一日")


def test_an_entry_without_a_clock_is_due_last(desk: Desk) -> None:
    filing = waiting_filing(desk)
    with desk.database.begin() as session:
        entry = session.get_one(Entry, desk.entry_id(filing))
        session.delete(session.get_one(Clock, entry.id))
        session.flush()
        queue.leave_unclaimed(session, entry, now=NOW)
        queue.put_in_queue(session, entry, now=NOW)

    with desk.database.look() as session:
        row = session.scalars(select(Work).where(Work.state == "open")).one()
    assert (row.priority, row.deadline) == (100, NEVER_DUE)
