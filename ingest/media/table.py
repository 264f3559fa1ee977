"""Reads how much a media file (SHFD0006.CSV) holds: its offices, its records by form.

The bytes are kept as they came; what stands in the rows is not looked at here.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePosixPath

from kamizero.errors import RefusedError

NAME = "SHFD0006.CSV"
# The same table for a health insurance society, and for a pension fund.
_FOR_OTHERS = frozenset({"KPFD0006.CSV", "KNFD0006.CSV"})
# From this size on no table may be filed: it has to be split before.
TOO_MANY_BYTES = 4_500_000
# Items of a row by form code; a form that got new items is filed with either.
_ITEMS: Mapping[str, tuple[int, ...]] = {
    "2200700": (33, 34),
    "2201700": (27,),
    "2202700": (136, 139),
    "2221700": (49,),
    "2225700": (53,),
    "2265700": (21,),
}
FORM_CODES = tuple(_ITEMS)
_KANRI, _DATA = "[kanri]", "[data]"
# What a table that mixes forms, or holds any of them, is called as a whole.
_ANY_FORM = "22223"


@dataclass(frozen=True, slots=True)
class MediaTable:
    """What a media file says of itself, and what was counted in it.

    Attributes:
        serial: 媒体通番, 001 to 999.
        offices_said: offices by its own header; `offices` are those that stand there.
        records: form code -> rows.
    """

    serial: str
    made_on: date
    offices_said: int
    offices: int
    records: Mapping[str, int]


def seems_table(source: str, data: bytes) -> bool:
    """Whether its name or its second line says that it is a media file."""
    if _name(source) in {NAME, *_FOR_OTHERS}:
        return True
    return [line.strip() for line in data[:400].split(b"\n")[1:2]] == [_KANRI.encode()]


def read_table(source: str, data: bytes) -> MediaTable:
    """Count what a media file holds.

    Raises:
        RefusedError: `empty`, `media_not_ours`, `media_too_large`, `media_damaged` or
            `media_name`, with what the sender can do.
    """
    if not data:
        raise RefusedError("empty", "The file is empty. Copy or send it again.")
    if _name(source) in _FOR_OTHERS:
        raise RefusedError(
            "media_not_ours",
            "This table is for a health insurance society or a pension fund. Send it "
            f"there; here a table is named {NAME}.",
        )
    if len(data) >= TOO_MANY_BYTES:
        raise RefusedError(
            "media_too_large",
            f"The table has {len(data):,} bytes; it must stay below "
            f"{TOO_MANY_BYTES:,}. Let the submitter file it in parts.",
        )
    table = _counted(_lines(data))
    if _name(source) != NAME:
        raise RefusedError(
            "media_name",
            f"A media file is named {NAME}. Find out what this one is; if it is the "
            "one that was filed, name it so and take the folder in again.",
        )
    return table


def _name(source: str) -> str:
    return PurePosixPath(source.replace("\\", "/")).name.upper()


def _lines(data: bytes) -> Sequence[str]:
    try:
        text = data.decode("cp932")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _damaged(line, "is no Shift_JIS") from error
    # Only these end a line; some characters of names end one elsewhere.
    lines = text.replace("\r\n", "\n").split("\n")
    return lines[:-1] if lines[-1] in ("", "\x1a") else lines


def _counted(lines: Sequence[str]) -> MediaTable:
    if len(lines) < 3 or lines[1] != _KANRI:
        raise _damaged(2, f"is not {_KANRI}")
    serial, made_on = _head(lines[0].split(","))
    said = lines[2].split(",")
    if len(said) != 2 or re.fullmatch(r"\d{1,3}", said[1]) is None:
        raise _damaged(3, "does not say how many offices follow")
    if _DATA not in lines:
        raise _damaged(len(lines), f"is the last, and {_DATA} did not come")
    start = lines.index(_DATA)
    records = Counter(
        _form_code(number, line.split(","))
        for number, line in enumerate(lines[start + 1 :], start=start + 2)
    )
    if not records:
        raise _damaged(start + 1, "is the last: no record follows")
    return MediaTable(
        serial=serial,
        made_on=made_on,
        offices_said=int(said[1]),
        offices=start - 3,
        records=dict(sorted(records.items())),
    )


def _head(items: Sequence[str]) -> tuple[str, date]:
    """Serial and day; who made it comes before, in two items or in three."""
    if len(items) not in (5, 6) or items[-1] != _ANY_FORM:
        raise _damaged(1, f"is not the head of a media file ({_ANY_FORM})")
    serial, day = items[-3], items[-2]
    if re.fullmatch(r"\d{3}", serial) is None or serial == "000":
        raise _damaged(1, "has no serial number from 001 to 999")
    try:
        return serial, datetime.strptime(day, "%Y%m%d").date()  # noqa: DTZ007 - a day.
    except ValueError as error:
        raise _damaged(1, "names no day on which it was made") from error


def _form_code(number: int, items: Sequence[str]) -> str:
    code = items[0]
    if re.fullmatch(r"\d{7,8}", code) is None:
        raise _damaged(number, "does not begin with the code of a form")
    expected = _ITEMS.get(code)
    if expected is not None and len(items) not in expected:
        raise _damaged(
            number,
            f"has {len(items)} items, and {code} has {expected[-1]}",
        )
    return code


def _damaged(line: int, what: str) -> RefusedError:
    return RefusedError(
        "media_damaged",
        f"Line {line} of the table {what}. It is cut off or damaged: copy the folder "
        "again, or ask the submitter for it.",
    )
