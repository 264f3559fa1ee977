"""Fits the constants of `ocr/confidence.py` on hands that no weight was fitted on.

`python -m bench.training.fit_confidence --npm FOLDER` draws comb fields in typefaces
held apart, has them read as lines and cell by cell, and prints how much each answer
should count, how probable readings turn out, and what would be accepted and wrong.
"""

import argparse
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.training import sheets, typefaces
from forms.grammar.characters import DIGITS
from kamizero.bounds import upper_bound
from ocr.boxes.cells import NO_DIGIT, cell_shares
from ocr.boxes.combs import Shares, from_cells, from_line
from ocr.confidence import Trust
from ocr.engines.onnx_engine import OnnxRecogniser
from ocr.strokes.crops import close_up
from ocr.words.word import alphabets_of

_SEED = 9
_SHEETS = 600
_POOR = 0.4
# Boxes of amounts, dates, amounts and postal codes, pension numbers, My Numbers.
_LENGTHS = (4, 6, 7, 10, 12)
_START = Trust(line=0.5, cells=0.5, wrong_ever=1e-5)
_TRIED = np.geomspace(0.1, 2.0, 31).tolist()
_WRONG_EVER_TRIED = np.geomspace(1e-6, 1e-2, 17).tolist()
_TARGETS = (0.98, 0.99, 0.995, 0.997, 0.998, 0.999, 0.9995, 0.9998)
_EDGES = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 1.0)
# A cell that holds no digit with this probability sends its field to a person.
_DOUBTED = 0.5

Labels = NDArray[np.int64]
Flags = NDArray[np.bool_]
Probabilities = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Cells as both models see them; `field` numbers the field each stands in.

    Attributes:
        no_digit: how probably the model of cells takes a cell for no digit.
        visible: cells of whose strokes enough is left to be read.
    """

    line: Shares
    cells: Shares
    no_digit: Probabilities
    labels: Labels
    field: Labels
    visible: Flags

    def only(self, kept: Flags) -> "Seen":
        return Seen(
            self.line[kept],
            self.cells[kept],
            self.no_digit[kept],
            self.labels[kept],
            self.field[kept],
            self.visible[kept],
        )

    @property
    def lengths(self) -> Labels:
        """Of each cell, how many its field has."""
        counts = np.bincount(self.field)
        return np.asarray(counts[self.field], np.int64)


def main() -> None:
    """Draw, read, fit, print."""
    options = _options()
    mix = sheets.Mix(
        typefaces.held_apart(options.npm), drawn=0.0, poor=_POOR, lengths=_LENGTHS
    )
    if options.lines is None or not options.lines.exists():
        parts = _read_lines(mix, options.sheets, options.processes)
        if options.lines is not None:
            np.savez(options.lines, *parts)
    else:
        with np.load(options.lines) as kept:
            parts = [kept[f"arr_{n}"] for n in range(5)]
    seen = _seen(*parts)
    _print_trusts(seen)
    _print_accepted(_crosswise(seen), seen)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--npm", type=Path, required=True)
    parser.add_argument("--sheets", type=int, default=_SHEETS)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--lines",
        type=Path,
        help="an .npz to keep what was drawn and read as lines in, or to take it from:"
        " so another model of cells is weighed in seconds",
    )
    return parser.parse_args()


def _read_lines(mix: sheets.Mix, count: int, processes: int) -> list[NDArray[Any]]:
    """Line shares, views, labels, field and visibility of all cells of the sheets."""
    with ProcessPoolExecutor(processes) as pool:
        found = list(pool.map(_sheet, [mix] * count, range(count), chunksize=4))
    fields = [one for sheet in found for one in sheet]
    numbers = [np.full(len(one[2]), n) for n, one in enumerate(fields)]
    line, views, labels, visible = (
        np.concatenate(p) for p in zip(*fields, strict=True)
    )
    return [line, views, labels, np.concatenate(numbers), visible]


def _sheet(
    mix: sheets.Mix, number: int
) -> list[tuple[Shares, NDArray[np.uint8], Labels, Flags]]:
    """The fields of one sheet of which no cell was lost, read as lines."""
    cv2.setNumThreads(1)
    rng = np.random.default_rng([_SEED, number])
    made = [
        one
        for one in sheets.fields(rng, mix)
        if len(one.glyphs.filled) == len(one.labels)
    ]
    lines = [close_up(one.glyphs) for one in made]
    answers = _engine().posteriors([line.picture for line in lines])
    alphabet = alphabets_of(_engine().alphabet).of(DIGITS)
    return [
        (
            from_line(alphabet(answer), line),
            np.stack([view for view in one.glyphs.views if view is not None]),
            np.array(one.labels),
            np.array(one.visible),
        )
        for one, line, answer in zip(made, lines, answers, strict=True)
    ]


@cache
def _engine() -> OnnxRecogniser:
    return OnnxRecogniser(threads=1)


def _seen(
    line: Shares,
    views: NDArray[np.uint8],
    labels: Labels,
    field: Labels,
    visible: Flags,
) -> Seen:
    alone = cell_shares(list(views))
    return Seen(line, from_cells(alone), alone[:, NO_DIGIT], labels, field, visible)


def _print_trusts(seen: Seen) -> None:
    """The constants, for all and by the length of fields."""
    readable = _readable(seen)
    for name, shares in (("line", readable.line), ("cells", readable.cells)):
        right = (shares.argmax(axis=1) == readable.labels).mean()
        print(f"{name}: {right:.2%} of {len(readable.labels)} digits right")
    none = (readable.no_digit > _DOUBTED).mean()
    print(f"taken for no digit: {none:.2%}")
    print("line and cells:", _fitted(readable))
    print("line alone:", _fitted(readable, alone=True))
    for length in _LENGTHS:
        some = readable.only(readable.lengths == length)
        print(f"line and cells of {length} boxes:", _fitted(some))


def _readable(seen: Seen) -> Seen:
    """The fields of which every cell can be read."""
    whole = _whole(seen.visible, seen.field)
    return seen.only(np.isin(seen.field, np.unique(seen.field)[whole]))


def _crosswise(seen: Seen) -> Probabilities:
    """Each cell's shares, by constants fitted on the other half of the fields."""
    shares = np.zeros_like(seen.line)
    for half in (0, 1):
        mine = seen.field % 2 == half
        trust = _fitted(_readable(seen.only(~mine)))
        shares[mine] = trust.joined(seen.line[mine], seen.cells[mine])
    return shares


