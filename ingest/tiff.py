"""Walking a TIFF's page directories: they, their values and strips lie in the file.

Readers stop without a word at a directory that was cut off, so a count alone does
not prove that a file is whole. Source: TIFF revision 6.0, section 2.
"""

import struct
from collections.abc import Iterator

from ingest.refusals import cut_off
from kamizero.errors import RefusedError

# Strip (or tile) offsets are 16- or 32-bit numbers: type code -> letter, bytes.
NUMBER_TYPES = {3: ("H", 2), 4: ("I", 4)}
# Bytes of one value by type code, from BYTE to IFD; readers skip unknown types.
VALUE_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4}
VALUE_BYTES |= {12: 8, 13: 4}
OFFSETS, COUNTS = (273, 324), (279, 325)


def count_pages(data: bytes, *, most: int) -> int:
    """The number of page directories of a whole TIFF.

    Raises:
        RefusedError: `damaged` where a directory or strip reaches past the end,
            or the directories run in a circle; `too_many_pages` beyond `most`.
    """
    order = "<" if data[:2] == b"II" else ">"
    try:
        pages = 0
        for entries in _directories(data, order):
            _refuse_missing_values(data, order, entries)
            _refuse_missing_strips(data, order, entries)
            pages += 1
            if pages > most:
                raise RefusedError(
                    "too_many_pages",
                    f"The TIFF has more than {most:,} pages. Split it into several.",
                )
    except struct.error as error:
        raise cut_off("TIFF") from error
    return pages


def _directories(data: bytes, order: str) -> Iterator[dict[int, bytes]]:
    """Each page's entries: tag -> its 12 bytes."""
    seen = set()
    (offset,) = struct.unpack_from(order + "I", data, 4)
    while offset:
        if offset in seen:
            raise cut_off("TIFF")
        seen.add(offset)
        (count,) = struct.unpack_from(order + "H", data, offset)
        end = offset + 2 + 12 * count
        (following,) = struct.unpack_from(order + "I", data, end)
        entries = {}
        for start in range(offset + 2, end, 12):
            (tag,) = struct.unpack_from(order + "H", data, start)
            entries[tag] = data[start : start + 12]
        yield entries
        offset = following


def _refuse_missing_values(data: bytes, order: str, entries: dict[int, bytes]) -> None:
    for entry in entries.values():
        kind, count, where = struct.unpack_from(order + "HII", entry, 2)
        size = VALUE_BYTES.get(kind, 0) * count
        if size > 4 and where + size > len(data):
            raise cut_off("TIFF")


def _refuse_missing_strips(data: bytes, order: str, entries: dict[int, bytes]) -> None:
    for offsets_tag, counts_tag in zip(OFFSETS, COUNTS, strict=True):
        if offsets_tag not in entries or counts_tag not in entries:
            continue
        offsets = _numbers(data, order, entries[offsets_tag])
        counts = _numbers(data, order, entries[counts_tag])
        for offset, length in zip(offsets, counts, strict=False):
            if offset + length > len(data):
                raise cut_off("TIFF")


def _numbers(data: bytes, order: str, entry: bytes) -> tuple[int, ...]:
    kind, count = struct.unpack_from(order + "HI", entry, 2)
    if kind not in NUMBER_TYPES:
        raise cut_off("TIFF")
    letter, size = NUMBER_TYPES[kind]
    layout = f"{order}{count}{letter}"
    if size * count <= 4:
        return struct.unpack_from(layout, entry, 8)
    (where,) = struct.unpack_from(order + "I", entry, 8)
    return struct.unpack_from(layout, data, where)
