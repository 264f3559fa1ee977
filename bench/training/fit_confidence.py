"""Fits the constants of `ocr/confidence.py` on hands that no weight was fitted on.

`python -m bench.training.fit_confidence --npm FOLDER` draws comb fields in typefaces
held apart and with the pen, has them read as lines and cell by cell, and prints how
much each answer should count, and what would be read and accepted of other fields.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.bounds import upper_bound
from bench.training import sheets, typefaces
from forms.grammar.characters import DIGITS
from ocr.cells import CellShares, cell_shares
from ocr.combs import Shares, from_cells, from_line
from ocr.confidence import Trust
from ocr.crops import close_up
from ocr.onnx_engine import OnnxRecogniser
from ocr.word import alphabets_of

_SEED = 9
_SHEETS = 30
_DRAWN, _POOR = 0.4, 0.3
_WRONG_EVER = 1e-5
_TARGETS = (0.99, 0.995, 0.998, 0.999)

Labels = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Cells as both models see them; `field` numbers the field each stands in."""

    line: Shares
    alone: CellShares
    labels: Labels
    field: Labels

    @property
    def cells(self) -> Shares:
        return from_cells(self.alone)


_TRIED = np.geomspace(0.1, 2.0, 31).tolist()


def main() -> None:
    """Draw, read, fit, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--npm", type=Path, required=True)
    parser.add_argument("--sheets", type=int, default=_SHEETS)
    options = parser.parse_args()
    mix = sheets.Mix(typefaces.held_apart(options.npm), drawn=_DRAWN, poor=_POOR)
    seen = _seen(mix, _SEED, options.sheets)
    both = _fitted(Trust(0.5, 0.5, _WRONG_EVER), seen.line, seen.cells, seen.labels)
    print("line and cells:", both)
    print("line alone:", _fitted(replace(both, cells=0), seen.line, None, seen.labels))
    shown = _seen(mix, _SEED + 1, options.sheets)
    _print_read(both.joined(shown.line, shown.cells), shown)


def _seen(mix: sheets.Mix, seed: int, count: int) -> Cells:
    """The readable cells of so many sheets, as both models see them."""
    engine = OnnxRecogniser(threads=1)
    alphabet = alphabets_of(engine.alphabet).of(DIGITS)
    lines: list[Shares] = []
    alone: list[CellShares] = []
    labels: list[int] = []
    field: list[int] = []
    for number, made in enumerate(_made(mix, seed, count)):
        line = close_up(made.glyphs)
        lines.append(from_line(alphabet(engine.posteriors([line.picture])[0]), line))
        alone.append(cell_shares([v for v in made.glyphs.views if v is not None]))
        labels += made.labels
        field += [number] * len(made.labels)
    return Cells(
        np.concatenate(lines), np.concatenate(alone), np.array(labels), np.array(field)
    )


def _made(mix: sheets.Mix, seed: int, count: int) -> Iterator[sheets.MadeField]:
    for sheet in range(count):
        rng = np.random.default_rng([seed, sheet])
        for made in sheets.fields(rng, mix):
            if all(made.visible) and None not in made.glyphs.views:
                yield made


def _fitted(start: Trust, line: Shares, cells: Shares | None, labels: Labels) -> Trust:
    """Change how much one model counts at a time, for as long as that helps."""
    best = start
    while True:
        tried = [replace(best, line=value) for value in _TRIED]
        if cells is not None:
            tried += [replace(best, cells=value) for value in _TRIED]
        found = min(tried, key=lambda one: _loss(one.joined(line, cells), labels))
        if _loss(found.joined(line, cells), labels) >= _loss(
            best.joined(line, cells), labels
        ):
            return best
        best = found


def _loss(shares: Shares, labels: Labels) -> float:
    return float(-np.log(shares[np.arange(len(labels)), labels]).mean())


def _print_read(shares: Shares, seen: Cells) -> None:
    """Of hands not fitted on: read, accepted at several targets, and wrong then."""
    by_line, by_cells = seen.line.argmax(axis=1), seen.cells.argmax(axis=1)
    found = shares.argmax(axis=1)
    for name, one in (("line", by_line), ("cells", by_cells), ("both", found)):
        print(f"{name}: {(one == seen.labels).mean():.2%} of {len(one)} digits right")
    exact = _whole(found == seen.labels, seen.field)
    agreed = _whole(by_line == by_cells, seen.field)
    sure = _product(shares.max(axis=1), seen.field)
    print(f"{len(exact)} fields, {exact.mean():.1%} exact")
    for target in _TARGETS:
        accepted = agreed & (sure >= target)
        wrong = int((accepted & ~exact).sum())
        bound = upper_bound(wrong, max(int(accepted.sum()), 1))
        print(
            f"target {target}: {accepted.mean():.1%} accepted, {wrong} of them wrong"
            f" (95 % upper bound {bound:.2%})"
        )


def _whole(holds: NDArray[np.bool_], field: Labels) -> NDArray[np.bool_]:
    return np.array([holds[field == n].all() for n in np.unique(field)])


def _product(values: NDArray[np.float64], field: Labels) -> NDArray[np.float64]:
    return np.array([values[field == n].prod() for n in np.unique(field)])


if __name__ == "__main__":
    main()
