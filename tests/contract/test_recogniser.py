"""The same tests for every engine that can read lines, held against ONNX Runtime."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from forms.library import Library
from ingest.opening import open_original
from ingest.page_image import Limits, pages
from ocr.engine import Engine, GreyImage, Posteriors
from ocr.engines.choice import EngineChoice, make_engine
from ocr.engines.models import MODEL_SHA256, SHIPPED_MODEL
from ocr.form import read_form
from ocr.page import look

pytestmark = pytest.mark.model

SCANS = Path(__file__).parents[2] / "samples/scans"
# A clean page and a photocopy of a photocopy: some hundred lines of all kinds.
READ = ("clean/2201-hikari.png", "poor/2200-photocopy.jpg")

ENGINES: Mapping[str, EngineChoice] = {
    "onnxruntime": EngineChoice("onnxruntime"),
    "paddleocr": EngineChoice("paddleocr"),
    "openvino fp32": EngineChoice("openvino", precision="fp32"),
    "openvino bf16": EngineChoice("openvino", precision="bf16"),
    "torch": EngineChoice("torch", device="cpu"),
    "torch on CUDA": EngineChoice("torch", device="cuda"),
}
# Seen at most: 1.1e-4 over 1,520 lines; sums are made in another order.
FP32_TOLERANCE = 1e-3
# Where the reference is surer than this of every character, bf16 reads the same.
SURE = 0.8


class Listener:
    """A recogniser that keeps what a page asked of it, and what it answered."""

    def __init__(self, inner: Engine) -> None:
        self._inner = inner
        self.name = inner.name
        self.alphabet = inner.alphabet
        self.lines: list[GreyImage] = []
        self.answers: list[Posteriors] = []

    def posteriors(self, lines: Sequence[GreyImage]) -> list[Posteriors]:
        answers = self._inner.posteriors(lines)
        self.lines += lines
        self.answers += answers
        return answers


@cache
def made(name: str) -> Engine:
    return make_engine(ENGINES[name])


@cache
def reference() -> Listener:
    """Every line of the sample pages, as ONNX Runtime reads it."""
    listener = Listener(made("onnxruntime"))
    for file in READ:
        opened = open_original((SCANS / file).read_bytes(), limits=Limits())
        for image in pages(opened):
            found = look(image.pixels, library=Library.shipped())
            assert found.definition is not None
            read_form([found], definition=found.definition, engine=listener)
    return listener


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    missing = _missing(request.param)
    if missing:
        pytest.skip(f"{request.param} is not here: {missing}")
    return made(request.param)


def _missing(name: str) -> str:
    """Why this machine cannot have the engine; empty where it can."""
    choice = ENGINES[name]
    if choice.engine == "torch" and find_spec("onnx2torch") is None:
        return "install kamizero[torch]"
    if choice.device == "cuda":
        import torch

        return "" if torch.cuda.is_available() else "there is no CUDA device"
    if choice.precision == "bf16":
        from ocr.engines.openvino_engine import has_bf16

        return "" if has_bf16() else "the processor does not compute in bf16"
    return ""


def greedy(posteriors: Posteriors, alphabet: Sequence[str]) -> str:
    """The text of the most probable class of each step."""
    best = posteriors.argmax(axis=1)
    kept = best[np.r_[True, best[1:] != best[:-1]]]
    return "".join(alphabet[n] for n in kept)


def sureness(posteriors: Posteriors) -> float:
    """The probability of the least sure step."""
    return float(posteriors.max(axis=1).min())


def some_lines() -> list[GreyImage]:
    """Lines of several widths, narrow and wide ones."""
    lines = reference().lines
    return sorted(lines, key=lambda line: line.shape[1])[:: len(lines) // 12]


def test_nothing_to_read_gives_no_answers(engine: Engine) -> None:
    assert engine.posteriors([]) == []


@pytest.mark.parametrize("shape", [(48, 0), (0, 48)])
def test_a_line_without_pixels_is_the_callers_mistake(
    engine: Engine, shape: tuple[int, int]
) -> None:
    empty = np.zeros(shape, np.uint8)

    with pytest.raises(ValueError, match="without pixels"):
        engine.posteriors([*some_lines()[:1], empty])


def test_every_engine_has_the_characters_of_the_model(engine: Engine) -> None:
    assert engine.alphabet == reference().alphabet
    assert engine.alphabet[0] == ""
    assert engine.alphabet[-1] == " "
    assert set("0９ァ髙ー々") <= set(engine.alphabet)


def test_each_step_shares_out_one_among_the_characters(engine: Engine) -> None:
    for answer in engine.posteriors(some_lines()):
        assert answer.dtype == np.float32
        assert answer.shape[1] == len(engine.alphabet)
        assert answer.min() >= 0
        assert np.allclose(answer.sum(axis=1), 1, atol=2e-3)


def test_a_line_has_a_step_for_every_eight_pixels(engine: Engine) -> None:
    line = np.full((48, 100), 255, np.uint8)

    (answer,) = engine.posteriors([line])

    assert len(answer) == 13


def test_answers_stand_in_the_order_of_the_lines(engine: Engine) -> None:
    lines = some_lines()

    forth = engine.posteriors(lines)
    back = engine.posteriors(lines[::-1])

    assert all(
        np.allclose(a, b, atol=1e-5) for a, b in zip(forth, back[::-1], strict=True)
    )
    assert len({answer.tobytes() for answer in forth}) == len(lines)


def test_a_line_is_read_alike_whatever_it_is_read_with(engine: Engine) -> None:
    lines = some_lines()

    together = engine.posteriors(lines * 3)
    alone = [engine.posteriors([line])[0] for line in lines]

    assert all(
        np.allclose(a, b, atol=1e-5) for a, b in zip(together, alone * 3, strict=True)
    )


def test_what_is_read_later_changes_no_earlier_answer(engine: Engine) -> None:
    lines = some_lines()
    first = engine.posteriors(lines[:1])[0]
    kept = first.copy()

    engine.posteriors(lines)
    engine.posteriors(lines[1:2])

    assert np.array_equal(first, kept)


def test_a_line_of_extreme_width_is_read(engine: Engine) -> None:
    extreme = [np.full((48, 1), 255, np.uint8), np.full((4, 3000), 255, np.uint8)]

    narrow, wide = engine.posteriors(extreme)

    assert len(narrow) == 1
    assert len(wide) == 400


def test_every_engine_reads_the_text_the_reference_reads(engine: Engine) -> None:
    answers = engine.posteriors(reference().lines)

    differing = [
        (greedy(expected, engine.alphabet), greedy(answer, engine.alphabet))
        for expected, answer in zip(reference().answers, answers, strict=True)
        if engine.facts.precision == "fp32" or sureness(expected) > SURE
        if greedy(expected, engine.alphabet) != greedy(answer, engine.alphabet)
    ]
    assert differing == []


def test_an_engine_in_fp32_gives_the_probabilities_of_the_reference(
    engine: Engine,
) -> None:
    if engine.facts.precision != "fp32":
        pytest.skip(f"{engine.name} computes in {engine.facts.precision}")
    lines = some_lines()

    answers = engine.posteriors(lines)

    expected = made("onnxruntime").posteriors(lines)
    largest = max(
        float(np.abs(a - b).max()) for a, b in zip(answers, expected, strict=True)
    )
    assert largest < FP32_TOLERANCE


def test_an_engine_says_what_it_runs_on(engine: Engine) -> None:
    facts = engine.facts

    assert (facts.model, facts.sha256) == (SHIPPED_MODEL, MODEL_SHA256)
    assert facts.threads == 1
    assert engine.name.startswith(f"{SHIPPED_MODEL}/{facts.engine.split()[0]}")
    assert engine.name.endswith(f"@{MODEL_SHA256[:12]}")
    assert (facts.precision in engine.name) == (facts.precision != "fp32")


def test_an_engine_computes_on_the_threads_it_was_given(engine: Engine) -> None:
    lines = reference().lines[:60]
    before = _ticks()

    engine.posteriors(lines)

    spent = [ticks - before.get(thread, 0) for thread, ticks in _ticks().items()]
    busy = [ticks for ticks in spent if ticks > 0.1 * sum(spent)]
    assert len(busy) == engine.facts.threads


def _ticks() -> dict[str, int]:
    """Processor time of each thread of this process, in ticks of 10 ms."""
    return dict(_tick(task) for task in Path("/proc/self/task").iterdir())


def _tick(task: Path) -> tuple[str, int]:
    fields = (task / "stat").read_text().rpartition(")")[2].split()
    return task.name, int(fields[11]) + int(fields[12])
