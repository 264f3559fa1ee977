"""`kamizero records load` on an installation of its own."""

import csv
import stat
from pathlib import Path

import pytest

from kamizero.cli import main
from storage.records.rows import COLUMNS

BRANCHES = """bank_code,branch_code,bank_name,branch_name
9900,018,ゆうちょ,〇一八
9900,18,ゆうちょ,〇一八
0001,001,みずほ,東京営業部
"""


def loads(*words: str) -> int:
    """The exit code of `kamizero records load` with these words."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["kamizero", "records", "load", *words])
        with pytest.raises(SystemExit) as left:
            main()
    return int(left.value.code or 0)


def test_bad_rows_lie_aside_until_they_are_mended_and_loaded(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("KAMIZERO_DATA_DIR", str(tmp_path / "data"))
    path, aside = tmp_path / "branches.csv", tmp_path / "branches.aside.csv"
    path.write_text(BRANCHES, "utf-8")

    first = loads("branches", str(path))
    said = capsys.readouterr()
    (row,) = csv.DictReader(aside.read_text("utf-8").splitlines())
    aside.write_text(aside.read_text("utf-8").replace(",18,", ",018,"), "utf-8")
    second = loads("branches", str(aside))

    assert (first, second) == (1, 0)
    assert "2 records loaded, 1 kept aside." in said.out
    assert "line 3: branch_code has not 3 digits" in said.err
    assert (row["line"], row["reason"]) == ("3", "branch_code has not 3 digits")
    assert stat.S_IMODE(aside.stat().st_mode) == 0o600
    assert "1 records loaded, 0 kept aside." in capsys.readouterr().out


def test_a_kind_that_no_package_carries_needs_a_file(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("KAMIZERO_DATA_DIR", str(tmp_path / "data"))

    assert loads("insured") == 2
    assert "name a file" in capsys.readouterr().err


@pytest.mark.parametrize("kind", COLUMNS)
def test_the_page_about_records_names_every_column(kind: str) -> None:
    page = Path(__file__).parents[2] / "docs" / "records.md"

    assert f"| `{kind}` | `{','.join(COLUMNS[kind])}` |" in page.read_text("utf-8")  # type: ignore[index]
