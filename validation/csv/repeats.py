"""Which rows of a table may name one person twice: they share a number or a name."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from forms.csv.layout import Layout
from forms.csv.table import TableLine, office_of_row
from forms.csv.values import texts_of
from forms.grammar import folded_kana

_NUMBERS = ("serial_number", "my_number", "pension_number")
Key = tuple[object, ...]


def pairs(
    layout: Layout, rows: Sequence[TableLine]
) -> Iterator[tuple[TableLine, TableLine]]:
    """Rows of one layout and office that share what tells a person, each pair once.

    Whether it is one person the rules say; this keeps them from comparing all rows
    with all others.
    """
    sharing: dict[Key, list[TableLine]] = defaultdict(list)
    for row in rows:
        if row.items[0] == layout.code and len(row.items) == len(layout.items):
            for key in _keys(layout, row):
                sharing[key].append(row)
    found = {pair for alike in sharing.values() for pair in pairwise(alike)}
    yield from sorted(found, key=lambda pair: (pair[1].number, pair[0].number))


def _keys(layout: Layout, row: TableLine) -> Iterator[Key]:
    texts = texts_of(layout, row.items)
    office = office_of_row(row.items)
    for name in _NUMBERS:
        if texts.get(name):
            yield office, name, texts[name].lstrip("0")
    if texts.get("name_kana") and texts.get("birth_date"):
        name = folded_kana(texts["name_kana"])
        yield office, name, texts["birth_date"]
