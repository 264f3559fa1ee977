"""Contractors' work is checked by lots before anything of it is approved (検品)."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from kamizero.errors import MissingError, WrongCallError
from kamizero.model import Role
from review import inspections, lots
from review.inspections import Batch, Inspector
from review.refusals import (
    InspectionOpenError,
    InspectorForbiddenError,
    LotOverError,
    NothingReadyError,
    RoleForbidsError,
)
from storage import people
from storage.tables import (
    Approval,
    ContractorWork,
    Inspection,
    InspectionState,
    Verdict,
)
from tests.desk import LATER, NOW, Desk

DAY = date(2020, 12, 10)
KANA = "insured.1.name_kana"


def employ(desk: Desk, name: str, *, last: date | None = None) -> None:
    with desk.database.begin() as session:
        people.add_person(
            session,
            name=name,
            role=Role.REVIEWER,
            password="correct horse",
            valid_until=last,
            now=NOW,
        )


def worked_on(desk: Desk, person: str) -> int:
    """A filing that somebody has reviewed."""
    filing = desk.receive(doubtful=[KANA])
    desk.route(filing)
    again(desk, filing, person)
    return filing


def again(desk: Desk, filing: int, person: str) -> None:
    claim = desk.claim(filing, person=person)
    if not desk.shown(claim, KANA).settled:
        desk.accept(claim, KANA)
    desk.finish(claim)


@pytest.fixture
def filings(desk: Desk) -> list[int]:
    """Six filings a contractor has reviewed."""
    employ(desk, "ken", last=DAY + timedelta(days=90))
    employ(desk, "rei")
    return [worked_on(desk, "ken") for _ in range(6)]


def waiting(desk: Desk) -> list[Batch]:
    with desk.database.look() as session:
        return list(inspections.batches(session))


def draw(
    desk: Desk, *, by: str = "rei", role: Role = Role.REVIEWER, allowed: int = 0
) -> int:
    (batch,) = waiting(desk) or [Batch("ken", DAY, "2200", 0)]
    with desk.database.begin() as session:
        return inspections.draw(
            session,
            desk.vault,
            contractor=batch.contractor,
            day=batch.day,
            form=batch.form,
            allowed=allowed,
            by=Inspector(by, role, LATER),
        ).id


def sample(desk: Desk, lot: int) -> list[int]:
    with desk.database.look() as session:
        works = session.get_one(Inspection, lot).works
        return [one.filing_id for one in works if one.drawn]


def judge(
    desk: Desk,
    lot: int,
    filing: int,
    verdict: Verdict = Verdict.RIGHT,
    *,
    reason: str = "",
    by: str = "rei",
) -> None:
    with desk.database.begin() as session:
        inspections.judge(
            session,
            session.get_one(Inspection, lot),
            filing_id=filing,
            verdict=verdict,
            reason=reason,
            by=Inspector(by, Role.REVIEWER, LATER),
        )


def state(desk: Desk, lot: int) -> str:
    with desk.database.look() as session:
        return session.get_one(Inspection, lot).state


def test_a_contractors_work_gathers_by_person_day_and_form(
    desk: Desk, filings: list[int]
) -> None:
    worked_on(desk, "rei")

    (batch,) = waiting(desk)

    assert (batch.contractor, batch.form, batch.filings) == ("ken", "2200", 6)
    assert len(filings) == 6


def test_what_is_still_worked_on_waits_outside_of_the_lot(
    desk: Desk, filings: list[int]
) -> None:
    open_one = desk.receive(doubtful=[KANA])
    desk.route(open_one)
    desk.accept(desk.claim(open_one, person="ken"), KANA)

    (batch,) = waiting(desk)

    assert batch.filings == len(filings)


def test_nothing_unchecked_is_approved_on_the_page_or_past_it(
    desk: Desk, filings: list[int]
) -> None:
    lot = draw(desk)

    with pytest.raises(InspectionOpenError):
        desk.approve(filings[0])
    with pytest.raises(IntegrityError, match="checked before"):
        approve_by_hand(desk, filings[0])
    for filing in sample(desk, lot):
        judge(desk, lot, filing)
    desk.approve(filings[0])

    assert desk.states(filings[0]) == ["approved"]


def approve_by_hand(desk: Desk, filing: int) -> None:
    with desk.database.begin() as session:
        session.add(
            Approval(
                filing_id=filing,
                manifest_sha256="a" * 64,
                store_key="k",
                store_version="1",
                by="ann",
                at=LATER,
                key_id="k",
                signature="s",
            )
        )


def test_nothing_unchecked_comes_into_a_lot_of_approval(
    desk: Desk, filings: list[int]
) -> None:
    own = worked_on(desk, "rei")

    with desk.database.look() as session:
        found = lots.candidates(session, form="2200", person="ann")
        assert [one.id for one in found] == [own]
    assert own not in filings


def test_a_sample_that_is_right_passes_the_lot(desk: Desk, filings: list[int]) -> None:
    lot = draw(desk)
    drawn = sample(desk, lot)

    for filing in drawn[:-1]:
        judge(desk, lot, filing)
    before = state(desk, lot)
    judge(desk, lot, drawn[-1])

    assert len(drawn) == lots.sample_size(len(filings)) == 5
    assert (before, state(desk, lot)) == ("open", "passed")
    assert waiting(desk) == []


def test_one_error_too_many_sends_the_whole_lot_back_into_review(
    desk: Desk, filings: list[int]
) -> None:
    lot = draw(desk, allowed=1)
    drawn = sample(desk, lot)

    judge(desk, lot, drawn[0], Verdict.WRONG, reason="氏名が違う")
    before = [desk.states(filing) for filing in filings]
    judge(desk, lot, drawn[1], Verdict.WRONG, reason="日付が違う")

    assert before == [["ready"]] * 6
    assert [desk.states(filing) for filing in filings] == [["in_review"]] * 6
    assert state(desk, lot) == "returned"


def test_what_was_sent_back_is_checked_again_if_a_contractor_finishes_it(
    desk: Desk, filings: list[int]
) -> None:
    lot = draw(desk)
    judge(desk, lot, sample(desk, lot)[0], Verdict.WRONG, reason="氏名が違う")

    again(desk, filings[0], "ken")
    again(desk, filings[1], "rei")

    with pytest.raises(InspectionOpenError):
        desk.approve(filings[0])
    desk.approve(filings[1])
    (batch,) = waiting(desk)
    assert batch.filings == 1


def test_the_same_work_draws_the_same_sample(desk: Desk, filings: list[int]) -> None:
    lot = draw(desk)
    drawn = sample(desk, lot)

    with desk.database.look() as session:
        works = session.scalars(select(ContractorWork)).all()
        index = desk.vault.blind_index
        ranked = sorted(works, key=lambda one: index(f"check/{one.id}"))
        first = sorted(one.filing_id for one in ranked[:5])

    assert drawn == first
    assert len(filings) == 6


def test_a_contractor_checks_nobody(desk: Desk, filings: list[int]) -> None:
    employ(desk, "mio", last=DAY + timedelta(days=90))
    lot = draw(desk)

    with pytest.raises(InspectorForbiddenError):
        judge(desk, lot, sample(desk, lot)[0], by="mio")
    with pytest.raises(InspectorForbiddenError):
        judge(desk, lot, sample(desk, lot)[0], by="ken")
    assert len(filings) == 6


def test_who_may_not_draw_draws_nothing(desk: Desk, filings: list[int]) -> None:
    with pytest.raises(InspectorForbiddenError):
        draw(desk, by="ken")
    with pytest.raises(RoleForbidsError):
        draw(desk, role=Role.AUDITOR)
    draw(desk)
    with pytest.raises(NothingReadyError):
        draw(desk)
    assert len(filings) == 6


def test_a_verdict_is_on_the_sample_with_a_reason_and_before_the_end(
    desk: Desk, filings: list[int]
) -> None:
    lot = draw(desk)
    drawn = sample(desk, lot)
    (other,) = set(filings) - set(drawn)

    with pytest.raises(MissingError):
        judge(desk, lot, other)
    with pytest.raises(WrongCallError):
        judge(desk, lot, drawn[0], Verdict.WRONG, reason=" ")
    for filing in drawn:
        judge(desk, lot, filing)
    with pytest.raises(LotOverError):
        judge(desk, lot, drawn[0])


def test_the_database_passes_no_lot_that_nobody_looked_at(
    desk: Desk, filings: list[int]
) -> None:
    lot = draw(desk)

    with pytest.raises(IntegrityError, match="sample was looked at"):
        force(desk, lot)
    assert state(desk, lot) == InspectionState.OPEN
    assert len(filings) == 6


def force(desk: Desk, lot: int) -> None:
    with desk.database.begin() as session:
        session.execute(
            update(Inspection)
            .where(Inspection.id == lot)
            .values(state=InspectionState.PASSED, ended_at=LATER)
        )
