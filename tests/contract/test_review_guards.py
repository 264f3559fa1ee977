"""What the database itself refuses of judgements, lots and letters, on every one."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from delivery.outbox import put_out
from kamizero.model import Role
from review import lots
from storage.tables import (
    Approval,
    ApprovalLot,
    ContractorWork,
    Filing,
    Inspection,
    Judgement,
    ReturnNotice,
    Verdict,
)
from tests.desk import LATER, NOW, Desk
from tests.paper import take_route


def refused(desk: Desk, change: str, words: str) -> None:
    with pytest.raises(IntegrityError, match=words), desk.database.begin() as session:
        session.execute(text(change))


def test_no_entry_passes_with_an_open_point(desk: Desk) -> None:
    filing = desk.receive(doubtful=["insured.1.name_kana"])
    desk.route(filing)
    with desk.database.begin() as session:
        session.add(Judgement(entry_id=desk.entry_id(filing), point="identity"))

    refused(desk, "UPDATE entry SET state = 'ready'", "to be judged")


def test_a_lot_is_signed_as_it_was_drawn_or_not_at_all(desk: Desk) -> None:
    filing = desk.receive()
    desk.route(filing)
    with desk.database.begin() as session:
        lot = lots.draw(
            session,
            desk.vault,
            form="2200",
            filings=[filing],
            actor="ann",
            role=Role.APPROVER,
            now=NOW,
        ).id
    forged = (
        "UPDATE approval_lot SET state = 'approved', signature = '0', "
        "ended_at = opened_at"
    )
    refused(desk, forged, "once its sample")
    refused(desk, "UPDATE lot_member SET drawn = FALSE", "as it was drawn")
    seen = desk.seen_manifest(filing)

    with desk.database.begin() as session:
        row = session.get_one(ApprovalLot, lot)
        lots.judge(
            session,
            row,
            filing_id=filing,
            seen=seen,
            verdict=Verdict.RIGHT,
            reason="",
            others_reason="",
            actor="ann",
            role=Role.APPROVER,
            now=LATER,
        )
        lots.sign(
            session,
            desk.store,
            desk.vault,
            row,
            retain_until=LATER + timedelta(days=3650),
            deliver=partial(put_out, now=LATER),
            actor="ann",
            role=Role.APPROVER,
            now=LATER,
        )

    assert desk.states(filing) == ["approved"]
    refused(desk, "UPDATE approval_lot SET opened_by = 'bob'", "stays so")


def test_a_letter_takes_two_people_and_stays_once_it_is_sent(desk: Desk) -> None:
    filing = desk.receive()
    with desk.database.begin() as session:
        session.add(
            ReturnNotice(
                filing_id=filing,
                opened_at=NOW,
                addressee_kind="typed",
                sealed=b"sealed",
                key_id="k",
                content_digest="d",
                prepared_by="rei",
                prepared_at=NOW,
            )
        )
    check = "UPDATE return_notice SET checked_by = '{}', checked_digest = '{}'"
    send = (
        "UPDATE return_notice SET sent_on = '2020-12-10', sent_by = 'rei', "
        "way = 'post', due_on = '2020-12-24'"
    )

    refused(desk, check.format("rei", "d"), "another_person_checks")
    refused(desk, check.format("jun", "e"), "checked_is_what_stands")
    refused(desk, send, "sent_after_the_check")
    with desk.database.begin() as session:
        session.execute(text(check.format("jun", "d")))
        session.execute(text(send))
    refused(desk, "UPDATE return_notice SET way = 'window'", "stays as it was")


def test_work_of_a_contractor_is_checked_before_it_is_approved(desk: Desk) -> None:
    filing = desk.receive()
    desk.route(filing)
    with desk.database.begin() as session:
        lot = Inspection(
            contractor="ken",
            day=NOW.date(),
            form="2200",
            allowed=0,
            opened_by="rei",
            opened_at=NOW,
        )
        work = ContractorWork(filing_id=filing, person="ken", day=NOW.date())
        work.inspection, work.drawn = lot, True
        session.add(work)

    with pytest.raises(IntegrityError, match="checked before"):
        approve_past_the_page(desk, filing)
    ended = "UPDATE inspection SET ended_at = CURRENT_TIMESTAMP, state ="
    refused(desk, f"{ended} 'passed'", "sample was looked at")
    refused(desk, "UPDATE contractor_work SET drawn = FALSE", "as it was drawn")
    refused(desk, "DELETE FROM contractor_work", "as it was drawn")
    with desk.database.begin() as session:
        session.execute(text("UPDATE contractor_work SET verdict = 'wrong'"))
    refused(desk, f"{ended} 'passed'", "sample was looked at")
    with desk.database.begin() as session:
        session.execute(text("UPDATE contractor_work SET verdict = 'right'"))
        session.execute(text(f"{ended} 'passed'"))
    refused(desk, "UPDATE inspection SET state = 'open'", "over stays so")
    approve_past_the_page(desk, filing)


def approve_past_the_page(desk: Desk, filing: int) -> None:
    """Write an approval as somebody would who goes around the program."""
    with desk.database.begin() as session:
        session.add(
            Approval(
                filing_id=filing,
                round_id=take_route(
                    session,
                    session.get_one(Filing, filing),
                    by="ann",
                    manifest="b" * 64,
                ),
                manifest_sha256="b" * 64,
                store_key="manifests/bb/" + "b" * 64,
                store_version="1",
                by="ann",
                at=LATER,
                key_id="k",
                signature="s",
            )
        )
