"""Four eyes, one signature over what was seen, and the ways back."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kamizero.model import FieldState, PageKind, Role
from review.changes import what_changed, what_nobody_saw, what_was_waived
from review.completion import pull_back
from review.history import Event, Version, history
from review.refusals import (
    ManifestChangedError,
    NothingReadyError,
    NotSettledError,
    OwnWorkError,
    ReasonMissingError,
    RoleForbidsError,
    StateForbidsError,
    WrongClaimError,
)
from review.returns import return_to_submitter, send_back, withdraw
from review.waiting import waiting
from storage.filing_state import filing_state
from storage.manifest import signed_bytes
from storage.tables import (
    Approval,
    AuditEvent,
    Delivery,
    Entry,
    Filing,
    FindingRow,
    Page,
    ReturnSlip,
)
from storage.vault import Signature
from storage.work import Claim
from tests.desk import LATER, NOW, Desk

NAME = "insured.1.name_kana"
MY_NUMBER = "insured.1.my_number"


def reviewed(desk: Desk, *, person: str = "rei") -> int:
    """A filing whose one doubtful field a person settled."""
    filing = desk.receive(doubtful=[NAME])
    desk.route(filing)
    claim = desk.claim(filing, person=person)
    desk.settle(claim, NAME, "ヤマダ　ジロウ")
    desk.finish(claim)
    return filing


def state_of(desk: Desk, filing: int) -> str:
    with desk.database.look() as session:
        return filing_state(session.get_one(Filing, filing).entries)


def put_back(
    desk: Desk, filing: int, *, reason: str, role: Role = Role.APPROVER
) -> None:
    with desk.database.begin() as session:
        send_back(
            session,
            entry=session.get_one(Entry, desk.entry_id(filing)),
            actor="ann",
            role=role,
            reason=reason,
            now=LATER,
        )


def give_back(
    desk: Desk,
    filing: int,
    n: int = 1,
    *,
    reason: str = "氏名が読めません",
    claim: Claim | None = None,
) -> None:
    with desk.database.begin() as session:
        return_to_submitter(
            session,
            entry=session.get_one(Entry, desk.entry_id(filing, n)),
            actor="ann",
            role=Role.APPROVER,
            reason=reason,
            now=LATER,
            claim=claim,
        )


def test_an_entry_is_finished_once_every_doubt_is_settled(desk: Desk) -> None:
    filing = desk.receive(doubtful=[NAME, "office.name"])
    desk.route(filing)
    claim = desk.claim(filing)
    desk.accept(claim, NAME)

    with pytest.raises(NotSettledError) as refused:
        desk.finish(claim)

    assert refused.value.points == ("head:office.name",)
    desk.accept(claim, "office.name")
    desk.finish(claim)
    assert desk.states(filing) == ["ready"]


def test_an_open_error_keeps_an_entry_in_review(desk: Desk) -> None:
    filing = desk.receive()
    finding = desk.find(filing, "date.order")
    desk.route(filing)
    claim = desk.claim(filing)

    with pytest.raises(NotSettledError, match=r"finding:date\.order"):
        desk.finish(claim)

    desk.waive(claim, finding, why="確認済み")
    desk.finish(claim)
    assert desk.states(filing) == ["ready"]


def test_the_rules_are_asked_again_before_an_entry_is_finished(desk: Desk) -> None:
    filing = desk.receive(doubtful=[NAME])
    desk.route(filing)
    claim = desk.claim(filing)
    desk.accept(claim, NAME)

    def finds_something(session: Session, filing: Filing) -> None:
        session.add(
            FindingRow(
                filing_id=filing.id,
                entry_n=1,
                rule="name.unknown",
                severity="error",
                fields=[NAME],
                message_ja="誤りです",
                message_en="It is wrong",
            )
        )

    with pytest.raises(NotSettledError, match=r"name\.unknown"):
        desk.finish(claim, recheck=finds_something)


def test_what_nobody_can_read_is_decided_before_an_entry_is_finished(
    desk: Desk,
) -> None:
    filing = desk.receive(doubtful=[NAME])
    desk.route(filing)
    claim = desk.claim(filing)
    desk.settle(claim, NAME, state=FieldState.UNREADABLE)

    with pytest.raises(NotSettledError, match=f"undecided:{NAME}"):
        desk.finish(claim)


def test_an_entry_with_a_failed_page_is_never_ready(desk: Desk) -> None:
    filing = desk.receive()
    with desk.database.begin() as session:
        page = session.scalars(select(Page).where(Page.filing_id == filing)).one()
        page.kind, page.error_code = PageKind.FAILED, "registration"
    desk.route(filing)

    with pytest.raises(NotSettledError, match="page:1"):
        desk.finish(desk.claim(filing))


def test_an_approval_signs_the_manifest_that_was_seen(desk: Desk) -> None:
    filing = reviewed(desk)

    approval_id = desk.approve(filing, actor="ann")

    with desk.database.look() as session:
        approval = session.get_one(Approval, approval_id)
        entry = session.get_one(Entry, desk.entry_id(filing))
    assert (entry.state, entry.approval_id) == ("approved", approval_id)
    signed = signed_bytes(
        manifest_sha256=approval.manifest_sha256, by="ann", at=approval.at
    )
    signature = Signature(approval.key_id, approval.signature)
    assert desk.vault.verify_signature(signed, signature)
    kept = desk.store.read(
        approval.store_key,
        version=approval.store_version,
        sha256=approval.manifest_sha256,
    )
    assert b'"commitment"' in kept
    assert "ジロウ".encode() not in kept


def test_an_approved_entry_waits_for_the_api_once(desk: Desk) -> None:
    filing = reviewed(desk)

    desk.approve(filing)

    with desk.database.look() as session:
        rows = session.scalars(select(Delivery)).all()
    assert [(row.subscriber, row.state) for row in rows] == [("api", "pending")]


def test_nobody_approves_what_they_worked_on(desk: Desk) -> None:
    filing = reviewed(desk, person="ann")

    with pytest.raises(OwnWorkError, match="another approver"):
        desk.approve(filing, actor="ann")

    assert desk.states(filing) == ["ready"]
    desk.approve(filing, actor="bob")


def test_nobody_approves_one_entry_after_working_on_another_of_the_filing(
    desk: Desk,
) -> None:
    filing = desk.receive(entries=2, doubtful=["insured.2.name_kana"])
    desk.route(filing)
    desk.accept(desk.claim(filing, 2, person="ann"), "insured.2.name_kana")

    with pytest.raises(OwnWorkError):
        desk.approve(filing, actor="ann")


def test_the_database_itself_refuses_ones_own_work(desk: Desk) -> None:
    filing = reviewed(desk, person="ann")

    with desk.database.begin() as session:
        session.add(
            Approval(
                filing_id=filing,
                manifest_sha256="0" * 64,
                store_key="k",
                store_version="1",
                by="ann",
                at=NOW,
                key_id="k",
                signature="s",
            )
        )
        with pytest.raises(IntegrityError, match="four eyes"):
            session.flush()
        session.rollback()


def test_looking_sending_back_and_returning_are_no_work_on_a_filing(
    desk: Desk,
) -> None:
    filing = reviewed(desk)
    put_back(desk, filing, reason="フリガナを確認してください")
    claim = desk.claim(filing)
    desk.finish(claim)

    desk.approve(filing, actor="ann")

    assert desk.states(filing) == ["approved"]


@pytest.mark.parametrize("role", [role for role in Role if role != Role.APPROVER])
def test_only_an_approver_approves(desk: Desk, role: Role) -> None:
    filing = reviewed(desk)

    with pytest.raises(RoleForbidsError):
        desk.approve(filing, role=role)


def test_what_changed_after_it_was_seen_is_not_approved(desk: Desk) -> None:
    filing = reviewed(desk)
    seen = desk.seen_manifest(filing)
    put_back(desk, filing, reason="確認")
    claim = desk.claim(filing)
    desk.settle(claim, NAME, "ヤマダ　サブロウ")
    desk.finish(claim)

    with pytest.raises(ManifestChangedError, match="look at it again"):
        desk.approve(filing, seen=seen)

    assert desk.states(filing) == ["ready"]


def test_another_entry_becoming_ready_changes_what_is_approved(desk: Desk) -> None:
    filing = desk.receive(entries=2, doubtful=["insured.2.name_kana"])
    desk.route(filing)
    seen = desk.seen_manifest(filing)
    claim = desk.claim(filing, 2)
    desk.accept(claim, "insured.2.name_kana")
    desk.finish(claim)

    with pytest.raises(ManifestChangedError):
        desk.approve(filing, seen=seen)


def test_an_error_found_after_review_stops_the_approval(desk: Desk) -> None:
    filing = reviewed(desk)
    desk.find(filing, "date.order")

    with pytest.raises(NotSettledError):
        desk.approve(filing)


def test_a_filing_without_a_ready_entry_is_not_approved(desk: Desk) -> None:
    filing = desk.receive(doubtful=[NAME])
    desk.route(filing)

    with pytest.raises(NothingReadyError):
        desk.approve(filing, seen="0" * 64)


def test_approving_twice_is_refused(desk: Desk) -> None:
    filing = reviewed(desk)
    seen = desk.seen_manifest(filing)
    desk.approve(filing, seen=seen)

    with pytest.raises(NothingReadyError):
        desk.approve(filing, seen=seen)


def test_one_entry_is_returned_and_the_others_are_approved(desk: Desk) -> None:
    filing = desk.receive(entries=3)
    desk.route(filing)

    give_back(desk, filing, 2)
    desk.approve(filing)

    assert desk.states(filing) == ["approved", "returned", "approved"]
    assert state_of(desk, filing) == "partly_returned"
    with desk.database.look() as session:
        slip = session.scalars(select(ReturnSlip)).one()
    assert (slip.by, slip.reason) == ("ann", "氏名が読めません")


def test_the_reason_of_a_return_stays_out_of_the_events(desk: Desk) -> None:
    filing = desk.receive()
    desk.route(filing)

    give_back(desk, filing)

    with desk.database.look() as session:
        bodies = session.scalars(select(AuditEvent.body)).all()
    assert "氏名" not in str(bodies)


def test_an_entry_in_review_is_returned_by_whoever_holds_it(desk: Desk) -> None:
    filing = desk.receive(doubtful=[NAME])
    desk.route(filing)

    with pytest.raises(WrongClaimError, match="open it first"):
        give_back(desk, filing)
    give_back(desk, filing, claim=desk.claim(filing, person="ann"))

    assert desk.states(filing) == ["returned"]
    with desk.database.look() as session:
        assert waiting(session, now=NOW) == []


def test_a_return_needs_a_reason(desk: Desk) -> None:
    filing = desk.receive()
    desk.route(filing)

    with pytest.raises(ReasonMissingError):
        give_back(desk, filing, reason=" ")


def test_an_entry_is_sent_back_with_a_reason_and_waits_again(desk: Desk) -> None:
    filing = reviewed(desk)

    put_back(desk, filing, reason="フリガナを確認してください")

    entry = desk.entry(filing)
    assert entry.state == "in_review"
    assert entry.reasons[-1] == "sent_back:フリガナを確認してください"
    assert desk.claim(filing, person="mio").subject == entry.id


def test_sending_back_needs_a_reason(desk: Desk) -> None:
    filing = reviewed(desk)

    with pytest.raises(ReasonMissingError):
        put_back(desk, filing, reason="")


def test_a_reviewer_pulls_back_what_they_finished(desk: Desk) -> None:
    filing = reviewed(desk)

    with desk.database.begin() as session:
        entry = session.get_one(Entry, desk.entry_id(filing))
        pull_back(session, entry=entry, actor="rei", role=Role.REVIEWER, now=LATER)

    assert desk.states(filing) == ["in_review"]
    assert desk.claim(filing).leased_by == "rei"


def test_an_approved_entry_is_neither_sent_back_nor_returned(desk: Desk) -> None:
    filing = reviewed(desk)
    desk.approve(filing)

    with pytest.raises(StateForbidsError, match="not possible now"):
        put_back(desk, filing, reason="確認")
    with pytest.raises(StateForbidsError):
        give_back(desk, filing)


def test_a_received_paper_withdraws_an_entry(desk: Desk) -> None:
    filing = desk.receive()
    desk.route(filing)
    paper = desk.receive()

    with desk.database.begin() as session:
        withdraw(
            session,
            entry=session.get_one(Entry, desk.entry_id(filing)),
            paper=session.get_one(Filing, paper),
            actor="rei",
            role=Role.REVIEWER,
            now=LATER,
        )

    assert desk.states(filing) == ["withdrawn"]
    with desk.database.look() as session:
        event = session.scalars(
            select(AuditEvent).where(AuditEvent.act == "entry.withdraw")
        ).one()
    assert event.body["paper"] == paper


def test_the_approver_sees_what_changed_and_what_nobody_saw(desk: Desk) -> None:
    filing = desk.receive(doubtful=[NAME, MY_NUMBER])
    finding = desk.find(filing, "date.order")
    desk.route(filing)
    claim = desk.claim(filing)
    desk.settle(claim, NAME, "ヤマダ　ジロウ")
    desk.accept(claim, MY_NUMBER)
    desk.waive(claim, finding, why="確認済み")

    with desk.database.look() as session:
        entry = session.get_one(Entry, desk.entry_id(filing))
        changes = {c.field_name: c for c in what_changed(session, desk.vault, entry)}
        unseen = what_nobody_saw(session, entry)
        waived = what_was_waived(session, entry)

    assert set(changes) == {NAME, MY_NUMBER}
    name = changes[NAME]
    assert name.before is not None
    assert (name.before.value, name.after.value) == ("ヤマダ　タロウ", "ヤマダ　ジロウ")
    assert not name.same_value
    assert changes[MY_NUMBER].same_value
    assert set(changes[MY_NUMBER].after.value) == {"*"}
    assert "insured.1.birth_date" in unseen
    assert {NAME, MY_NUMBER} & set(unseen) == set()
    assert [(row.rule, row.waived_why) for row in waived] == [
        ("date.order", "確認済み")
    ]


def test_the_history_tells_what_happened_in_order(desk: Desk) -> None:
    filing = reviewed(desk)
    desk.approve(filing)

    with desk.database.look() as session:
        lines = history(session, session.get_one(Filing, filing))

    acts = [line.act for line in lines if isinstance(line, Event)]
    assert acts == ["entry.queue", "entry.settle", "entry.finish", "entry.approve"]
    by_people = [
        (line.field_name, line.actor)
        for line in lines
        if isinstance(line, Version) and line.author_kind == "person"
    ]
    assert by_people == [(NAME, "rei")]


@pytest.mark.parametrize(
    ("states", "state"),
    [
        (["approved", "in_review"], "in_review"),
        (["ready", "approved"], "ready"),
        (["read", "ready"], "read"),
        (["returned", "approved"], "partly_returned"),
        (["returned", "in_review"], "in_review"),
        (["returned", "returned"], "returned"),
        (["withdrawn", "approved"], "approved"),
        (["superseded", "approved"], "approved"),
        ([], "read"),
    ],
)
def test_a_filing_is_as_far_as_its_last_entry(states: list[str], state: str) -> None:
    assert filing_state(Entry(state=word) for word in states) == state
