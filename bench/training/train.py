"""Trains the recogniser of comb cells anew: `python -m bench.training.train`.

Draws made-up digits, fits the network to them and writes `ocr/cells.onnx`; prints how
many of the cells kept back it reads, and the SHA-256 that `ocr/cells.py` must name.
Needs the extra `torch` and the typefaces of `bench/training/typefaces.py`.
"""

import argparse
import hashlib
import os
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bench.training import typefaces
from bench.training.net import as_onnx, untrained
from bench.training.sheets import Mix, fields

MODEL = Path(__file__).parent.parent.parent / "ocr" / "cells.onnx"
_SEED = 20_201_201
_SHEETS = 1500
_KEPT_BACK = 6000
_NO_DIGIT = 0.06
_EPOCHS = 3
_BATCH = 256
_RATE = 3e-3
_AVERAGED = 0.997

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
    views, labels = _cells(known, options.sheets, options.processes)
    print(f"{len(labels)} cells drawn in {time.perf_counter() - started:.0f} s")
    net = _fitted(views, labels, options.epochs)
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


def _cells(mix: Mix, sheets: int, processes: int) -> tuple[Views, Labels]:
    """The cells of so many sheets; each sheet has its own chance."""
    with ProcessPoolExecutor(processes) as pool:
        drawn = pool.map(partial(_sheet, mix), range(sheets), chunksize=8)
        pairs = [pair for sheet in drawn for pair in sheet]
    views, labels = zip(*pairs, strict=True)
    return np.stack(views), np.array(labels, np.int64)


def _sheet(mix: Mix, number: int) -> list[tuple[Views, int]]:
    cv2.setNumThreads(1)
    rng = np.random.default_rng([_SEED, number])
    return [
        (view, label)
        for field in fields(rng, mix)
        for view, label in zip(field.glyphs.views, field.labels, strict=True)
        if view is not None
    ]


def _fitted(views: Views, labels: Labels, epochs: int) -> torch.nn.Sequential:
    """The network fitted to all cells but the last, which say how well it reads."""
    kept_back = views[-_KEPT_BACK:], labels[-_KEPT_BACK:]
    views, labels = views[:-_KEPT_BACK], labels[:-_KEPT_BACK]
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
            with torch.autocast("cpu", torch.bfloat16):
                loss = torch.nn.functional.cross_entropy(
                    net(batch).float(), torch.from_numpy(labels[chosen])
                )
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            averaged.update_parameters(net)
            losses.append(float(loss.detach()))
        print(
            f"epoch {epoch + 1}: loss {np.mean(losses):.4f}, of cells kept back"
            f" {_right(averaged.module, *kept_back):.2%} right,"
            f" {time.perf_counter() - started:.0f} s",
            flush=True,
        )
    return averaged.module.eval()


def _batch(views: Views, rng: np.random.Generator) -> Tensor:
    """Views as the network takes them, each shifted by a pixel or not."""
    ink = torch.from_numpy(views).float().div(-255).add(1)[:, None]
    down, across = (int(n) for n in rng.integers(-1, 2, 2))
    return torch.roll(ink, (down, across), (2, 3)).contiguous(
        memory_format=torch.channels_last
    )


def _right(net: torch.nn.Module, views: Views, labels: Labels) -> float:
    net.eval()
    right = 0
    with torch.no_grad():
        for start in range(0, len(labels), 512):
            ink = torch.from_numpy(views[start : start + 512]).float().div(-255).add(1)
            found = net(ink[:, None]).argmax(1).numpy()
            right += int((found == labels[start : start + 512]).sum())
    return right / len(labels)


if __name__ == "__main__":
    main()
