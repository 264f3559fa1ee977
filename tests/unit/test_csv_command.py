"""`kamizero csv check` prints like a compiler and ends with what it found."""

import json
from pathlib import Path

import pytest

from kamizero.cli import main
from validation.csv.sample import row, sample_table


def called(*words: str) -> int:
    """The exit code of `kamizero csv check` with these words."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["kamizero", "csv", "check", *words])
        with pytest.raises(SystemExit) as left:
            main()
    return int(left.value.code or 0)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KAMIZERO_LANGUAGE", "en")
    path = tmp_path / "SHFD0006.CSV"
    path.write_bytes(sample_table())
    return path


def test_a_table_without_fault_prints_nothing(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = called(str(file), "--on", "2021-04-01")

    assert code == 0
    assert capsys.readouterr().out == ""


def test_each_problem_is_a_line_with_file_line_and_item(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_bytes(row("2200700", {8: "髙橋　花"})(sample_table()))

    code = called(str(file))

    (line,) = capsys.readouterr().out.splitlines()
    assert code == 1
    assert line.startswith(
        f"{file}:6:8: error[csv.character]: Item 8 (Name): 髙 (U+9AD9)"
    )


def test_a_file_of_which_nothing_can_be_taken_ends_with_three(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_bytes(sample_table()[:-8])

    code = called(str(file), "--json")

    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert code == 3
    assert {"file", "line", "item", "name", "severity", "rule", "message"} == set(
        found[0]
    )
    assert "csv.cut_off" in {one["rule"] for one in found}


def test_warnings_alone_end_well(file: Path) -> None:
    file.write_bytes(sample_table().replace(b"\r\n", b"\n"))

    assert called(str(file)) == 0


@pytest.mark.parametrize("call", [["nowhere.csv"], ["FILE", "--on", "2021-02-30"]])
def test_a_wrong_call_ends_with_two(call: list[str], file: Path) -> None:
    words = [str(file) if word == "FILE" else word for word in call]

    assert called(*words) == 2
