"""Routes of several stages: who is next, who may, and what a change undoes."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.errors import ConflictError, WrongCallError
from kamizero.model import Role
from review import absences
from review.completion import pull_back
from review.proposal import proposal
from review.refusals import (
    ManifestChangedError,
    NotYourStageError,
    OwnWorkError,
    ReasonMissingError,
    RoleForbidsError,
    RouteOpenError,
    StepTakenError,
    TwiceOnRouteError,
)
from review.returns import send_back
from review.rounds import Standing
from review.route_book import read_book
from review.routes import route_for
from review.stamping import standing, step_back
from storage.tables import (
    Absence,
    Approval,
    ApprovalRound,
    ApprovalRoute,
    AuditEvent,
    Entry,
    Filing,
    RouteStep,
)
from tests.desk import LATER, Desk
from tests.routes import THREE_STAGES, TODAY, away, load_routes, stamp

NAME = "insured.1.name_kana"


@pytest.fixture
def filing(desk: Desk) -> int:
    """A filing that rei reviewed, on a route of three stages."""
    load_routes(desk, THREE_STAGES)
    return reviewed(desk)


def reviewed(desk: Desk, *, person: str = "rei") -> int:
    filing = desk.receive(doubtful=[NAME])
    desk.route(filing)
    claim = desk.claim(filing, person=person)
    desk.accept(claim, NAME)
    desk.finish(claim)
    return filing


def back(desk: Desk, filing: int, position: int, *, reason: str = "確認") -> None:
    with desk.database.begin() as session:
        step_back(
            session,
            filing=session.get_one(Filing, filing),
            position=position,
            actor="ann",
            role=Role.APPROVER,
            reason=reason,
            now=LATER,
        )


def stood(session: Session, desk: Desk, filing: int) -> Standing:
    found = proposal(session, session.get_one(Filing, filing))
    return standing(session, desk.vault, found, now=LATER)


def next_units(desk: Desk, filing: int) -> list[str]:
    with desk.database.look() as session:
        return [stage.unit for stage in stood(session, desk, filing).next_stages]


def test_a_filing_takes_its_route_stage_by_stage(desk: Desk, filing: int) -> None:
    waiting = [next_units(desk, filing)]
    for person in ("sato", "ueda", "mori"):
        stamp(desk, filing, person)
        waiting.append(next_units(desk, filing))

    desk.approve(filing, actor="ann")

    assert waiting == [["適用課"], ["徴収課", "記録課"], ["徴収課"], ["所長"]]
    assert desk.states(filing) == ["approved"]


def test_a_stage_is_for_those_it_names(desk: Desk, filing: int) -> None:
    with pytest.raises(NotYourStageError, match="適用課"):
        stamp(desk, filing, "bob")


def test_nobody_decides_before_all_agreed(desk: Desk, filing: int) -> None:
    stamp(desk, filing, "sato")
    stamp(desk, filing, "kato")

    with pytest.raises(RouteOpenError, match="記録課"):
        desk.approve(filing, actor="ann")


def test_nobody_agrees_for_a_unit_that_did(desk: Desk, filing: int) -> None:
    stamp(desk, filing, "sato")
    stamp(desk, filing, "kato")

    with pytest.raises(NotYourStageError, match="記録課"):
        stamp(desk, filing, "mori")


def test_what_waits_to_be_decided_is_not_endorsed(desk: Desk) -> None:
    filing = reviewed(desk)

    with pytest.raises(RouteOpenError, match="decided"):
        stamp(desk, filing, "ann")


def test_nobody_stamps_their_own_work(desk: Desk) -> None:
    load_routes(desk, THREE_STAGES)
    filing = reviewed(desk, person="sato")

    with pytest.raises(OwnWorkError):
        stamp(desk, filing, "sato")


@pytest.mark.parametrize("role", [Role.SCANNER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_who_neither_reviews_nor_approves_stamps_nothing(
    desk: Desk, filing: int, role: Role
) -> None:
    with pytest.raises(RoleForbidsError):
        stamp(desk, filing, "sato", role=role)


def test_a_reviewer_takes_only_the_stages_of_reviewers(desk: Desk) -> None:
    text = THREE_STAGES.replace("persons: [sato]", "role: reviewer")
    load_routes(desk, text)
    filing = reviewed(desk)

    stamp(desk, filing, "jun", role=Role.REVIEWER)

    with pytest.raises(NotYourStageError):
        stamp(desk, filing, "mori", role=Role.REVIEWER)


def test_nobody_takes_two_stages_of_a_round(desk: Desk) -> None:
    load_routes(desk, THREE_STAGES.replace("[ueda]", "[ueda, kato]"))
    filing = reviewed(desk)
    stamp(desk, filing, "sato")
    stamp(desk, filing, "kato")

    with pytest.raises(TwiceOnRouteError, match="another person"):
        stamp(desk, filing, "kato")

    stamp(desk, filing, "ueda")


def test_a_step_is_taken_once_by_two_who_saw_the_same(desk: Desk, filing: int) -> None:
    stamp(desk, filing, "sato", seen=0)

    with pytest.raises(StepTakenError, match="open it again"):
        stamp(desk, filing, "mori", seen=0)

    stamp(desk, filing, "mori", seen=1)


def test_it_goes_back_to_an_earlier_stage_and_comes_again(
    desk: Desk, filing: int
) -> None:
    for person in ("sato", "mori", "ueda"):
        stamp(desk, filing, person)

    back(desk, filing, 2, reason="徴収課の確認をもう一度")
    waiting = next_units(desk, filing)
    for person in ("mori", "ueda"):
        stamp(desk, filing, person)
    desk.approve(filing, actor="ann")

    assert waiting == ["徴収課", "記録課"]
    with desk.database.look() as session:
        steps = session.scalars(select(RouteStep).order_by(RouteStep.seq)).all()
        bodies = session.scalars(select(AuditEvent.body)).all()
    assert [step.person for step in steps if step.void_at] == ["mori", "ueda"]
    assert {step.void_why for step in steps} == {None, "徴収課の確認をもう一度"}
    assert "徴収課" not in str(bodies)


def test_it_goes_back_to_a_stage_somebody_took_with_a_reason(
    desk: Desk, filing: int
) -> None:
    with pytest.raises(RouteOpenError, match="Nobody took"):
        back(desk, filing, 1)
    stamp(desk, filing, "sato")

    with pytest.raises(ReasonMissingError):
        back(desk, filing, 1, reason=" ")


def test_who_was_sent_back_to_takes_no_other_stage(desk: Desk) -> None:
    load_routes(desk, THREE_STAGES.replace("[ueda]", "[ueda, sato]"))
    filing = reviewed(desk)
    stamp(desk, filing, "sato")
    back(desk, filing, 1)

    stamp(desk, filing, "sato")

    with pytest.raises(TwiceOnRouteError):
        stamp(desk, filing, "sato")


@pytest.mark.parametrize("act", ["send_back", "pull_back"])
def test_back_to_the_drafter_ends_the_round_even_if_nothing_changes(
    desk: Desk, filing: int, act: str
) -> None:
    stamp(desk, filing, "sato")
    before = desk.seen_manifest(filing)
    with desk.database.begin() as session:
        entry = session.get_one(Entry, desk.entry_id(filing))
        if act == "send_back":
            send_back(
                session,
                entry=entry,
                actor="ann",
                role=Role.APPROVER,
                reason="日付",
                now=LATER,
            )
        else:
            pull_back(session, entry=entry, actor="rei", role=Role.REVIEWER, now=LATER)
    desk.finish(desk.claim(filing))

    assert desk.seen_manifest(filing) == before
    assert next_units(desk, filing) == ["適用課"]
    with desk.database.look() as session:
        assert session.scalars(select(ApprovalRound.ended_as)).one() == act


def test_a_change_begins_a_new_round_with_nobodys_stamp(desk: Desk) -> None:
    load_routes(desk, THREE_STAGES)
    filing = desk.receive(entries=2, doubtful=["insured.2.name_kana"])
    desk.route(filing)
    stamp(desk, filing, "sato")
    seen = desk.seen_manifest(filing)
    claim = desk.claim(filing, 2)
    desk.accept(claim, "insured.2.name_kana")
    desk.finish(claim)

    with pytest.raises(ManifestChangedError):
        desk.approve(filing, actor="ann", seen=seen)
    assert next_units(desk, filing) == ["適用課"]
    stamp(desk, filing, "sato")
    with desk.database.look() as session:
        ends = session.scalars(select(ApprovalRound.ended_as)).all()
    assert sorted(map(str, ends)) == ["None", "changed"]


def test_a_deputy_decides_while_somebody_is_away_and_it_is_shown(
    desk: Desk, filing: int
) -> None:
    away(desk, "ann", "bob")
    for person in ("sato", "mori", "ueda"):
        stamp(desk, filing, person)

    desk.approve(filing, actor="bob")

    with desk.database.look() as session:
        step = session.scalars(select(RouteStep).order_by(RouteStep.seq.desc())).first()
        approval = session.scalars(select(Approval)).one()
    assert step is not None
    assert (step.person, step.for_person, approval.by) == ("bob", "ann", "bob")


@pytest.mark.parametrize("days", [-1, 1])
def test_a_deputy_decides_on_no_other_day(desk: Desk, filing: int, days: int) -> None:
    away(desk, "sato", "bob", day=TODAY + timedelta(days=days))

    with pytest.raises(NotYourStageError):
        stamp(desk, filing, "bob")


def test_a_deputy_decides_no_more_once_the_absence_is_over(
    desk: Desk, filing: int
) -> None:
    absence = away(desk, "sato", "bob")
    with desk.database.begin() as session:
        found = session.get_one(Absence, absence)
        absences.cancel_absence(session, found, actor="sato", now=LATER)

    with pytest.raises(NotYourStageError):
        stamp(desk, filing, "bob")


def test_who_was_stood_in_for_takes_no_other_stage(desk: Desk) -> None:
    load_routes(desk, THREE_STAGES.replace("[kato, mori]", "[kato, sato]"))
    filing = reviewed(desk)
    away(desk, "sato", "bob")
    stamp(desk, filing, "bob")

    with pytest.raises(TwiceOnRouteError):
        stamp(desk, filing, "sato")


def test_a_deputy_takes_no_stage_of_their_own_beside(desk: Desk) -> None:
    load_routes(desk, THREE_STAGES.replace("[ann]", "[bob]"))
    filing = reviewed(desk)
    away(desk, "sato", "bob")
    for person in ("bob", "mori", "ueda"):
        stamp(desk, filing, person)

    with pytest.raises(TwiceOnRouteError):
        desk.approve(filing, actor="bob")


def test_who_was_away_reads_it_afterwards(desk: Desk, filing: int) -> None:
    away(desk, "sato", "bob")
    step = stamp(desk, filing, "bob")

    with desk.database.begin() as session:
        (waiting,) = absences.to_read(session, "sato")
        with pytest.raises(RoleForbidsError):
            absences.mark_read(session, waiting, actor="bob", now=LATER)
        absences.mark_read(session, waiting, actor="sato", now=LATER)

    assert waiting.id == step.id
    with desk.database.look() as session:
        assert absences.to_read(session, "sato") == []


@pytest.mark.parametrize(
    ("person", "deputy"), [("ann", "ann"), ("ann", "nobody"), ("nobody", "ann")]
)
def test_only_approvers_stand_in_for_another(
    desk: Desk, filing: int, person: str, deputy: str
) -> None:
    del filing

    with pytest.raises(WrongCallError):
        away(desk, person, deputy)


BY_AMOUNT = """
routes:
  - {code: small, name_ja: 専決, name_en: Delegated, form: "2200",
     in_force_from: 2020-01-01, delegated_by: 決裁規程 第5条,
     stages: [{kind: decide, unit: 課長}]}
  - {code: large, name_ja: 高額, name_en: Large, form: "2200",
     amount: remuneration_total, over: 500000, in_force_from: 2020-01-01,
     stages: [{kind: decide, unit: 所長}]}
  - {code: large, name_ja: 高額, name_en: Large, form: "2200",
     amount: remuneration_total, over: 900000, in_force_from: 2020-12-11,
     stages: [{kind: decide, unit: 所長}]}
