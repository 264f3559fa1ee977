"""What keeps fields from being accepted: the table of `bench.read --doubts`."""

from collections import Counter
from collections.abc import Iterator, Sequence

from bench.measured import ORDINARY, Measured


def doubt_lines(fields: Sequence[Measured]) -> Iterator[str]:
    """A block for each quality and type, the most frequent doubt first.

    Counted are fields of what is written as forms ask for it, read rightly and not
    accepted, as shares of all that is written; a field may have several doubts, and
    `alone` counts those that one of them kept by itself.
    """
    ordinary = [one for one in fields if one.kind in ORDINARY]
    for quality, type in sorted({(one.quality, one.type) for one in ordinary}):
        part = [one for one in ordinary if (one.quality, one.type) == (quality, type)]
        yield from _block(f"{quality} {type}", part)


def _block(name: str, fields: Sequence[Measured]) -> Iterator[str]:
    right = sum(one.right for one in fields)
    accepted = sum(one.accepted for one in fields)
    yield f"{name}: {len(fields)} written, {right} exact, {accepted} accepted"
    held = [one.doubts for one in fields if one.right and not one.accepted]
    named = Counter(doubt for doubts in held for doubt in set(doubts))
    alone = Counter(doubts[0] for doubts in held if len(set(doubts)) == 1)
    for doubt, count in named.most_common():
        yield f"{count / len(fields):8.1%}{alone[doubt]:6} alone  {doubt}"
