"""Boxes of paper from the command line, by people who log in."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kamizero.cli import boxes
from kamizero.errors import ConflictError, ForbiddenError, WrongCallError
from kamizero.model import Role
from storage import people
from tests.archive import NOW, Archive, archive
from tests.boxes import boxed, let_image_count

PASSWORD = "correct horse battery"
RIKA, RYO = ("--as", "rika"), ("--as", "ryo")


@pytest.fixture
def kept(
    tmp_path: Path, new_installation: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Archive]:
    """An installation with two people and one box that waited long enough."""
    folder = tmp_path / "data"
    shutil.copytree(new_installation, folder)
    monkeypatch.setenv("KAMIZERO_DATA_DIR", str(folder))
    opened = archive(folder, f"sqlite:///{folder / 'kamizero.db'}")
    with opened.database.begin() as session:
        for name in ("rika", "ryo"):
            people.add_person(
                session,
                name=name,
                role=Role.RECORDS_MANAGER,
                password=PASSWORD,
                now=NOW,
            )
    boxed(opened)
    yield opened
    opened.database.close()


def _done(*words: str) -> str:
    result = CliRunner().invoke(
        boxes.app, list(words), input=f"{PASSWORD}\n", standalone_mode=False
    )
    if result.exception is not None:
        raise result.exception
    return str(result.stdout)


def test_a_box_goes_by_two_people(kept: Archive, tmp_path: Path) -> None:
    shown = json.loads(_done("show", "1"))
    with pytest.raises(ConflictError, match="legal original"):
        _done("propose", "1", "--reason", "満了", *RIKA)
    let_image_count(kept)
    said = [_done("check", "1", "--unlike", "0", *RIKA)]
    said.append(_done("propose", "1", "--reason", "満了", *RIKA))
    with pytest.raises(ForbiddenError, match="Another person"):
        _done("approve", "1", *RIKA)
    _done("approve", "1", *RYO)
    pdf = tmp_path / "list.pdf"
    _done("print", "1", "--out", str(pdf), *RIKA)

    said.append(_done("destroy", "1", "--way", "裁断", *RIKA))

    assert {one["why"] for one in shown["keeps"]} == {"unchecked", "paper_counts"}
    assert said[:2] == ["1 sheets looked at, 0 unlike.\n", "Proposal 1: 1 pages.\n"]
    assert "certificate" in said[2]
    assert pdf.read_bytes().startswith(b"%PDF")
    assert json.loads(_done("list", "--json"))["boxes"][0]["state"] == "destroyed"


def test_a_sheet_goes_out_and_the_box_elsewhere(kept: Archive) -> None:
    del kept
    with pytest.raises(WrongCallError):
        _done("sheet", "1", "--act", "moved", "--reason", "誤り")
    _done("sheet", "1", "--act", "out", "--reason", "返却")
    _done("move", "1", "--to", "倉庫")

    (line,) = json.loads(_done("list", "--json"))["boxes"]
    assert (line["pages"], line["place"]) == (0, "倉庫")
    assert "A-1" in _done("list")
