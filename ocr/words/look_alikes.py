"""Names that look like another name where strokes run together or are lost.

The list holds kanji that are nearly the same once they are drawn as coarsely as poor
scans show them (`bench/training/look_alikes.py`).
"""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("look_alikes.txt")


@cache
def look_alikes() -> Mapping[str, str]:
    """Each kanji with those that look like it."""
    lines = FILE.read_text(encoding="utf-8").splitlines()
    return dict(line.split() for line in lines)


def like(name: str) -> Iterator[str]:
    """The names that differ from this one by a kanji that looks like its own."""
    for at, char in enumerate(name):
        for other in look_alikes().get(char, ""):
            yield name[:at] + other + name[at + 1 :]
