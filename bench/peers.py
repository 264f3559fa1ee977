"""Full-page readers beside ours: the same pages, the same run, as many threads.

Each reads as its makers set it up, with models that are loaded before the clock runs.
PaddleOCR and RapidOCR run the models that ours does; those by which PaddleOCR finds out
how a page lies are left out, which spares it their time.
"""

import logging
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from forms.definition import Field, FieldType
from forms.grammar import to_written
from forms.grammar.characters import narrow, plain_dashes, without_spaces

Pixels = NDArray[np.uint8]
ReadPage = Callable[[Pixels], str]

# A circle or a tick is no text: a page reader cannot find it.
_TEXT = frozenset(FieldType) - {FieldType.CHOICE, FieldType.CHECK, FieldType.SEAL}


@dataclass(frozen=True, slots=True)
class Written:
    """One filled field of a file, as text that a page reader could find."""

    file: str
    field: Field
    value: str

    @property
    def is_text(self) -> bool:
        return self.field.type in _TEXT and self.value != ""

    def stands_in(self, text: str) -> bool:
        """Tell whether the value is found anywhere, spaces and widths aside."""
        return folded(self._as_on_paper()) in text

    def _as_on_paper(self) -> str:
        if self.field.type is FieldType.DATE:
            return to_written(date.fromisoformat(self.value)).digits
        if self.field.format == "office_symbol":
            return self.value.replace("-", "")
        return self.value


@dataclass(frozen=True, slots=True)
class PeerResult:
    name: str
    seconds_a_page: float
    found: int
    of: int


def run_peers(
    pages: Mapping[str, list[Pixels]], written: list[Written], *, threads: int
) -> Iterator[PeerResult]:
    """Read all pages with each peer and look for every value in its file's text."""
    sought = [one for one in written if one.is_text]
    count = sum(map(len, pages.values()))
    for name, make in PEERS.items():
        read = make(threads)
        read(next(iter(pages.values()))[0])
        started = time.perf_counter()
        texts = {
            file: folded("".join(read(page) for page in group))
            for file, group in pages.items()
        }
        seconds = time.perf_counter() - started
        found = sum(one.stands_in(texts[one.file]) for one in sought)
        yield PeerResult(name, seconds / count, found, len(sought))


def folded(text: str) -> str:
    """Text with spaces, widths and dashes made the same."""
    return plain_dashes(without_spaces(narrow(text)))


def installed_peers(threads: int) -> dict[str, ReadPage]:
    """The readers by name, each on so many threads."""
    makers = dict(PEERS)
    if has_tesseract():
        makers["Tesseract jpn, full page"] = _tesseract
    return {name: make(threads) for name, make in makers.items()}


def _paddleocr(threads: int) -> ReadPage:
    # Imported where it is used: it loads for seconds.
    from ocr.engines.fulltext import page_text

    return partial(page_text, threads=threads)


def _rapidocr(threads: int) -> ReadPage:
    from rapidocr import RapidOCR

    runtime = "EngineConfig.onnxruntime"
    engine = RapidOCR(
        params={
            f"{runtime}.intra_op_num_threads": threads,
            f"{runtime}.inter_op_num_threads": 1,
        }
    )
    # It tells on every page which models it uses.
    logging.getLogger("RapidOCR").setLevel(logging.WARNING)

    def read(page: Pixels) -> str:
        # It takes the colours in the order of OpenCV.
        result = engine(page[:, :, ::-1])
        return "\n".join(getattr(result, "txts", None) or ())

    return read


def _tesseract(threads: int) -> ReadPage:
    environment = {**os.environ, "OMP_THREAD_LIMIT": str(threads)}

    def read(page: Pixels) -> str:
        with BytesIO() as file:
            Image.fromarray(page).save(file, "PNG", compress_level=1)
            done = subprocess.run(
                ["tesseract", "-", "-", "-l", "jpn", "--psm", "3"],  # noqa: S607
                input=file.getvalue(),
                capture_output=True,
                check=True,
                env=environment,
            )
        return done.stdout.decode("utf-8", "replace")

    return read


def has_tesseract() -> bool:
    """Tell whether Tesseract with its Japanese model is installed."""
    if shutil.which("tesseract") is None:
        return False
    listed = subprocess.run(
        ["tesseract", "--list-langs"],  # noqa: S607
        capture_output=True,
        check=True,
        text=True,
    )
    return "jpn" in listed.stdout.split()


PEERS: Mapping[str, Callable[[int], ReadPage]] = {
    "PaddleOCR, full page": _paddleocr,
    "RapidOCR, full page": _rapidocr,
}
