"""Which engine reads: chosen by name, imported only when it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from kamizero.errors import SetupError
from ocr.engine import Engine
from ocr.engines.models import SHIPPED_MODEL, RecognitionModel, model_in, shipped_model
from ocr.engines.processor import multiplies_bf16

EngineName = Literal["auto", "onnxruntime", "openvino", "torch", "paddleocr"]
Precision = Literal["auto", "fp32", "bf16"]
Device = Literal["auto", "cpu", "cuda"]


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """What an installation wants to read with.

    Attributes:
        engine: `auto` takes OpenVINO where the processor multiplies matrices of bf16,
            and ONNX Runtime elsewhere.
        precision: `auto` takes bf16 where the engine is OpenVINO and gains by it.
        device: `auto` takes a CUDA device where the engine finds one.
        threads: processor threads of one worker.
        model: the model's name, as PaddleOCR names it.
        model_dir: the folder of a model other than the pinned one.
    """

    engine: EngineName = "auto"
    precision: Precision = "auto"
    device: Device = "auto"
    threads: int = 1
    model: str = SHIPPED_MODEL
    model_dir: Path | None = None


def make_engine(choice: EngineChoice) -> Engine:
    """Load the engine; the first of a process takes a moment.

    Raises:
        SetupError: it is not installed, cannot do what is asked, or its model is
            not there.
    """
    name = _named(choice)
    _demand_possible(name, choice)
    return _MAKERS[name](choice, _model(choice))


def _named(choice: EngineChoice) -> str:
    if choice.engine != "auto":
        return choice.engine
    if choice.device == "cuda":
        return "torch"
    if choice.precision == "bf16":
        return "openvino"
    # In fp32 OpenVINO is no faster than ONNX Runtime, the reference.
    gains = choice.precision == "auto" and _gains_by_bf16()
    return "openvino" if gains else "onnxruntime"


def _gains_by_bf16() -> bool:
    if not multiplies_bf16() or not _is_installed("openvino"):
        return False
    from ocr.engines.openvino_engine import has_bf16

    return has_bf16()


def _onnxruntime(choice: EngineChoice, model: RecognitionModel) -> Engine:
    from ocr.engines.onnx_engine import OnnxRecogniser

    return OnnxRecogniser(threads=choice.threads, model=model)


def _openvino(choice: EngineChoice, model: RecognitionModel) -> Engine:
    from ocr.engines.openvino_engine import OpenVinoRecogniser

    precision = choice.precision
    if precision == "auto":
        precision = "bf16" if _gains_by_bf16() else "fp32"
    return OpenVinoRecogniser(threads=choice.threads, precision=precision, model=model)


def _torch(choice: EngineChoice, model: RecognitionModel) -> Engine:
    from ocr.engines.torch_engine import TorchRecogniser

    return TorchRecogniser(threads=choice.threads, device=choice.device, model=model)


def _paddleocr(choice: EngineChoice, model: RecognitionModel) -> Engine:
    from ocr.engines.paddle_engine import PaddleRecogniser

    return PaddleRecogniser(threads=choice.threads, model=model)


_MAKERS: Mapping[str, Callable[[EngineChoice, RecognitionModel], Engine]] = {
    "onnxruntime": _onnxruntime,
    "openvino": _openvino,
    "torch": _torch,
    "paddleocr": _paddleocr,
}
_NEEDED = {"openvino": ("openvino",), "torch": ("torch", "onnx", "onnx2torch")}


def _demand_possible(name: str, choice: EngineChoice) -> None:
    missing = [one for one in _NEEDED.get(name, ()) if not _is_installed(one)]
    if missing:
        raise SetupError(
            f"The engine {name} needs {' and '.join(missing)}. Install "
            f"kamizero[{name}], or set KAMIZERO_ENGINE to auto."
        )
    if choice.precision == "bf16" and name != "openvino":
        raise SetupError(
            f"The engine {name} computes in fp32 only. Set KAMIZERO_ENGINE to "
            "openvino, or KAMIZERO_ENGINE_PRECISION to auto."
        )
    if choice.device == "cuda" and name != "torch":
        raise SetupError(
            f"The engine {name} computes on the processor only. Set KAMIZERO_ENGINE "
            "to torch, or KAMIZERO_ENGINE_DEVICE to auto."
        )


def _is_installed(package: str) -> bool:
    return find_spec(package) is not None


def _model(choice: EngineChoice) -> RecognitionModel:
    if choice.model_dir is not None:
        return model_in(choice.model_dir, name=choice.model)
    if choice.model != SHIPPED_MODEL:
        raise SetupError(
            f"The model {choice.model} is not part of kamizero, and nothing is "
            "downloaded. Set KAMIZERO_ENGINE_MODEL_DIR to its folder."
        )
    return shipped_model()
