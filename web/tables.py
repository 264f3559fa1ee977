"""Numbers to take away: CSV that spreadsheet programs open as it is meant."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

from fastapi import Response

# What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_answer(
    name: str, head: Sequence[str], rows: Iterable[Sequence[object]]
) -> Response:
    """A table as a file to download."""
    return Response(
        content=csv_text(head, rows).encode("utf-8-sig"),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def csv_text(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The table as CSV, CRLF at the end of each line."""
    buffer = StringIO()
    writer = csv.writer(buffer)
    writer.writerow(head)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return buffer.getvalue()


def _cell(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
