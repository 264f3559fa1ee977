"""`kamizero forms new` and `diff`, as they are called."""

from pathlib import Path

import pytest

from forms.checking import check
from kamizero.cli.console import Exit
from kamizero.cli.forms import diff, fill, new
from kamizero.errors import WrongCallError


def test_a_new_revision_is_written_and_right(tmp_path: Path) -> None:
    file = tmp_path / "2200@2024-12.yaml"

    new("2200@2024-12", like="2200@2020-12", out=file)

    assert check(file.read_text("utf-8")) == []


@pytest.mark.parametrize("name", ["2200", "2200@2024-13"])
def test_a_new_form_is_named_with_its_revision(name: str, tmp_path: Path) -> None:
    file = tmp_path / "new.yaml"

    with pytest.raises(WrongCallError, match=name):
        new(name, like="2200", out=file)

    assert not file.exists()


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("mine", "utf-8")

    with pytest.raises(WrongCallError, match="name another file"):
        new("2200@2024-12", like="2200", out=file)

    assert file.read_text("utf-8") == "mine"


def test_forms_that_differ_end_as_a_difference_does(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert diff("2225", "2225") == Exit.OK
    assert capsys.readouterr().out == ""
    assert diff("2225", "2221") == Exit.FAILED
    assert "+ insured.1.raise_reason\n" in capsys.readouterr().out


def test_two_pages_do_not_fit_a_picture_of_one(tmp_path: Path) -> None:
    values = tmp_path / "values.json"
    values.write_text('{"insured.1.other1_sex": "1"}', "utf-8")

    with pytest.raises(WrongCallError, match="2 pages: write a TIFF"):
        fill("2202", values=values, out=tmp_path / "page.png")
