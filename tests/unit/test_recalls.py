"""A value found wrong after delivery: mended, approved, told to whoever has it."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from delivery.outbox import API, mark_taken, signed_version
from delivery.records import record as record_of
from delivery.robots import answers, leasing, queues
from delivery.robots.answers import Failure, Fault, Shown
from delivery.robots.queues import Terms
from delivery.robots.refusals import LostLeaseError
from delivery.robots.work import CORRECT, REGISTER
from kamizero.errors import ConflictError
from kamizero.model import Finding, LocalText, Role, Severity
from review.error_register import Found, record
from review.recall import Right, propose
from review.refusals import NotSettledError, OwnWorkError, StateForbidsError
from review.returns import return_to_submitter, send_back
from storage.ledger.account import draw_up
from storage.proofs.report import Difference, Meter, Tally
from storage.proofs.values import prove
from storage.searches.criteria import Criteria
from storage.searches.hits import find
from storage.tables import (
    Delivery,
    DeliveryState,
    Entry,
    ErrorCase,
    ErrorCause,
    ErrorEffect,
    ErrorKind,
    ErrorOrigin,
    Filing,
    FoundBy,
    Recall,
    RecallState,
    RobotQueue,
)
from tests.desk import LATER, Desk, no_news
from tests.exporting import House, open_destination
from workers.exporting import expire_once
from workers.recheck import rewrite_findings

NAME = "insured.1.name_kana"
RIGHT = "ヤマダ　ジロウ"
WRONG = Found(
    site="main",
    kind=ErrorKind.INPUT,
    origin=ErrorOrigin.CENTRE,
    cause=ErrorCause.MISREAD,
    effect=ErrorEffect.OTHER,
    found_by=FoundBy.CUSTOMER,
    happened_on=date(2020, 11, 2),
    found_on=date(2020, 11, 20),
    what="氏名のフリガナを読み誤った。",
)


@pytest.fixture
def filing(desk: Desk) -> int:
    """An approved filing, that waits at the API and in a queue."""
    with desk.database.begin() as session:
        queues.add_queue(session, "host", Terms(title="Host"), actor="k", now=LATER)
    number = desk.receive()
    desk.route(number)
    desk.approve(number)
    return number


def a_case(desk: Desk, filing: int) -> int:
    with desk.database.begin() as session:
        receipt = session.get_one(Filing, filing).receipt_number
        found = replace(WRONG, receipt_number=receipt)
        now = LATER + timedelta(days=60)
        return record(session, found, actor="rei", role=Role.REVIEWER, now=now).id


def recall(desk: Desk, filing: int, value: str = RIGHT) -> int:
    case = a_case(desk, filing)
    with desk.database.begin() as session:
        return propose(
            session,
            desk.vault,
            cause=session.get_one(ErrorCase, case),
            definition=desk.definition,
            right=[Right(NAME, value)],
            recheck=no_news,
            actor="rei",
            role=Role.REVIEWER,
            now=LATER,
        ).id


def name_in_force(desk: Desk, filing: int) -> str:
    with desk.database.look() as session:
        found = record_of(session, desk.vault, session.get_one(Filing, filing))
        (entry,) = found["entries"]
        return str(entry["fields"][NAME]["as_decided"])


def deliveries(desk: Desk) -> list[tuple[str, int, str, bool]]:
    """Subscriber, version, state, and whether it corrects one before."""
    with desk.database.look() as session:
        rows = session.scalars(select(Delivery).order_by(Delivery.id)).all()
        return [
            (row.subscriber, row.entry.version, row.state, row.corrects_id is not None)
            for row in rows
        ]


def take_by_api(desk: Desk) -> None:
    with desk.database.begin() as session:
        row = session.scalars(
            select(Delivery)
            .where(Delivery.subscriber == API)
            .order_by(Delivery.id.desc())
        ).first()
        assert row is not None
        has = signed_version(row)
        mark_taken(session, row, has=has, actor="sys", now=LATER)


def the_queue(session: Session) -> RobotQueue:
    return queues.find_queue(session, "host")


def leased(desk: Desk, step: str = REGISTER) -> list[leasing.Held]:
    with desk.database.begin() as session:
        return leasing.lease(
            session, the_queue(session), robot="r", limit=5, now=LATER, step=step
        )


def answer(desk: Desk, one: leasing.Held, *, refused: bool = False) -> None:
    """Register it in the host, or be refused by it."""
    with desk.database.begin() as session:
        queue = the_queue(session)
        held = leasing.held_item(
            session, queue, one.row.id, robot="r", fence=one.claim.fence, now=LATER
        )
        leasing.commit(session, queue, held, now=LATER)
        if refused:
            failure = Failure(kind=Fault.BUSINESS, code="E12")
            answers.fail(session, queue, held, failure, now=LATER)
            return
        answers.complete(
            session,
            desk.vault,
            queue,
            held,
            definition=desk.definition,
            shown=Shown(host_number="H-1"),
            now=LATER,
        )


def differences(desk: Desk) -> list[str]:
    with desk.database.look() as session:
        ledger = draw_up(session, subscribers=[API])
        of_deliveries = ("not_put_out", "put_out", "not_recalled")
        kinds = [one.kind for one in ledger.differences if one.kind in of_deliveries]
        law = next(one for one in ledger.laws if one.name == "deliveries")
        return [*kinds, *([] if law.holds else ["law"])]


def test_the_version_before_stays_in_force_until_the_next_is_approved(
    desk: Desk, filing: int
) -> None:
    before = name_in_force(desk, filing)

    recall(desk, filing)

    assert before != RIGHT
    assert name_in_force(desk, filing) == before
    assert desk.states(filing) == ["approved", "ready"]


def proofs(desk: Desk) -> list[Difference]:
    """What `verify` has to say of the values and of what they are found by."""
    tally = Tally(Meter(total=1, progress=lambda _done, _total: None))
    prove(desk.database, desk.vault, tally)
    return list(tally.differences)


def found_by_name(desk: Desk, name: str) -> list[int]:
    with desk.database.look() as session:
        asked = Criteria(name=name)
        hits = find(session, desk.vault, asked, before=None, limit=10)
        return [hit.filing.id for hit in hits]


def test_a_filing_is_found_by_what_is_in_force_alone(desk: Desk, filing: int) -> None:
    before = name_in_force(desk, filing)

    recall(desk, filing)
    proposed = found_by_name(desk, before), found_by_name(desk, RIGHT), proofs(desk)
    desk.approve(filing)

    assert proposed == ([filing], [], [])
    assert found_by_name(desk, before) == []
    assert found_by_name(desk, RIGHT) == [filing]
    assert proofs(desk) == []


def test_an_approved_correction_takes_its_place(desk: Desk, filing: int) -> None:
    recall(desk, filing)

    desk.approve(filing)

    assert name_in_force(desk, filing) == RIGHT
    assert desk.states(filing) == ["superseded", "approved"]


def test_whoever_took_the_old_one_and_nobody_else_gets_a_correction(
    desk: Desk, filing: int
) -> None:
    take_by_api(desk)
    recall(desk, filing)

    desk.approve(filing)

    assert deliveries(desk) == [
        ("api", 1, "taken", False),
        ("host", 2, "pending", False),
        ("api", 2, "pending", True),
    ]
    assert differences(desk) == []
    take_by_api(desk)
    assert deliveries(desk)[2] == ("api", 2, "taken", True)


def test_a_robot_that_leased_the_old_one_cannot_register_it_any_more(
    desk: Desk, filing: int
) -> None:
    (one,) = leased(desk)
    recall(desk, filing)
    desk.approve(filing)

    with pytest.raises(LostLeaseError):
        answer(desk, one)
    (again,) = leased(desk)
    answer(desk, again)

    assert ("host", 2, "registered", False) in deliveries(desk)


def test_a_registered_entry_is_corrected_by_robots_that_ask_for_corrections(
    desk: Desk, filing: int
) -> None:
    answer(desk, *leased(desk))
    recall(desk, filing)
    desk.approve(filing)

    assert leased(desk) == []
    (one,) = leased(desk, CORRECT)
    answer(desk, one)

    assert deliveries(desk) == [
        ("api", 2, "pending", False),
        ("host", 1, "registered", False),
        ("host", 2, "registered", True),
    ]
    assert differences(desk) == []


def test_a_refused_correction_still_knows_what_the_host_has(
    desk: Desk, filing: int
) -> None:
    answer(desk, *leased(desk))
    recall(desk, filing)
    desk.approve(filing)
    answer(desk, *leased(desk, CORRECT), refused=True)

    recall(desk, filing, "ヤマダ　サブロウ")
    desk.approve(filing)

    assert leased(desk) == []
    (one,) = leased(desk, CORRECT)
    with desk.database.look() as session:
        row = session.get_one(Delivery, one.row.id)
        assert row.corrects is not None
        assert row.corrects.state == DeliveryState.REGISTERED


def test_a_correction_waits_until_the_robot_at_the_old_one_has_answered(
    desk: Desk, filing: int
) -> None:
    (one,) = leased(desk)
    with desk.database.begin() as session:
        queue = the_queue(session)
        held = leasing.held_item(
            session, queue, one.row.id, robot="r", fence=one.claim.fence, now=LATER
        )
        leasing.commit(session, queue, held, now=LATER)
    recall(desk, filing)

    with pytest.raises(ConflictError, match="on the page of robots, then"):
        desk.approve(filing)

    assert desk.states(filing) == ["approved", "ready"]


def test_a_correction_of_what_is_in_doubt_names_the_page_where_that_is_settled(
    desk: Desk, filing: int, tmp_path: Path
) -> None:
    open_destination(desk, tmp_path / "out", expires_days=5)
    house = House(desk)
    house.plan_and_lay()
    house.clock.now += timedelta(days=5)
    expire_once(house.rooms)
    recall(desk, filing)

    with pytest.raises(ConflictError, match="on the page of exports, then"):
        desk.approve(filing)


def test_whoever_proposes_a_correction_cannot_approve_it(
    desk: Desk, filing: int
) -> None:
    recall(desk, filing)

    with pytest.raises(OwnWorkError):
        desk.approve(filing, actor="rei")


def test_a_correction_that_is_sent_back_is_dropped(desk: Desk, filing: int) -> None:
    number = recall(desk, filing)
    before = name_in_force(desk, filing)

    with desk.database.begin() as session:
        send_back(
            session,
            entry=session.scalars(select(Entry).where(Entry.version == 2)).one(),
            actor="ann",
            role=Role.APPROVER,
            reason="不要",
            now=LATER,
        )

    with desk.database.look() as session:
        assert session.get_one(Recall, number).state == RecallState.DROPPED
    assert desk.states(filing) == ["approved", "superseded"]
    assert name_in_force(desk, filing) == before


def test_a_correction_is_no_paper_that_could_be_returned(
    desk: Desk, filing: int
) -> None:
    recall(desk, filing)

    with (
        pytest.raises(StateForbidsError, match="approved already"),
        desk.database.begin() as session,
    ):
        return_to_submitter(
            session,
            entry=session.scalars(select(Entry).where(Entry.version == 2)).one(),
            actor="ann",
            role=Role.APPROVER,
            reason="x",
            now=LATER,
        )


def test_a_second_correction_waits_for_the_first(desk: Desk, filing: int) -> None:
    recall(desk, filing)

    with pytest.raises(ConflictError, match="waits for approval already"):
        recall(desk, filing)


def test_what_would_break_a_rule_is_not_proposed(desk: Desk, filing: int) -> None:
    case = a_case(desk, filing)

    def finds_an_error(session: Session, filing: Filing) -> None:
        wrong = Finding(
            rule="made.up",
            severity=Severity.ERROR,
            fields=(NAME,),
            message=LocalText(ja="誤り", en="wrong"),
        )
        rewrite_findings(session, filing, [wrong])

    with (
        pytest.raises(NotSettledError, match=r"made\.up"),
        desk.database.begin() as session,
    ):
        propose(
            session,
            desk.vault,
            cause=session.get_one(ErrorCase, case),
            definition=desk.definition,
            right=[Right(NAME, RIGHT)],
            recheck=finds_an_error,
            actor="rei",
            role=Role.REVIEWER,
            now=LATER,
        )

    assert desk.states(filing) == ["approved"]
