"""Every page directory of a TIFF, its values and its strips must lie in the file."""

import struct
from collections.abc import Sequence

import pytest

from ingest.opening import open_original
from ingest.page_image import Limits
from ingest.tiff import count_pages
from kamizero.errors import RefusedError
from tests.scanner import all_pages, same_pages, tiff

SHORT, LONG, RATIONAL, FLOAT = 3, 4, 5, 11
STRIP_OFFSETS, STRIP_COUNTS = 273, 279

Entry = tuple[int, int, int, int]


def _file(*directories: Sequence[Entry], order: str = "<", tail: bytes = b"") -> bytes:
    """A TIFF of nothing but these directories (tag, type, count, value), in a row."""
    data = {"<": b"II*\0", ">": b"MM\0*"}[order] + struct.pack(order + "I", 8)
    for number, entries in enumerate(directories, start=1):
        end = len(data) + 2 + 12 * len(entries) + 4
        data += struct.pack(order + "H", len(entries))
        data += b"".join(struct.pack(order + "HHII", *entry) for entry in entries)
        data += struct.pack(order + "I", 0 if number == len(directories) else end)
    return data + tail


def _code(data: bytes, *, most: int = 10) -> str:
    with pytest.raises(RefusedError) as caught:
        count_pages(data, most=most)
    return caught.value.refusal_code


@pytest.mark.parametrize("order", ["<", ">"])
def test_every_directory_is_a_page_in_both_byte_orders(order: str) -> None:
    assert count_pages(_file((), (), (), order=order), most=10) == 3


def test_directories_that_run_in_a_circle_are_refused() -> None:
    data = bytearray(_file((), ()))
    # The last directory's next is the first again.
    data[-4:] = struct.pack("<I", 8)

    assert _code(bytes(data)) == "damaged"


def test_the_last_directory_may_not_be_cut_off() -> None:
    data = _file((), [(256, SHORT, 1, 100)])

    for missing in range(1, 15):
        assert _code(data[:-missing]) == "damaged"


def test_a_strip_past_the_end_is_refused() -> None:
    entries = [(STRIP_OFFSETS, LONG, 1, 8), (STRIP_COUNTS, LONG, 1, 100)]

    assert _code(_file(entries)) == "damaged"
    assert count_pages(_file(entries, tail=bytes(100)), most=10) == 1


def test_a_list_of_strips_past_the_end_is_refused() -> None:
    entries = [(STRIP_OFFSETS, LONG, 100, 8), (STRIP_COUNTS, LONG, 100, 8)]

    assert _code(_file(entries)) == "damaged"


def test_strips_counted_in_no_number_are_refused() -> None:
    entries = [(STRIP_OFFSETS, FLOAT, 1, 8), (STRIP_COUNTS, FLOAT, 1, 8)]

    assert _code(_file(entries)) == "damaged"


def test_a_value_past_the_end_is_refused() -> None:
    entries = [(282, RATIONAL, 1, 20)]

    assert _code(_file(entries)) == "damaged"
    assert count_pages(_file(entries, tail=bytes(8)), most=10) == 1


def test_more_pages_than_taken_are_refused_at_the_first_beyond() -> None:
    data = _file(*[()] * 4)

    assert _code(data, most=3) == "too_many_pages"
    assert count_pages(data, most=4) == 4


def test_pages_come_in_the_order_of_the_file() -> None:
    several = all_pages(tiff("group4", "1", count=3))
    fewer = all_pages(tiff("group4", "1", count=2))

    assert same_pages(several[:2], fewer)
    assert not same_pages(several[1:2], several[2:])
    assert [page.depth for page in several] == [1, 1, 1]


def test_a_page_can_be_asked_for_after_a_later_one() -> None:
    data = tiff("tiff_lzw", "L", count=3)
    opened = open_original(data, limits=Limits())

    backwards = [opened.page(number) for number in (3, 2, 1)]

    assert same_pages(backwards[::-1], all_pages(data))
