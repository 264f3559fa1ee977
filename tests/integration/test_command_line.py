"""Wrong calls and papers that cannot be read: one clear message, one exit code."""

import json
import os
import shutil
from pathlib import Path

import pytest
from sqlalchemy import select

from kamizero.cli import main
from storage import site_rights
from storage.database import Database, embedded_url
from storage.store_keys import known
from storage.tables import ApiToken, Person
from tests.installation import SAMPLES, Installation

EMPTY = SAMPLES / "scans" / "bad" / "empty.tif"


@pytest.mark.parametrize(
    "call",
    [
        ("nonsense",),
        ("read", "--nonsense"),
        ("read", "nowhere.tif"),
        ("read", str(EMPTY), "--form", "9999"),
        ("ingest", str(EMPTY), "--received", "2026-02-30"),
        ("ingest", str(EMPTY), "--sheets", "0"),
        ("ingest", os.devnull),
        ("forms", "show", "2200@1999-01"),
        ("forms", "check", "nowhere.yaml"),
        ("forms", "check", str(SAMPLES / "scans" / "bad" / "cut-off.jpg")),
        ("records", "load", "offices", "nowhere.csv"),
        ("records", "load", "nonsense", "nowhere.csv"),
        ("user", "add", "taro", "--role", "king"),
        ("token", "create", "robot", "--scope", "everything"),
        ("token", "create", "robot", "--days", "99999999"),
        ("token", "create", "robot", "--site", "NARA"),
    ],
    ids=" ".join,
)
def test_a_wrong_call_is_told_so(
    call: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("KAMIZERO_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr("sys.argv", ["kamizero", *call])

    with pytest.raises(SystemExit) as left:
        main()

    said = capsys.readouterr()
    assert (left.value.code, said.out) == (2, "")
    assert 0 < len(said.err.splitlines()) < 10


@pytest.mark.parametrize(
    "call",
    [
        ("box", "show", "999"),
        ("calendar", "close", "2026-12-28", "--site", "nowhere"),
        ("calendar", "forget", "2026-12-28"),
        ("disclose", "00000000-0001", "1", "--out", "copy"),
        ("keys", "forget", "nothing"),
        ("paper", "put", "999", "--box", "A-1", "--place", "here"),
    ],
    ids=" ".join,
)
def test_a_number_that_nobody_knows_is_a_wrong_call(
    call: list[str],
    tmp_path: Path,
    new_installation: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shutil.copytree(new_installation, tmp_path / "data")
    monkeypatch.setenv("KAMIZERO_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr("sys.argv", ["kamizero", *call])

    with pytest.raises(SystemExit) as left:
        main()

    said = capsys.readouterr().err
    assert left.value.code == 2
    assert said.startswith("kamizero: "), said


def test_an_original_that_is_lost_is_no_wrong_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def lost() -> None:
        known("originals/00/" + "0" * 3)

    monkeypatch.setattr("kamizero.cli.app", lost)

    with pytest.raises(SystemExit) as left:
        main()

    assert left.value.code == 1


def test_a_setting_that_cannot_be_is_named(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAMIZERO_WORKERS", "many")

    done = installation.run("doctor")

    assert done.returncode == 1
    assert "KAMIZERO_WORKERS" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_picture_that_cannot_be_written_says_where(
    installation: Installation, tmp_path: Path
) -> None:
    values = tmp_path / "values.json"
    values.write_text("{}")

    for out, code in (("form.xyz", 2), ("nowhere/form.png", 1)):
        done = installation.run(
            "forms", "fill", "2200", "--values", str(values), "--out", out
        )

        assert (done.returncode, out in done.stderr) == (code, True)
        assert "Traceback" not in done.stderr


def test_every_file_of_a_folder_gives_a_line_whatever_its_name(
    installation: Installation, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("新規\n改行😀.txt".encode(), b"\x93\xfa\x96\x7b.txt", b"-[red].txt"):
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_bytes(b"x")
    (folder / "link.tif").symlink_to("nowhere.tif")

    read = installation.run("read", str(folder), "--json")
    lines = [json.loads(line) for line in read.stdout.splitlines()]

    assert read.returncode == 3
    assert {line["source"].removeprefix(f"{folder}/") for line in lines} == {
        "新規\n改行😀.txt",
        r"\x93\xfa\x96{.txt",
        "-[red].txt",
        "link.tif",
    }
    assert [line["error"]["code"] for line in lines].count("unreadable") == 1


def test_a_file_whose_name_is_no_text_is_taken_in(
    installation: Installation, tmp_path: Path
) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\x93\xfa\x96\x7b.txt"))
    path.write_bytes(b"x")

    job = installation.answer("ingest", str(path), "--json")

    assert job["refused"][0]["source"] == str(tmp_path / r"\x93\xfa\x96{.txt")


def test_nothing_is_taken_in_where_one_file_cannot_be_read(
    installation: Installation, tmp_path: Path
) -> None:
    gone = tmp_path / "gone.tif"
    gone.symlink_to("nowhere.tif")

    done = installation.run("ingest", str(EMPTY), str(tmp_path), "--json")

    assert (done.returncode, done.stdout) == (2, "")
    assert str(gone) in done.stderr
    assert installation.rows("SELECT count(*) FROM job") == [(0,)]


def test_people_and_keys_are_kept_to_the_sites_they_are_made_for(
    installation: Installation,
) -> None:
    of_site = ("--site", "HQ")
    installation.run(
        "user", "add", "rei", "--role", "reviewer", *of_site, "--password-stdin",
        stdin="correct horse battery\n",
    )  # fmt: skip
    installation.run("token", "create", "robot", *of_site)

    with Database(embedded_url(installation.folder)).look() as session:
        owners = [*session.scalars(select(Person)), *session.scalars(select(ApiToken))]
        seen = [site_rights.sites_of(session, owner) for owner in owners]

    assert seen == [frozenset({"HQ"})] * 2
