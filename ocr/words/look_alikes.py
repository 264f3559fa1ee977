"""Names that look like another name where strokes run together or are lost.

The list holds kanji that are nearly the same once they are drawn as coarsely as poor
scans show them (`bench/training/look_alikes.py`). Beside it stand the kanji that are
told apart by a stroke or a part alone, which a typeface draws too differently for that:
本 hastily written is 太. What differs by a whole radical (義, 儀) is in neither: it is
lost with its room, and the name is then no longer listed.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("look_alikes.txt")
_GROUPS = Path(__file__).with_name("one_stroke.txt")


@cache
def look_alikes() -> Mapping[str, str]:
    """Each kanji with those that look like it."""
    found = dict(line.split() for line in FILE.read_text(encoding="utf-8").splitlines())
    for group in _GROUPS.read_text(encoding="utf-8").split():
        for char in group:
            others = found.get(char, "") + group.replace(char, "")
            found[char] = "".join(dict.fromkeys(others))
    return found


def like(name: str) -> Iterator[str]:
    """The names that differ from this one by a kanji that looks like its own."""
    for at, char in enumerate(name):
        for other in look_alikes().get(char, ""):
            yield name[:at] + other + name[at + 1 :]
