"""Writing a table strictly: what no system could read back is refused."""

from collections.abc import Iterable, Iterator

from forms.csv.characters import code_point, encoded, outside_table
from forms.csv.reader import read_table
from forms.csv.table import DATA, KANRI, Table, Trouble
from kamizero.errors import UnwritableError

END = b"\r\n"


def write_table(table: Table) -> bytes:
    """The bytes of a table, of which reading it again gives the same.

    Raises:
        UnwritableError: an item holds what would part items or lines, a character
            the file cannot hold, or the table is not in order; line and item are named.
    """
    lines = list(_lines(table))
    for number, items in enumerate(lines, start=1):
        _demand_writable(number, items)
    data = b"".join(encoded(",".join(items)) + END for items in lines)
    for trouble in read_table(data).troubles:
        raise UnwritableError(_told(trouble), line=trouble.line, item=trouble.item)
    return data


def _lines(table: Table) -> Iterator[tuple[str, ...]]:
    yield table.head.items
    yield (KANRI,)
    yield table.count.items
    yield from _items(table.offices)
    yield (DATA,)
    yield from _items(table.rows)


def _items(lines: Iterable[tuple[int, tuple[str, ...]]]) -> Iterator[tuple[str, ...]]:
    for _, items in lines:
        yield items


def _demand_writable(number: int, items: tuple[str, ...]) -> None:
    for n, item in enumerate(items, start=1):
        wrong = next((char for char in item if char in ',"'), "")
        wrong = wrong or outside_table(item)[:1]
        if wrong:
            raise UnwritableError(
                f"Line {number}, item {n}: {code_point(wrong)} cannot stand in the "
                "table. Put another character in its place or leave the item blank.",
                line=number,
                item=n,
            )


def _told(trouble: Trouble) -> str:
    words = ", ".join(f"{name} {word}" for name, word in trouble.words.items())
    return (
        f"Line {trouble.line}, item {trouble.item}: {trouble.rule} "
        f"({words}). Mend what the table is made of and write it again."
    )
