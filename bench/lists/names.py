"""Builds the list of names: `python -m bench.lists.names --dictionary DIR`.

DIR holds `Noun.name.csv` and the copyright of the Debian package mecab-ipadic:

    apt-get download mecab-ipadic && dpkg -x mecab-ipadic_*.deb DIR

What is written to `ocr/words/names.txt` is one line a reading: the reading, then the
writings, those that its makers met often marked with `*`.
"""

import argparse
import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

TARGET = Path(__file__).parents[2] / "ocr/words/names.txt"
KINDS = {"姓": "family", "名": "given"}
# Costs of words never met in the makers' texts begin here, by kind.
_UNMET_COST = {"姓": 7000, "名": 8000}
_KANA = re.compile("[ァ-ヶー]+")
_NAME = re.compile("[々ぁ-ゖァ-ヶー一-鿿]+")
_NOTICE_BEGINS = "Copyright 2000"

Readings = Mapping[str, Mapping[str, bool]]


def main() -> None:
    """Write the list, its makers' notice before it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--dictionary", type=Path, required=True)
    folder = parser.parse_args().dictionary
    table = next(folder.rglob("Noun.name.csv")).read_text(encoding="euc-jp")
    notice = next(folder.rglob("copyright")).read_text(encoding="utf-8")
    lines = [*_header(notice)]
    for kind, title in KINDS.items():
        lines += [f"[{title}]", *_lines(_readings(table, kind))]
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines)} lines in {TARGET}")


def _header(notice: str) -> Iterator[str]:
    yield "# Family and given names with their readings, from the IPA dictionary of"
    yield "# Debian's package mecab-ipadic; written by bench/lists/names.py."
    for line in notice[notice.index(_NOTICE_BEGINS) :].splitlines():
        if not line.startswith(" ") and _NOTICE_BEGINS not in line:
            break
        yield f"# {line.strip().removeprefix('.')}".rstrip()


def _readings(table: str, kind: str) -> Readings:
    """The writings of each reading, and whether they are common."""
    found: dict[str, dict[str, bool]] = defaultdict(dict)
    for row in csv.reader(table.splitlines()):
        name, cost, of_kind, reading = row[0], int(row[3]), row[7], row[11]
        if of_kind == kind and _NAME.fullmatch(name) and _KANA.fullmatch(reading):
            common = cost < _UNMET_COST[kind] or found[reading].get(name, False)
            found[reading][name] = common
    return found


def _lines(readings: Readings) -> Iterator[str]:
    for reading, names in sorted(readings.items()):
        marked = (name + "*" * common for name, common in sorted(names.items()))
        yield f"{reading} {' '.join(marked)}"


if __name__ == "__main__":
    main()
