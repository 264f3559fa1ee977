"""Lists on the command line: for programs, for people, and with nothing in them."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from kamizero.cli.console import listed

Row = Mapping[str, Any]

_ROWS: list[Row] = [{"code": "HQ", "name": "本部"}, {"code": "E1", "name": None}]


def test_a_program_gets_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    listed("sites", _ROWS, as_json=True, none="There is no site.")
    assert json.loads(capsys.readouterr().out) == {"sites": _ROWS}


@pytest.mark.parametrize(
    ("line_of", "said"),
    [
        pytest.param(None, "HQ  本部\nE1  None\n", id="values beside each other"),
        pytest.param(lambda row: f"<{row['code']}>", "<HQ>\n<E1>\n", id="its own line"),
    ],
)
def test_people_get_a_line_a_row(
    line_of: Callable[[Row], str] | None,
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    listed("sites", _ROWS, line_of, as_json=False, none="There is no site.")
    assert capsys.readouterr() == (said, "")


@pytest.mark.parametrize(
    ("as_json", "out", "err"),
    [
        pytest.param(False, "", "There is no site.\n", id="people"),
        pytest.param(True, '{"sites": []}\n', "", id="programs"),
    ],
)
def test_an_empty_list_is_no_silence(
    *, as_json: bool, out: str, err: str, capsys: pytest.CaptureFixture[str]
) -> None:
    listed("sites", [], as_json=as_json, none="There is no site.")
    assert capsys.readouterr() == (out, err)
