"""The page of answers, the API beside it, and what a robot's refusal leads to."""

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kamizero.cli import answers as commands
from kamizero.model import Role
from storage.tables import Filing
from tests.answering import Host, keys
from tests.exporting import states as exported
from tests.office import Browser, Office
from tests.robots import Robot, approved, open_queue, robot_of, states

NAME = "insured.1.name_kanji"


@pytest.fixture
def robot(office: Office) -> Robot:
    open_queue(office)
    return robot_of(office)


@pytest.fixture
def refused(office: Office, robot: Robot) -> Browser:
    """A reviewer, and an entry that the robot's host refuses."""
    approved(office)
    (item,) = robot.lease()
    fields = ["insured.name_kanji", "insured.unknown"]
    failed = robot.act("fail", item, kind="business", code="E104", fields=fields)
    assert failed.status_code == 200, failed.text
    return office.person()


def manifest_on(ann: Browser, filing: int) -> str:
    page = ann.get(f"/approvals/{filing}").text
    return str(page).split('name="manifest" value="')[1][:64]


def test_what_a_robots_host_refuses_is_corrected_and_goes_to_robots_anew(
    office: Office, refused: Browser, robot: Robot
) -> None:
    page = refused.get("/answers").text
    form = refused.get("/refusals/1/correct").text
    proposed = refused.submit(
        "/refusals/1/correct",
        field=[NAME, "", ""],
        value=["山田 花子", "", ""],
        purpose=["as_written"] * 3,
    )
    ann = office.person("ann", Role.APPROVER)
    signed = ann.submit("/approvals/1/approve", manifest=manifest_on(ann, 1))
    trail = refused.get("/recalls/1").text
    (item,) = robot.lease()

    assert 'data-testid="refusal-1"' in page
    assert "E104" in page
    assert f'<option value="{NAME}" selected>' in form
    assert proposed.headers["location"] == "/recalls/1?notice=recall_proposed"
    assert signed.status_code == 303
    assert "E104" in trail
    assert (item["version"], item["corrects"]) == (2, None)
    assert item["fields"]["insured.name_kanji"] == "山田　花子"
    assert states(office) == ["rejected", "pending"]
    assert 'data-testid="no-refusal"' in refused.get("/answers").text


def test_who_only_looks_settles_no_answer(office: Office, refused: Browser) -> None:
    eve = office.person("eve", Role.AUDITOR)
    page = eve.get("/answers").text

    acts = [
        eve.submit("/refusals/1/close").status_code,
        eve.get("/refusals/1/correct").status_code,
        eve.submit("/answers/lines/1/done").status_code,
        eve.submit("/answers/lists/1/done").status_code,
    ]
    closed = refused.submit("/refusals/1/close")
    again = refused.submit("/refusals/1/close")

    assert 'data-testid="refusal-1"' in page
    assert 'data-testid="correct-1"' not in page
    assert acts == [403] * 4
    assert (closed.status_code, again.status_code) == (303, 409)


def test_lines_and_broken_lists_are_settled_on_the_page(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = Host(office.desk, tmp_path)
    approved(office)
    host.take()
    host.write("999,NG,E7,説明,")
    host.write("1", name="kekka-2.csv")
    host.hear()
    rei = office.person()
    reader = office.robot("deliveries:read")
    receipt = receipt_of(office)

    page = rei.get("/answers").text
    laid = rei.submit(
        "/answers/lines/1/entry", verdict="rejected", receipt_number=receipt, n="1"
    )
    done = rei.submit("/answers/lists/2/done")
    after = rei.get("/answers").text
    refusals = reader.get("/api/v1/refusals").json()
    lists = reader.get("/api/v1/answer-lists?limit=1").json()
    older = reader.get(f"/api/v1/answer-lists?before={lists['next']}").json()

    assert 'data-testid="line-1"' in page
    assert 'data-testid="list-done-2"' in page
    assert (laid.status_code, done.status_code) == (303, 303)
    assert 'data-testid="unmatched"' not in after
    assert 'data-testid="broken"' not in after
    (one,) = refusals["items"]
    assert (one["code"], one["receipt_number"]) == ("E7", receipt)
    assert "説明" not in str(refusals)
    (broken,) = lists["items"]
    assert (broken["broken"], broken["broken_line"]) == ("cells", 2)
    (read,) = older["items"]
    assert (read["lines"], read["counts"]["settled"]) == (1, 1)
    monkeypatch.setattr(commands, "open_storeroom", lambda _: office.desk)
    runner = CliRunner()
    assert "E7" in runner.invoke(commands.app, ["refused"]).stdout
    assert "broken (cells) at line 2" in runner.invoke(commands.app, ["list"]).stdout


def test_one_list_is_read_by_a_command_wherever_it_lies(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = Host(office.desk, tmp_path)
    approved(office)
    host.take()
    path = host.write(f"{keys(office.desk)[0]},OK,,,H-1")
    apart = path.rename(tmp_path / "by-mail.csv")
    os.utime(apart, (1, 1))
    monkeypatch.setattr(commands, "open_storeroom", lambda _: office.desk)

    ran = CliRunner().invoke(commands.app, ["read", "host", str(apart)])

    assert ran.exit_code == 0, ran.output
    assert apart.exists()
    assert exported(office.desk) == ["registered"]


def receipt_of(office: Office) -> str:
    with office.desk.database.look() as session:
        return session.get_one(Filing, 1).receipt_number
