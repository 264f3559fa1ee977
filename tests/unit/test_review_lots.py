"""A lot: a stable sample is looked at, one error returns all, signing covers all."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from delivery.outbox import put_out
from kamizero.errors import MissingError, WrongCallError
from kamizero.model import Role, Severity
from review import lots
from review.refusals import (
    LotOverError,
    LotUnseenError,
    ManifestChangedError,
    NothingReadyError,
    NotYourStageError,
    RoleForbidsError,
)
from storage.key_rotation import know_signing_key
from storage.tables import Approval, ApprovalLot, Delivery, Touch, Verdict
from storage.verification import verify
from tests.desk import LATER, NOW, Desk
from tests.routes import THREE_STAGES, load_routes


@pytest.fixture
def ready(desk: Desk) -> list[int]:
    """Seven filings that went straight through."""
    filings = [desk.receive() for _ in range(7)]
    for filing in filings:
        desk.route(filing)
    return filings


def draw(
    desk: Desk,
    filings: list[int],
    *,
    actor: str = "ann",
    role: Role = Role.APPROVER,
) -> int:
    with desk.database.begin() as session:
        lot = lots.draw(
            session,
            desk.vault,
            form="2200",
            filings=filings,
            actor=actor,
            role=role,
            now=NOW,
        )
        return lot.id


def drawn(desk: Desk, lot: int) -> list[int]:
    with desk.database.look() as session:
        members = session.get_one(ApprovalLot, lot).members
        return [one.filing_id for one in members if one.drawn]


def members(desk: Desk, lot: int) -> list[int]:
    with desk.database.look() as session:
        return [one.filing_id for one in session.get_one(ApprovalLot, lot).members]


def state(desk: Desk, lot: int) -> str:
    with desk.database.look() as session:
        return session.get_one(ApprovalLot, lot).state


def judge(
    desk: Desk,
    lot: int,
    filing: int,
    *,
    verdict: Verdict = Verdict.RIGHT,
    reason: str = "",
    actor: str = "ann",
) -> None:
    seen = desk.seen_manifest(filing)
    with desk.database.begin() as session:
        lots.judge(
            session,
            session.get_one(ApprovalLot, lot),
            filing_id=filing,
            seen=seen,
            verdict=verdict,
            reason=reason,
            others_reason="ロットに誤り",
            actor=actor,
            role=Role.APPROVER,
            now=LATER,
        )


def sign(desk: Desk, lot: int, *, actor: str = "ann") -> None:
    with desk.database.begin() as session:
        lots.sign(
            session,
            desk.store,
            desk.vault,
            session.get_one(ApprovalLot, lot),
            actor=actor,
            role=Role.APPROVER,
            now=LATER,
            retain_until=LATER + timedelta(days=3650),
            deliver=partial(put_out, now=LATER),
        )


def dissolve(desk: Desk, lot: int) -> None:
    with desk.database.begin() as session:
        row = session.get_one(ApprovalLot, lot)
        lots.dissolve(session, row, actor="ann", now=LATER)


def all_states(desk: Desk, filings: list[int]) -> set[str]:
    return {word for filing in filings for word in desk.states(filing)}


@pytest.mark.parametrize(
    ("count", "sample"), [(1, 1), (5, 5), (7, 5), (50, 5), (51, 6), (200, 20)]
)
def test_a_tenth_is_looked_at_and_five_at_least(count: int, sample: int) -> None:
    assert lots.sample_size(count) == sample


def test_a_lot_is_signed_once_its_sample_was_looked_at(
    desk: Desk, ready: list[int]
) -> None:
    lot = draw(desk, ready)
    with pytest.raises(LotUnseenError):
        sign(desk, lot)

    for filing in drawn(desk, lot):
        judge(desk, lot, filing)
    sign(desk, lot)

    assert len(drawn(desk, lot)) == 5
    assert (state(desk, lot), all_states(desk, ready)) == ("approved", {"approved"})
    with desk.database.look() as session:
        assert session.query(Approval).count() == session.query(Delivery).count() == 7
        row = session.get_one(ApprovalLot, lot)
    kept = desk.store.read(
        row.store_key or "",
        version=row.store_version or "",
        sha256=row.manifest_sha256 or "",
    )
    assert kept.count(b'"manifest"') == 7


def test_a_signed_lot_is_proved_again_later(desk: Desk, ready: list[int]) -> None:
    know_signing_key(desk.database, desk.vault, now=NOW)
    lot = draw(desk, ready)
    for filing in drawn(desk, lot):
        judge(desk, lot, filing)
    sign(desk, lot)
    before = verify(desk.database, desk.store, desk.vault)

    with desk.database.begin() as session:
        session.execute(text("DROP TRIGGER lot_member_update"))
        session.execute(text("UPDATE lot_member SET manifest_sha256 = '0'"))
    after = verify(desk.database, desk.store, desk.vault)

    assert (before.checked["lot"], before.checked["stamp"]) == (1, 7)
    assert [one.kind for one in before.differences if one.kind != "original"] == []
    assert [one.kind for one in after.differences if one.kind == "lot"] == ["lot"]


def test_one_error_in_the_sample_returns_the_whole_lot(
    desk: Desk, ready: list[int]
) -> None:
    lot = draw(desk, ready)
    wrong = drawn(desk, lot)[-1]

    judge(desk, lot, wrong, verdict=Verdict.WRONG, reason="氏名が違います")

    assert (state(desk, lot), all_states(desk, ready)) == ("returned", {"in_review"})
    assert desk.entry(wrong).reasons == ["sent_back:氏名が違います"]
    other = next(one for one in ready if one != wrong)
    assert desk.entry(other).reasons == ["sent_back:ロットに誤り"]
    with pytest.raises(LotOverError):
        sign(desk, lot)


def test_an_error_is_said(desk: Desk, ready: list[int]) -> None:
    lot = draw(desk, ready)

    with pytest.raises(WrongCallError, match="what is wrong"):
        judge(desk, lot, drawn(desk, lot)[0], verdict=Verdict.WRONG)


def test_the_same_filings_are_drawn_again(desk: Desk, ready: list[int]) -> None:
    first = draw(desk, ready)
    before = drawn(desk, first)
    dissolve(desk, first)

    again = draw(desk, list(reversed(ready)))

    assert drawn(desk, again) == before
    assert state(desk, first) == "dissolved"


def test_a_filing_that_changed_stops_the_whole_lot(
    desk: Desk, ready: list[int]
) -> None:
    lot = draw(desk, ready)
    for filing in drawn(desk, lot):
        judge(desk, lot, filing)
    changed = next(one for one in ready if one not in drawn(desk, lot))
    desk.find(changed, "note", severity=Severity.INFO)

    with pytest.raises(ManifestChangedError):
        sign(desk, lot)

    assert (state(desk, lot), all_states(desk, ready)) == ("open", {"ready"})
    with desk.database.look() as session:
        assert session.query(Approval).count() == 0


def test_a_drawn_filing_that_changed_is_not_called_right(
    desk: Desk, ready: list[int]
) -> None:
    lot = draw(desk, ready)
    filing = drawn(desk, lot)[0]
    desk.find(filing, "note", severity=Severity.INFO)

    with pytest.raises(ManifestChangedError, match="draw another"):
        judge(desk, lot, filing)


def test_only_drawn_filings_are_judged_by_whoever_drew_them(
    desk: Desk, ready: list[int]
) -> None:
    lot = draw(desk, ready)
    other = next(one for one in ready if one not in drawn(desk, lot))

    with pytest.raises(MissingError, match="not in the sample"):
        judge(desk, lot, other)
    with pytest.raises(NotYourStageError):
        judge(desk, lot, drawn(desk, lot)[0], actor="bob")
    with pytest.raises(NotYourStageError):
        sign(desk, lot, actor="bob")


def test_ones_own_work_and_filings_of_other_lots_stay_out(
    desk: Desk, ready: list[int]
) -> None:
    with desk.database.begin() as session:
        session.add(Touch(filing_id=ready[0], person="ann"))
    first = draw(desk, ready[:3])

    second = draw(desk, ready)

    assert members(desk, first) == ready[1:3]
    assert members(desk, second) == ready[3:]
    with pytest.raises(NothingReadyError):
        draw(desk, ready)


def test_filings_that_wait_for_others_stay_out(desk: Desk, ready: list[int]) -> None:
    load_routes(desk, THREE_STAGES)

    with pytest.raises(NothingReadyError):
        draw(desk, ready)


def test_lots_are_for_approvers(desk: Desk, ready: list[int]) -> None:
    with pytest.raises(RoleForbidsError):
        draw(desk, ready, role=Role.REVIEWER)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            "UPDATE approval_lot SET state = 'approved', signature = '0', "
            "ended_at = opened_at",
            "once its sample",
        ),
        ("UPDATE lot_member SET drawn = FALSE", "as it was drawn"),
        ("DELETE FROM lot_member", "as it was drawn"),
    ],
)
def test_the_database_itself_holds_the_lot(
    desk: Desk, ready: list[int], change: str, words: str
) -> None:
    draw(desk, ready)

    with pytest.raises(IntegrityError, match=words), desk.database.begin() as session:
        session.execute(text(change))


def test_a_lot_that_is_over_stays_so(desk: Desk, ready: list[int]) -> None:
    dissolve(desk, draw(desk, ready))

    with (
        pytest.raises(IntegrityError, match="stays so"),
        desk.database.begin() as session,
    ):
        session.execute(text("UPDATE approval_lot SET state = 'open'"))
