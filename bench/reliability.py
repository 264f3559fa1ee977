"""Draws how far a confidence can be believed: what was promised, what came true."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from bench.measured import BLANK, Measured

EDGES = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 1.0)


class Bin(NamedTuple):
    """Fields of about the same confidence."""

    low: float
    high: float
    promised: float
    right: float
    fields: int


def bins(fields: Sequence[Measured]) -> Iterator[Bin]:
    """Mean confidence and share right, from the least confidence to the most."""
    for low, high in pairwise(EDGES):
        held = [
            one
            for one in fields
            if low <= one.confidence < high or (high == EDGES[-1] == one.confidence)
        ]
        if held:
            yield Bin(
                low,
                high,
                sum(one.confidence for one in held) / len(held),
                sum(one.right for one in held) / len(held),
                len(held),
            )


def draw(fields: Sequence[Measured], path: Path) -> None:
    """One panel a type of field; what was read, blanks and unread pages left out."""
    # Imported where it is used: it loads for a second, and only here.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    read = [one for one in fields if one.found is not None and one.kind != BLANK]
    kinds = sorted({one.type for one in read})
    columns = min(4, max(1, len(kinds)))
    rows = -(-len(kinds) // columns)
    figure = Figure(figsize=(4.2 * columns, 3.6 * rows), layout="constrained")
    FigureCanvasAgg(figure)
    for n, kind in enumerate(kinds, start=1):
        panel = figure.add_subplot(rows, columns, n)
        held = list(bins([one for one in read if one.type == kind]))
        places = range(len(held))
        panel.bar(places, [one.right for one in held], color="#9fbfdf", label="right")
        panel.plot(
            places,
            [one.promised for one in held],
            "o-",
            color="#20406f",
            label="promised",
        )
        for place, one in enumerate(held):
            panel.text(place, 0.03, str(one.fields), ha="center", fontsize=8)
        panel.set_xticks(places, [f"{one.low:g}-" for one in held], fontsize=8)
        panel.set_ylim(0, 1.04)
        panel.set_title(f"{kind} ({sum(one.fields for one in held)} fields)")
        if n == 1:
            panel.legend(loc="center left", fontsize=8)
    figure.supxlabel("confidence, from")
    figure.supylabel("share right (bars), mean confidence (dots)")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)
