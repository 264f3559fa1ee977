"""Builds the counts of kanji: `python -m bench.lists.name_kanji --package DIR`.

DIR holds the wheel `namedivider-python`, unpacked, with `kanji.csv` and its licence:

    pip download --no-deps namedivider-python==0.4.2
    unzip namedivider_python-0.4.2-*.whl -d DIR

What is written to `ocr/words/name_kanji.txt` is one line a kanji: how often its makers
met it first, in the middle, last and alone in a family name, and so in a given name.
"""

import argparse
import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

TARGET = Path(__file__).parents[2] / "ocr/words/name_kanji.txt"
_COLUMNS = tuple(
    column.format(part)
    for part in ("family", "given")
    for column in ("oc_{}_first", "oc_{}_other", "oc_{}_last", "lc_{}_1")
)


def main() -> None:
    """Write the counts, their makers' notice before them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--package", type=Path, required=True)
    folder = parser.parse_args().package
    table = next(folder.rglob("kanji.csv")).read_text(encoding="utf-8")
    licence = next(folder.glob("namedivider_python-*/licenses/LICENSE"))
    lines = [*_header(licence.read_text(encoding="utf-8")), *counted(table)]
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines)} lines in {TARGET}")


def counted(table: str) -> Sequence[str]:
    """A line for each kanji of the table."""
    rows = csv.DictReader(table.splitlines())
    return [" ".join((row["kanji"], *(row[one] for one in _COLUMNS))) for row in rows]


def _header(licence: str) -> Iterator[str]:
    yield "# How often kanji stand in Japanese names, by place, from the Python package"
    yield "# namedivider-python 0.4.2; written by bench/lists/name_kanji.py."
    for line in licence.strip().splitlines():
        yield f"# {line.strip()}".rstrip()


if __name__ == "__main__":
    main()
