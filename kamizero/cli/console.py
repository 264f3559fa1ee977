"""What every command shares: exit codes, JSON on stdout, people's text on stderr."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum
from typing import Any, TypeVar

from rich.console import Console

# Progress, tables and logs go here, so that stdout is only ever the answer.
# A pipe has no width: tables are given room for paths.
people = Console(stderr=True, width=None if sys.stderr.isatty() else 110)

_Row = TypeVar("_Row", bound=Mapping[str, Any])


class Exit(IntEnum):
    OK = 0
    FAILED = 1
    WRONG_CALL = 2
    REFUSED = 3


def answer(value: Mapping[str, Any]) -> None:
    """Write one JSON object as one line on stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def say(what: str, code: Exit) -> Exit:
    """Tell a person what went wrong; return the exit code."""
    # One line however long it is: programs that look for a word in it must find it.
    people.print(
        f"kamizero: {what}", style="red", markup=False, highlight=False, soft_wrap=True
    )
    return code


def listed(
    name: str,
    rows: Sequence[_Row],
    line_of: Callable[[_Row], str] | None = None,
    *,
    as_json: bool,
    none: str,
) -> None:
    """Write a list on stdout: the JSON object `{name: rows}`, or a line a row.

    Args:
        line_of: the line of a row; without it the row's values beside each other.
        none: what people are told, on stderr, where there is no row.
    """
    if as_json:
        answer({name: rows})
        return
    if not rows:
        people.print(none, markup=False, highlight=False)
    for row in rows:
        line = line_of(row) if line_of else "  ".join(str(row[key]) for key in row)
        sys.stdout.write(line + "\n")
