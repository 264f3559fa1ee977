"""What hosts answer: each entry registered or back with the reviewers, nothing lost."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from delivery import refused
from delivery.answers import taking, unmatched
from delivery.answers.folder import FolderTray
from delivery.answers.layout import Verdict
from delivery.outbox import API
from kamizero.errors import ConflictError, MissingError
from kamizero.model import Role
from review.recall import Right, propose
from storage.ledger.account import draw_up
from storage.retention.erasure import erase_content
from storage.tables import (
    AnswerList,
    Arrival,
    Delivery,
    Entry,
    ErrorCase,
    ErrorCause,
    ErrorEffect,
    ErrorKind,
    ErrorOrigin,
    Filing,
    FoundBy,
    HostRefusal,
    Registration,
)
from tests.answering import Host, answers, keys, lines
from tests.desk import LATER, Desk, no_news
from tests.exporting import (
    approved,
    balances,
    open_destination,
    states,
)
from workers import answering

NAME = "insured.1.name_kanji"


class Killed(BaseException):
    """The worker is gone: no Exception that any of it catches."""


@pytest.fixture
def host(desk: Desk, tmp_path: Path) -> Host:
    return Host(desk, tmp_path)


def law_holds(desk: Desk) -> bool:
    with desk.database.look() as session:
        drawn = draw_up(session, subscribers=[API])
    return balances(desk) and all(
        one.holds for one in drawn.laws if one.name == "answers"
    )


def correct(desk: Desk, refusal: int, value: str) -> None:
    with desk.database.begin() as session:
        propose(
            session,
            desk.vault,
            cause=refused.find_refusal(session, refusal, locked=True),
            definition=desk.definition,
            right=[Right(NAME, value)],
            recheck=no_news,
            actor="rei",
            role=Role.REVIEWER,
            now=LATER,
        )


def test_each_line_registers_its_entry_or_gives_it_back_with_the_hosts_code(
    desk: Desk, host: Host
) -> None:
    approved(desk, entries=2)
    host.take()
    one, other = keys(desk)
    path = host.write(f"{one},OK,,,H-1", f"{other},NG,E1,氏名が違います,")

    host.hear()

    assert states(desk) == ["registered", "rejected"]
    assert lines(desk) == [(2, "registered", None), (3, "rejected", None)]
    assert not path.exists()
    assert (host.folder / "read" / "kekka-1.csv").exists()
    with desk.database.look() as session:
        (found,) = refused.open_refusals(session)
        assert (found.code, found.message) == ("E1", "氏名が違います")
        assert found.fields == ["insured.name_kanji"]
        numbers = session.scalars(select(Registration.host_number)).all()
        assert numbers == ["H-1", None]
    assert law_holds(desk)


def test_a_correction_of_a_refused_entry_is_a_new_version_that_goes_out_anew(
    desk: Desk, host: Host
) -> None:
    filing = approved(desk)
    host.take()
    host.write(f"{keys(desk)[0]},NG,E1,,")
    host.hear()
    correct(desk, 1, "山田 花子")
    before = desk.states(filing)

    desk.approve(filing)
    host.take()
    host.write(f"{keys(desk)[1]},OK,,,H-9", name="kekka-2.csv")
    host.hear()

    assert before == ["approved", "ready"]
    assert desk.states(filing) == ["superseded", "approved"]
    assert states(desk) == ["rejected", "registered"]
    with desk.database.look() as session:
        assert session.get_one(HostRefusal, 1).how == "corrected"
        again = session.get_one(Delivery, keys(desk)[1])
        assert (again.entry.version, again.corrects_id) == (2, None)
    second = host.folder.parent / "out" / "shikaku-0002.csv"
    assert "山田\u3000花子" in second.read_text("cp932")
    with pytest.raises(ConflictError):
        correct(desk, 1, "x")
    assert law_holds(desk)


@pytest.mark.parametrize(
    "lost_at",
    [(answering, "take"), (FolderTray, "put_away"), (answering, "apply_next")],
    ids=["take", "put_away", "apply_next"],
)
def test_a_worker_lost_at_any_step_loses_no_line_and_notes_none_twice(
    desk: Desk, host: Host, monkeypatch: pytest.MonkeyPatch, lost_at: tuple[Any, str]
) -> None:
    approved(desk, entries=2)
    host.take()
    one, other = keys(desk)
    host.write(f"{one},OK,,,", f"{other},NG,E1,,")
    real: Callable[..., Any] = getattr(*lost_at)

    def killed(*given: Any, **named: Any) -> Any:
        if lost_at[1] == "apply_next" and not lines(desk):
            return real(*given, **named)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(*lost_at, killed)
        with pytest.raises(Killed):
            host.hear()
    host.hear()
    host.hear()

    assert states(desk) == ["registered", "rejected"]
    assert [state for _, state, _ in lines(desk)] == ["registered", "rejected"]
    assert not list(host.folder.glob("*.csv"))
    assert law_holds(desk)


def test_what_fits_nothing_waits_for_a_person_and_holds_up_no_other(
    desk: Desk, host: Host
) -> None:
    approved(desk, entries=2)
    host.take()
    one, other = keys(desk)
    approved(desk)
    host.write(
        "999,OK,,,",
        f"{one},?,,,",
        f"{one},NG,a b,,",
        f"{one},OK,,あ,あ",
        f"{keys(desk)[2]},OK,,,",
        f"{other},OK,,,",
        f"{other},OK,,,",
        f"{other},NG,E1,,",
    )

    host.hear()

    whys = [why or state for _, state, why in lines(desk)]
    assert whys == [
        "unknown",
        "result",
        "code",
        "host_number",
        "not_sent",
        "registered",
        "repeated",
        "contradicts",
    ]
    assert states(desk) == ["taken", "registered", "pending"]
    assert law_holds(desk)


def test_a_person_lays_a_line_to_its_entry_or_says_that_it_is_done(
    desk: Desk, host: Host
) -> None:
    filing = approved(desk)
    host.take()
    host.write("x1,NG,E1,ちがう,", "x2,OK,,,")
    host.hear()
    with desk.database.look() as session:
        receipt = session.get_one(Filing, filing).receipt_number

    def lay(line: int, number: str) -> None:
        with desk.database.begin() as session:
            unmatched.lay_to(
                session,
                line,
                Verdict.REJECTED,
                receipt_number=number,
                n=1,
                actor="rei",
                now=LATER,
            )

    with pytest.raises(MissingError):
        lay(1, "nothing")
    lay(1, receipt)
    with pytest.raises(ConflictError, match="waits for no answer"):
        lay(2, receipt)
    with desk.database.begin() as session:
        unmatched.done(session, 2, actor="rei", now=LATER)
    with pytest.raises(ConflictError, match="settled before"):
        lay(2, receipt)

    assert states(desk) == ["rejected"]
    assert [state for _, state, _ in lines(desk)] == ["settled", "settled"]
    with desk.database.look() as session:
        assert refused.find_refusal(session, 1).code == "E1"
    assert law_holds(desk)


def test_of_a_broken_list_nothing_is_used_and_a_person_is_told_where(
    desk: Desk, host: Host
) -> None:
    approved(desk)
    host.take()
    host.write(f"{keys(desk)[0]},OK,,,", "1,OK")

    host.hear()

    assert states(desk) == ["taken"]
    assert (host.folder / "broken" / "kekka-1.csv").exists()
    with desk.database.begin() as session:
        found = session.scalars(select(AnswerList)).one()
        assert (found.broken, found.broken_line, found.lines) == ("cells", 3, 0)
        taking.settle_broken(session, found.id, actor="rei", now=LATER)
    with pytest.raises(ConflictError), desk.database.begin() as session:
        taking.settle_broken(session, 1, actor="rei", now=LATER)


def test_a_list_that_is_still_written_and_a_strange_file_stay(
    desk: Desk, host: Host
) -> None:
    path = host.write()
    now = (host.clock.now + timedelta(minutes=1)).timestamp()
    os.utime(path, (now, now))
    other = host.write(name="other.csv")

    host.hear()

    assert (path.exists(), other.exists()) == (True, True)
    assert lines(desk) == []


def test_the_same_words_on_a_later_day_are_another_list(
    desk: Desk, tmp_path: Path
) -> None:
    host = Host(
        desk,
        tmp_path,
        columns={"$receipt_number": "番号", "$entry": "件"},
        every="rejected",
        registered=[],
        rejected=[],
    )
    filing = approved(desk)
    with desk.database.look() as session:
        receipt = session.get_one(Filing, filing).receipt_number
    for day in (1, 2):
        host.take()
        host.write(f"{receipt},1", head="番号,件\r\n")
        host.hear()
        if day == 1:
            correct(desk, 1, "山田 花子")
            desk.approve(filing)

    assert states(desk) == ["rejected", "rejected"]
    assert (host.folder / "read" / "kekka-1.csv.2").exists()


def test_a_folder_that_is_away_keeps_no_other_waiting(
    desk: Desk, host: Host, tmp_path: Path
) -> None:
    gone = answers(tmp_path / "gone")
    open_destination(desk, tmp_path / "out2", name="away", answers=gone)
    approved(desk)
    host.take()
    host.write(f"{keys(desk)[0]},OK,,,")

    host.hear()

    assert states(desk) == ["registered"]


def test_the_hosts_words_go_with_the_filing(desk: Desk, host: Host) -> None:
    filing = approved(desk)
    host.take()
    host.write(f"{keys(desk)[0]},NG,E1,山田太郎 123456789018 が違う,", "9,OK,,,")
    host.hear()
    with desk.database.look() as session:
        before = refused.find_refusal(session, 1).message

    with desk.database.begin() as session:
        arrival = session.get_one(Arrival, session.get_one(Filing, filing).arrival_id)
        erase_content(session, arrival.original_id)

    assert "山田太郎" in before
    assert "123456789018" not in before
    with desk.database.look() as session:
        assert refused.find_refusal(session, 1).message == ""


def test_a_refused_entry_stays_approved_until_its_correction_is(
    desk: Desk, host: Host
) -> None:
    filing = approved(desk)
    host.take()
    host.write(f"{keys(desk)[0]},NG,E1,,")
    host.hear()

    with desk.database.begin() as session:
        refused.close(session, 1, actor="rei", now=LATER)
    with pytest.raises(ConflictError, match="rei settled it"):
        correct(desk, 1, "山田 花子")

    with desk.database.look() as session:
        assert session.scalars(select(Entry.state)).all() == ["approved"]
    assert desk.states(filing) == ["approved"]


def test_a_refusal_of_a_version_that_was_corrected_meanwhile_waits_for_a_person(
    desk: Desk, host: Host
) -> None:
    filing = approved(desk)
    host.take()
    with desk.database.begin() as session:
        case = ErrorCase(
            site="main",
            kind=ErrorKind.INPUT,
            origin=ErrorOrigin.CENTRE,
            cause=ErrorCause.MISREAD,
            effect=ErrorEffect.NONE,
            found_by=FoundBy.OFFICE,
            happened_on=LATER.date(),
            found_on=LATER.date(),
            what="誤読",
            remedy="",
            entry_id=session.scalars(select(Entry.id)).one(),
            recorded_by="rei",
            recorded_at=LATER,
        )
        session.add(case)
        session.flush()
        propose(
            session,
            desk.vault,
            cause=case,
            definition=desk.definition,
            right=[Right(NAME, "山田 花子")],
            recheck=no_news,
            actor="rei",
            role=Role.REVIEWER,
            now=LATER,
        )
    desk.approve(filing)
    host.write(f"{keys(desk)[0]},NG,E1,,")

    host.hear()

    assert lines(desk) == [(2, "unmatched", "superseded")]
    assert states(desk) == ["taken", "pending"]
    assert law_holds(desk)
