"""Fits the calibration of free writing: `python -m bench.calibration.free_writing`.

Makes pages of names and addresses, reads them, and prints the weights for
`ocr/calibration.py` and, on the other half of the pages, how often readings of each
probability are right (the reliability diagram as a table).
"""

import argparse
import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.calibration.persons import Population
from bench.calibration.scans import evidence
from ocr.calibration import Evidence, Weights, probability
from ocr.engines.onnx_engine import OnnxRecogniser

# What keeps weights small where little speaks for them.
_RIDGE = 1.0
_ROUNDS, _SMALLEST_STEP = 60, 1e-9
_BANDS = (0.0, 0.5, 0.9, 0.98, 0.995, 0.999, 1.0)


class Seen(NamedTuple):
    """One field that was read."""

    page: int
    kind: str
    quality: str
    evidence: Evidence
    right: bool


def main() -> None:
    """Make and read pages, or take those read before, and fit."""
    options = _options()
    if options.pages:
        _read_pages(options.seen, range(options.first, options.first + options.pages))
    seen = [
        _seen(line)
        for path in options.seen.parent.glob(options.seen.name + "*")
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    for kind in sorted({one.kind for one in seen}):
        of_kind = [one for one in seen if one.kind == kind]
        # Weights are fitted on half of the pages and shown on the other.
        weights = fit([one for one in of_kind if one.page % 4 < 2])
        print(f'    "{kind}": Weights{tuple(round(one, 2) for one in weights)},')
        _print_reliability([one for one in of_kind if one.page % 4 >= 2], weights)


def fit(seen: Sequence[Seen]) -> Weights:
    """Logistic regression by Newton's method, each step halved until it helps."""
    rows = np.array([(1.0, *map(float, one.evidence)) for one in seen])
    right = np.array([one.right for one in seen], float)
    weights = np.zeros(rows.shape[1])
    for _ in range(_ROUNDS):
        expected = 1 / (1 + np.exp(-rows @ weights))
        slope = rows.T @ (right - expected) - _RIDGE * weights
        curve = (rows * (expected * (1 - expected))[:, None]).T @ rows
        step = np.linalg.solve(curve + _RIDGE * np.eye(len(weights)), slope)
        while _loss(rows, right, weights + step) > _loss(rows, right, weights):
            step /= 2
            if np.abs(step).max() < _SMALLEST_STEP:
                return Weights(*map(float, weights))
        weights = weights + step
    return Weights(*map(float, weights))


def _loss(
    rows: NDArray[np.float64], right: NDArray[np.float64], weights: NDArray[np.float64]
) -> float:
    odds = rows @ weights
    unlikely = np.logaddexp(0, odds) - right * odds
    return float(unlikely.sum() + _RIDGE / 2 * (weights @ weights))


def _read_pages(target: Path, pages: range) -> None:
    engine = OnnxRecogniser(threads=1)
    population = Population()
    with target.open("a", encoding="utf-8") as file:
        for page in pages:
            for found in evidence(page, engine=engine, population=population):
                file.write(json.dumps([page, *found]) + "\n")
            file.flush()


def _seen(line: str) -> Seen:
    page, kind, quality, evidence_found, right = json.loads(line)
    return Seen(page, kind, quality, Evidence(*evidence_found), right)


def _print_reliability(seen: Sequence[Seen], weights: Weights) -> None:
    said = np.array([probability(one.evidence, weights) for one in seen])
    right = np.array([one.right for one in seen])
    for low, high in pairwise(_BANDS):
        inside = (said >= low) & (said < high)
        if inside.any():
            print(
                f"    #  {low:.3f}-{high:.3f}  {inside.sum():5} read,"
                f" {said[inside].mean():.4f} said, {right[inside].mean():.4f} right,"
                f" {(~right[inside]).sum()} wrong"
            )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seen", type=Path, required=True, help="what was read")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--pages", type=int, default=0, help="0: fit only")
    return parser.parse_args()


if __name__ == "__main__":
    main()