def _fitted(seen: Seen, *, alone: bool = False) -> Trust:
    """Change one constant at a time, for as long as that helps."""
    best = replace(_START, cells=0.0) if alone else _START
    least = _loss(best, seen)
    while True:
        found = min(_neighbours(best, alone=alone), key=lambda one: _loss(one, seen))
        loss = _loss(found, seen)
        if loss >= least:
            return best
        best, least = found, loss


def _neighbours(trust: Trust, *, alone: bool) -> Iterator[Trust]:
    yield from (replace(trust, line=value) for value in _TRIED)
    yield from (replace(trust, wrong_ever=value) for value in _WRONG_EVER_TRIED)
    if not alone:
        yield from (replace(trust, cells=value) for value in _TRIED)


def _loss(trust: Trust, seen: Seen) -> float:
    shares = trust.joined(seen.line, seen.cells if trust.cells else None)
    return float(-np.log(shares[np.arange(len(seen.labels)), seen.labels]).mean())


def _print_accepted(shares: Probabilities, seen: Seen) -> None:
    """How probable whole fields turn out, and what each target would accept."""
    exact = _whole(shares.argmax(axis=1) == seen.labels, seen.field)
    sure = _product(shares.max(axis=1), seen.field)
    by_line, by_cells = seen.line.argmax(axis=1), seen.cells.argmax(axis=1)
    agreed = _whole(by_line == by_cells, seen.field)
    clear = _whole(seen.no_digit <= _DOUBTED, seen.field)
    print(f"{len(exact)} fields, {exact.mean():.1%} exact")
    _print_reliability(sure, exact)
    for name, able in (("both alike", agreed & clear), ("not alike", ~agreed & clear)):
        for target in _TARGETS:
            accepted = able & (sure >= target)
            _print_target(f"{name}, target {target}", accepted, exact, sure)


def _print_target(
    name: str, accepted: Flags, exact: Flags, sure: Probabilities
) -> None:
    wrong = int((accepted & ~exact).sum())
    bound = upper_bound(wrong, max(int(accepted.sum()), 1))
    expected = (1 - sure[accepted]).sum()
    print(
        f"{name}: {int(accepted.sum())} accepted ({accepted.mean():.1%}), {wrong} of"
        f" them wrong where {expected:.1f} were expected (95 % upper bound {bound:.2%})"
    )


def _print_reliability(sure: Probabilities, exact: Flags) -> None:
    print("said to be right, fields, were right")
    for low, high in pairwise(_EDGES):
        within = (sure > low) & (sure <= high)
        if within.any():
            said, was = sure[within].mean(), exact[within].mean()
            print(f"{said:8.2%} {int(within.sum()):6} {was:8.2%}")


def _whole(holds: Flags, field: Labels) -> Flags:
    """Of each field in turn, whether it holds of all its cells."""
    return np.array([one.all() for one in _by_field(holds, field)])


def _product(values: Probabilities, field: Labels) -> Probabilities:
    return np.array([one.prod() for one in _by_field(values, field)])


def _by_field(values: NDArray[Any], field: Labels) -> Sequence[NDArray[Any]]:
    """The values of each field; the cells of a field stand together."""
    return np.split(values, np.flatnonzero(np.diff(field)) + 1)


if __name__ == "__main__":
    main()
