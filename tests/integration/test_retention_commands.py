"""Record files, holds and destruction from the command line, by people who log in."""

import csv
import json
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kamizero.cli import holds, retention
from kamizero.errors import ConflictError, ForbiddenError, WrongCallError
from kamizero.model import Role
from storage import people
from storage.lockout import WrongLoginError
from tests.archive import NOW, Archive, archive

PASSWORD = "correct horse battery"
PEOPLE = (
    ("rika", Role.RECORDS_MANAGER),
    ("ryo", Role.RECORDS_MANAGER),
    ("ann", Role.APPROVER),
    ("rei", Role.REVIEWER),
)
RIKA, RYO = ("--as", "rika"), ("--as", "ryo")


@pytest.fixture
def kept(
    tmp_path: Path, new_installation: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Archive]:
    """An installation with two people and one file whose time is over."""
    folder = tmp_path / "data"
    shutil.copytree(new_installation, folder)
    monkeypatch.setenv("KAMIZERO_DATA_DIR", str(folder))
    opened = archive(folder, f"sqlite:///{folder / 'kamizero.db'}")
    with opened.database.begin() as session:
        for name, role in PEOPLE:
            people.add_person(session, name=name, role=role, password=PASSWORD, now=NOW)
    opened.approve(
        opened.receive(
            received_on=date(2019, 5, 7), until=datetime(2019, 9, 4, tzinfo=UTC)
        )
    )
    assert json.loads(_said(retention, "run").stdout)["filed"] == 1
    yield opened
    opened.database.close()


def _said(commands: object, *words: str, password: str = PASSWORD) -> Result:
    app = commands.app  # type: ignore[attr-defined]
    return CliRunner().invoke(
        app, list(words), input=f"{password}\n", standalone_mode=False
    )


def _done(commands: object, *words: str) -> str:
    result = _said(commands, *words)
    if result.exception is not None:
        raise result.exception
    return str(result.stdout)


def test_a_file_goes_by_two_people_and_the_register_says_so(kept: Archive) -> None:
    before = json.loads(_done(retention, "check", "--json"))
    _done(retention, "propose", "--file", "1", "--reason", "満了", *RIKA)
    with pytest.raises(ForbiddenError, match="Another person"):
        _done(retention, "approve", "1", *RIKA)
    _done(retention, "approve", "1", *RYO)

    said = _done(retention, "destroy", "1", *RIKA)

    listed = json.loads(_done(retention, "list", "--json"))["proposals"]
    register = list(csv.reader(StringIO(_done(retention, "register"))))
    after = json.loads(_done(retention, "check", "--json"))
    assert before["numbers"] == []
    assert [one["name"] for one in before["over"]] == [
        "被保険者の記録に係る届書（平成31年度）"
    ]
    assert "1 originals are destroyed" in said
    assert (listed[0]["state"], listed[0]["approved_by"]) == ("destroyed", "ryo")
    assert register[1][2] == "被保険者の記録に係る届書（平成31年度）"
    assert register[1][11] == "廃棄済"
    assert (after["over"], after["unfiled"]) == ([], 0)
    del kept


def test_what_is_over_and_not_destroyed_is_a_failure(kept: Archive) -> None:
    del kept

    assert _said(retention, "check").return_value == 1


def test_a_hold_is_set_listed_and_lifted(kept: Archive) -> None:
    words = ("--kind", "audit", "--reason", "会計検査", "--file", "1")
    _done(holds, "set", *words, *RIKA)
    listed = json.loads(_done(holds, "list", "--json"))["holds"]
    with pytest.raises(ConflictError, match="hold"):
        _done(retention, "propose", "--file", "1", "--reason", "満了", *RIKA)

    _done(holds, "lift", "1", "--why", "終了", *RYO)

    assert [(one["kind"], one["file"]) for one in listed] == [("audit", 1)]
    assert json.loads(_done(holds, "list", "--json"))["holds"] == []
    del kept


def test_the_medium_that_counts_is_said_with_its_ground(kept: Archive) -> None:
    said = _done(
        retention, "designate", "1", "--medium", "image", "--ground", "文書第1号", *RIKA
    )

    register = list(csv.reader(StringIO(_done(retention, "register"))))
    assert said == "1 originals: image.\n"
    assert register[1][8] == "画像"
    del kept


@pytest.mark.parametrize("name", ["rei", "ann"])
def test_only_a_records_manager_proposes(kept: Archive, name: str) -> None:
    del kept

    with pytest.raises(ForbiddenError):
        _done(retention, "propose", "--file", "1", "--reason", "満了", "--as", name)


def test_a_wrong_password_does_nothing(kept: Archive) -> None:
    del kept

    done = _said(
        retention, "propose", "--file", "1", "--reason", "満了", *RIKA, password="no"
    )

    assert isinstance(done.exception, WrongLoginError)


def test_a_wrong_call_is_told(kept: Archive) -> None:
    del kept

    with pytest.raises(WrongCallError):
        _done(retention, "propose", "--reason", "満了", *RIKA)
    with pytest.raises(WrongCallError):
        _done(holds, "set", "--kind", "audit", "--reason", "x", *RIKA)
