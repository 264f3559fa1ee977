"""One delivered value recalled: from the register of errors to the last who has it."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from delivery.events import subscriptions
from delivery.events.address import Gate
from delivery.events.sending import Sender
from delivery.recall_trail import as_json, trail_of
from kamizero.cli import recalls as commands
from kamizero.model import Role
from storage import audit
from storage.ledger.account import draw_up
from storage.tables import Filing
from tests.desk import LATER
from tests.office import Browser, Office
from tests.receivers import Receiver

NAME = "insured.1.name_kana"
RIGHT = "ヤマダ　ジロウ"
ERROR = {
    "site": "main",
    "kind": "input",
    "origin": "centre",
    "cause": "misread",
    "effect": "none",
    "found_by": "customer",
    "happened_on": "2020-12-01",
    "found_on": "2020-12-09",
    "what": "フリガナの読み誤り",
}
READS = ("deliveries:read", "deliveries:write", "filings:read")


def delivered(office: Office, robot: Any) -> int:
    """A filing whose record a program has taken."""
    filing = office.desk.receive()
    office.desk.route(filing)
    office.desk.approve(filing)
    take(robot)
    return filing


def take(robot: Any) -> dict[str, Any]:
    (found,) = robot.get("/api/v1/deliveries").json()["items"]
    has = {name: found[name] for name in ("version", "manifest_sha256")}
    answer = robot.post(
        f"/api/v1/deliveries/{found['id']}/taken",
        json=has,
        headers={"Idempotency-Key": str(found["id"])},
    )
    assert answer.status_code == 200, answer.text
    return dict(found)


def subscribe(office: Office) -> None:
    """A receiver that asks for approvals alone."""
    with office.desk.database.begin() as session:
        subscriptions.subscribe(
            session,
            office.desk.vault,
            Gate(),
            name="host",
            url="https://robots.example/in",
            types=("kamizero.entry.approve",),
            actor="ken",
            now=LATER,
        )


def send(office: Office, receiver: Receiver) -> list[str]:
    """Tell what happened; the types of what the receiver acknowledged by now."""
    desk = office.desk
    audit.seal(desk.database, desk.store, now=LATER)
    Sender(desk.database, desk.vault, receiver, lambda: office.now).send_all()
    return [json.loads(receiver.bodies[name])["type"] for name in receiver.taken]


def receipt_of(office: Office, filing: int) -> str:
    with office.desk.database.look() as session:
        return session.get_one(Filing, filing).receipt_number


def approve(ann: Browser, filing: int) -> Any:
    manifest = ann.get(f"/approvals/{filing}").text.split('name="manifest" value="')[1][
        :64
    ]
    return ann.submit(f"/approvals/{filing}/approve", manifest=manifest)


def test_the_trail_leads_from_the_register_to_the_last_acknowledgement(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    robot, receiver = office.robot(*READS), Receiver()
    subscribe(office)
    filing = delivered(office, robot)
    assert send(office, receiver) == ["kamizero.entry.approve"]
    rei, ann = office.person(), office.person("ann", Role.APPROVER)
    receipt = receipt_of(office, filing)

    rei.submit("/errors", **ERROR, receipt_number=receipt)
    form = rei.get("/errors/1/recall").text
    proposed = rei.submit(
        "/errors/1/recall",
        field=[NAME, "", ""],
        value=[RIGHT, "", ""],
        purpose=["as_written"] * 3,
    )
    own = approve(rei, filing)
    approved = approve(ann, filing)
    types = send(office, receiver)
    before = robot.get("/api/v1/recalls/1").json()
    taken = take(robot)
    after = robot.get("/api/v1/recalls/1").json()

    assert f'value="{NAME}"' in form
    assert proposed.headers["location"] == "/recalls/1?notice=recall_proposed"
    assert own.status_code == 403
    assert approved.status_code == 303
    assert types[-1] == "kamizero.entry.approve"
    assert "kamizero.entry.correct" in types
    assert [one["acknowledged"] for one in before["told"]] == [False, True]
    assert not before["acknowledged"]
    assert (taken["version"], taken["corrects"]) == (2, 1)
    assert after["acknowledged"]
    assert after["error"]["recorded_by"] == after["proposed_by"] == "rei"
    assert after["approved_by"] == "ann"
    assert after["fields"] == [NAME]
    assert robot.get("/api/v1/recalls").json()["items"] == [after]
    (entry,) = robot.get(f"/api/v1/filings/{filing}").json()["entries"]
    assert entry["fields"][NAME]["as_decided"] == RIGHT
    html = rei.get("/recalls/1").text
    assert 'data-testid="told-host"' in html
    assert 'href="/recalls/1"' in rei.get("/errors").text
    with office.desk.database.look() as session:
        ledger = draw_up(session, subscribers=["api"])
        said = as_json(trail_of(session, 1))
    assert all(law.holds for law in ledger.laws if law.name in ("deliveries", "events"))
    monkeypatch.setattr(commands, "open_storeroom", lambda _: office.desk)
    shown = CliRunner().invoke(commands.app, ["show", "1"])
    assert said == after
    assert "2 of 2 acknowledged" in shown.stdout
    assert "manifest " + after["manifest_sha256"] in shown.stdout


def test_whoever_only_looks_proposes_nothing(office: Office) -> None:
    filing = delivered(office, office.robot(*READS))
    rei, eve = office.person(), office.person("eve", Role.AUDITOR)
    rei.submit("/errors", **ERROR, receipt_number=receipt_of(office, filing))

    assert eve.get("/errors/1/recall").status_code == 403
    assert eve.get("/recalls/1").status_code == 404
