"""What every command shares: exit codes, JSON on stdout, people's text on stderr."""

import json
import sys
from collections.abc import Mapping
from enum import IntEnum
from typing import Any

from rich.console import Console

# Progress, tables and logs go here, so that stdout is only ever the answer.
# A pipe has no width: tables are given room for paths.
people = Console(stderr=True, width=None if sys.stderr.isatty() else 110)


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
