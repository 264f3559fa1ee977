"""Trains the recogniser of comb cells anew: `python -m bench.training.train`.

Draws made-up digits, fits the network to them and writes `ocr/boxes/cells.onnx`;
prints how many cells in typefaces held apart it reads, and the SHA-256 that
`ocr/boxes/cells.py` must name.
Needs the extra `torch` and the typefaces of `bench/training/typefaces.py`, and some 25
minutes of processor time. The same seed, code, libraries and kind of processor give the
same weights: all sums are 32-bit and of one thread.
"""

import argparse
import hashlib
import os
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from bench.training import typefaces
from bench.training.net import as_onnx, untrained
from bench.training.sheets import Mix, fields
from bench.training.writers import NO_DIGIT

MODEL = Path(__file__).parents[2] / "ocr/boxes/cells.onnx"
_SEED = 20_201_201
_SHEETS, _SHEETS_HELD_APART = 2000, 60
# Rare enough that an odd digit is sooner taken for itself than for none.
_NO_DIGIT = 0.04
_EPOCHS = 6
_BATCH = 256
_RATE = 3e-3
_AVERAGED = 0.997
# How far a view is bent anew each time it is shown, in halves of its side.
_TURNED, _SCALED, _SHIFTED, _BENT = 0.12, 0.1, 0.06, 0.05

Views = NDArray[np.uint8]
Labels = NDArray[np.int64]


def main() -> None:
    """Draw, fit, measure, write."""
    options = _options()
    # Sums of several threads are not the same twice.
    torch.set_num_threads(1)
    torch.manual_seed(_SEED)
    started = time.perf_counter()
    known = Mix(typefaces.training(options.npm), no_digit=_NO_DIGIT)
    apart = Mix(typefaces.held_apart(options.npm), drawn=0.0)
    with ProcessPoolExecutor(options.processes) as pool:
        views, labels = _cells(pool, known, range(options.sheets))
        unseen = _cells(pool, apart, range(-_SHEETS_HELD_APART, 0))
    print(f"{len(labels)} cells drawn in {time.perf_counter() - started:.0f} s")
    net = _fitted(views, labels, unseen, options.epochs)
    content = as_onnx(net)
    options.out.write_bytes(content)
    print(f"{options.out}: {len(content)} bytes, SHA-256")
    print(hashlib.sha256(content).hexdigest())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--npm", type=Path, required=True, help="where `npm install` put the typefaces"
    )
    parser.add_argument(
        "--processes", type=int, default=os.cpu_count() or 1, help="that draw cells"
    )
    parser.add_argument("--sheets", type=int, default=_SHEETS)
    parser.add_argument("--epochs", type=int, default=_EPOCHS)
    parser.add_argument("--out", type=Path, default=MODEL)
    return parser.parse_args()


def _cells(
    pool: ProcessPoolExecutor, mix: Mix, numbers: Sequence[int]
) -> tuple[Views, Labels]:
    """The cells of the sheets so numbered; each sheet has its own chance."""
    drawn = pool.map(partial(_sheet, mix), numbers, chunksize=8)
    pairs = [pair for sheet in drawn for pair in sheet]
    views, labels = zip(*pairs, strict=True)
    return np.stack(views), np.array(labels, np.int64)


def _sheet(mix: Mix, number: int) -> list[tuple[Views, int]]:
    """The cells of one sheet of which enough is left to be read."""
    cv2.setNumThreads(1)
    rng = np.random.default_rng([_SEED, number % 2**32])
    return [
        (view, label)
        for field in fields(rng, mix)
        for view, label, visible in zip(
            field.glyphs.views, field.labels, field.visible, strict=True
        )
        if view is not None and visible
    ]


def _fitted(
    views: Views, labels: Labels, unseen: tuple[Views, Labels], epochs: int
) -> torch.nn.Sequential:
    """The network fitted to the cells; after each epoch, how the unseen are read."""
    net = untrained()
    # The mean of the last steps reads better than the last step.
    averaged = torch.optim.swa_utils.AveragedModel(
        net,
        multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(_AVERAGED),
        use_buffers=True,
    )
    optimiser = torch.optim.AdamW(net.parameters(), lr=_RATE, weight_decay=1e-3)
    steps = epochs * (len(labels) // _BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, _RATE, total_steps=steps)
    order = np.random.default_rng(_SEED)
    for epoch in range(epochs):
        started, losses = time.perf_counter(), []
        net.train()
        shuffled = order.permutation(len(labels))
        for start in range(0, len(labels) - _BATCH + 1, _BATCH):
            chosen = shuffled[start : start + _BATCH]
            batch = _batch(views[chosen], order)
            loss = functional.cross_entropy(
                net(batch), torch.from_numpy(labels[chosen])
            )
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            averaged.update_parameters(net)
            losses.append(float(loss.detach()))
        took, read = time.perf_counter() - started, _read(averaged.module, *unseen)
        print(
            f"epoch {epoch + 1}: loss {np.mean(losses):.4f}, {took:.0f} s; of {read}",
            flush=True,
        )
    return averaged.module.eval()


def _batch(views: Views, rng: np.random.Generator) -> Tensor:
    """Views as the network takes them, each turned, scaled, shifted and bent a little.

    So no view is ever seen twice, and its writer's hand counts less.
    """
    count = len(views)
    laid = np.tile(np.eye(2, 3), (count, 1, 1))
    laid[:, :, :2] += rng.normal(0, _SCALED, (count, 2, 2)) * np.eye(2)
    laid[:, :, :2] += rng.normal(0, _TURNED, (count, 2, 2)) * (1 - np.eye(2))
    laid[:, :, 2] = rng.normal(0, _SHIFTED, (count, 2))
    moves = torch.from_numpy(rng.normal(0, _BENT, (count, 2, 4, 4)).astype(np.float32))
    side = list(views.shape[1:])
    bent = functional.interpolate(moves, side, mode="bicubic", align_corners=True)
    grid = functional.affine_grid(
        torch.from_numpy(laid.astype(np.float32)), [count, 1, *side], False
    )
    seen = functional.grid_sample(
        _ink(views), grid + bent.permute(0, 2, 3, 1), align_corners=False
    )
    return seen.contiguous(memory_format=torch.channels_last)


def _ink(views: Views) -> Tensor:
    """From bytes, ink 0 on paper 255, to numbers, ink 1."""
    return torch.from_numpy(views).float().div(-255).add(1)[:, None]


def _read(net: torch.nn.Module, views: Views, labels: Labels) -> str:
    """How many of the digits are read, and how many are taken for none."""
    net.eval()
    found = np.zeros_like(labels)
    with torch.no_grad():
        for start in range(0, len(labels), 512):
            part = slice(start, start + 512)
            found[part] = net(_ink(views[part])).argmax(1).numpy()
    return (
        f"{len(labels)} digits held apart {(found == labels).mean():.2%} right and"
        f" {(found == NO_DIGIT).mean():.2%} taken for none"
    )


if __name__ == "__main__":
    main()
