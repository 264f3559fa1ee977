"""The summary (総括票) as a file: what a medium declares, for offices that type it up.

```
総括票
到達番号,20201201000000012345
事業所,2
2200700,12
2201700,3
```
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from kamizero.errors import RefusedError
from storage.tables import Medium

TITLE = "総括票"
_NUMBERS = {"媒体番号": Medium.DISC, "到達番号": Medium.E_FILING}
_OFFICES = "事業所"
_SUFFIXES = (".csv", ".txt")


@dataclass(frozen=True, slots=True)
class Summary:
    """What a medium declares: `records` by form code; None where it does not say."""

    medium: Medium | None
    number: str
    offices: int | None
    records: Mapping[str, int]


def is_named_summary(source: str) -> bool:
    """Whether a file, of any kind, is called a summary."""
    stem = PurePosixPath(source.replace("\\", "/")).stem.lower()
    return TITLE in stem or stem.startswith(("soukatsu", "sokatsu"))


def seems_summary(source: str, data: bytes) -> bool:
    """Whether this is a text that is called a summary, or begins like one."""
    path = PurePosixPath(source.replace("\\", "/"))
    if path.suffix.lower() not in _SUFFIXES:
        return False
    starts = tuple(TITLE.encode(code) for code in ("utf-8-sig", "utf-8", "cp932"))
    return is_named_summary(source) or data.startswith(starts)


def read_summary(data: bytes) -> Summary:
    """Read it. Raises RefusedError (`summary_damaged`) with the line that is wrong."""
    lines = [line.strip() for line in _text(data).splitlines()]
    if not lines or lines[0].rstrip(",") != TITLE:
        raise _damaged(1, f"is not {TITLE}")
    medium, number = None, ""
    offices = None
    records: dict[str, int] = {}
    for place, line in enumerate(lines[1:], start=2):
        name, _, value = (part.strip() for part in line.partition(","))
        if name in _NUMBERS and re.fullmatch(r"[0-9A-Za-z-]{1,32}", value):
            medium, number = _NUMBERS[name], value
        elif name == _OFFICES and re.fullmatch(r"\d{1,3}", value):
            offices = int(value)
        elif re.fullmatch(r"\d{7,8}", name) and re.fullmatch(r"\d{1,6}", value):
            records[name] = records.get(name, 0) + int(value)
        elif line:
            raise _damaged(place, "is no number, no count of offices and of no form")
    if not records:
        raise _damaged(len(lines), "is the last, and no form is counted")
    return Summary(medium, number, offices, records)


def _text(data: bytes) -> str:
    for code in ("utf-8-sig", "cp932"):
        try:
            return data.decode(code)
        except UnicodeDecodeError:
            continue
    raise _damaged(1, "is neither UTF-8 nor Shift_JIS")


def _damaged(line: int, what: str) -> RefusedError:
    return RefusedError(
        "summary_damaged",
        f"Line {line} of the summary {what}. Correct the file and send it again, or "
        "type the counts in at the desk.",
    )
