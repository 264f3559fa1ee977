"""Names that look like another name where strokes run together or are lost.

The list holds kanji that are nearly the same once they are drawn as coarsely as poor
scans show them (`bench/training/look_alikes.py`). Beside it stand the kanji that are
told apart by a stroke or a part alone, which a typeface draws too differently for that:
本 hastily written is 太. What differs by a whole radical (義, 儀) is in neither: it is
lost with its room, and the name is then no longer listed.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("look_alikes.txt")
_GROUPS = Path(__file__).with_name("one_stroke.txt")


def like(name: str) -> Iterator[str]:
    """The names that differ from this one by a kanji that looks like its own."""
    return _with_one_of(name, _look_alikes())


def a_stroke_apart(name: str) -> Iterator[str]:
    """The names that differ from this one by a stroke or a part of a kanji."""
    return _with_one_of(name, _one_stroke())


def _with_one_of(name: str, alike: Mapping[str, str]) -> Iterator[str]:
    for at, char in enumerate(name):
        for other in alike.get(char, ""):
            yield name[:at] + other + name[at + 1 :]


@cache
def _look_alikes() -> Mapping[str, str]:
    return dict(line.split() for line in FILE.read_text(encoding="utf-8").splitlines())


@cache
def _one_stroke() -> Mapping[str, str]:
    found: dict[str, str] = defaultdict(str)
    for group in _GROUPS.read_text(encoding="utf-8").split():
        for char in group:
            found[char] += group.replace(char, "")
    return found