"""


@pytest.fixture
def by_amount(desk: Desk) -> Desk:
    load_routes(desk, BY_AMOUNT)
    return desk


@pytest.mark.parametrize(
    ("amount", "day", "code"),
    [
        ("499999", TODAY, "small"),
        ("500000", TODAY, "large"),
        ("500000", TODAY + timedelta(days=1), "small"),
        ("900000", TODAY + timedelta(days=1), "large"),
        ("", TODAY, "large"),
        ("500000", date(2019, 12, 31), "default"),
    ],
)
def test_amount_and_day_choose_the_route(
    by_amount: Desk, amount: str, day: date, code: str
) -> None:
    item = "insured.1.remuneration_total"
    filing = by_amount.receive(written={item: amount})

    with by_amount.database.look() as session:
        entries = session.get_one(Filing, filing).entries
        route = route_for(session, by_amount.vault, entries, day=day)

    assert route.code == code


def test_a_version_of_a_route_is_not_written_over(by_amount: Desk) -> None:
    with pytest.raises(ConflictError, match="later day"):
        load_routes(by_amount, BY_AMOUNT, people=())


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("routes: [", "no YAML"),
        ("routes: []", "routes"),
        (THREE_STAGES.replace("kind: decide", "kind: review"), "ends with"),
        (THREE_STAGES.replace("code: long", "code: Long"), "code"),
        (THREE_STAGES.replace("persons: [ann]", "role: reviewer"), "an approver"),
        (THREE_STAGES.replace("[sato]", "[sato], role: robot"), "reviewers and"),
        (THREE_STAGES.replace("code: long", "code: long\n    over: 5"), "amount"),
    ],
)
def test_routes_that_cannot_be_used_say_why(wrong: str, told: str) -> None:
    with pytest.raises(WrongCallError, match=told):
        read_book(wrong)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (("[sato]", "[nobody]"), "nobody"),
        (("code: long", 'code: long\n    form: "2200"\n    amount: bonus'), "bonus"),
    ],
)
def test_routes_name_what_is_there(
    desk: Desk, changed: tuple[str, str], told: str
) -> None:
    with pytest.raises(WrongCallError, match=told):
        load_routes(desk, THREE_STAGES.replace(*changed))


def test_every_office_begins_with_one_approver(desk: Desk) -> None:
    with desk.database.look() as session:
        route = session.scalars(select(ApprovalRoute)).one()
        stages = [(one.kind, one.role) for one in route.stages]

    assert stages == [("decide", "approver")]
