"""The default recogniser: PP-OCRv6 small on ONNX Runtime, the model pinned."""

import hashlib
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from kamizero.errors import SetupError
from ocr.engine import GreyImage, Posteriors

MODEL_FILE = "PP-OCRv6_rec_small.onnx"
MODEL_SHA256 = "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884"
HEIGHT = 48
STRIDE = 8
# Each step of the answer holds 18,710 floats: this bounds a batch to ~50 MB.
STEPS_IN_A_BATCH = 640
# Widths are rounded up to few different values, so that batches are large and the
# runtime plans its memory for few shapes.
WIDTH_STEP = 32
SMALLEST_WIDTH = 32
LARGEST_WIDTH = 3200


def model_folder() -> Path:
    """The folder of the models in the rapidocr wheel, found without importing it."""
    spec = find_spec("rapidocr")
    if spec is None or not spec.submodule_search_locations:
        raise SetupError(
            "The package rapidocr, which carries the reading models, is not"
            " installed. Install kamizero with its pinned dependencies."
        )
    return Path(spec.submodule_search_locations[0]) / "models"


def read_model(path: Path, *, sha256: str) -> bytes:
    """The bytes of a model that is exactly the one pinned; SetupError otherwise."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SetupError(
            f"The reading model {path} cannot be opened ({error.strerror}). Install"
            " rapidocr in the pinned version again."
        ) from error
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise SetupError(
            f"The reading model {path} is not the one that was tested (SHA-256"
            f" {found[:12]}…, expected {sha256[:12]}…). Install rapidocr in the"
            " pinned version again."
        )
    return content


class OnnxRecogniser:
    """PP-OCRv6 small, read from the rapidocr wheel; see `Recogniser`."""

    def __init__(
        self,
        *,
        threads: int = 2,
        model: Path | None = None,
        sha256: str = MODEL_SHA256,
    ) -> None:
        content = read_model(model or model_folder() / MODEL_FILE, sha256=sha256)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # Waiting threads that spin take the processor from other workers.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            content, options, providers=["CPUExecutionProvider"]
        )
        self._input = self._session.get_inputs()[0].name
        self.name = f"PP-OCRv6_small_rec/onnxruntime@{sha256[:12]}"
        self.alphabet = self._read_alphabet()

    def _read_alphabet(self) -> tuple[str, ...]:
        """The characters stand in the model's metadata; the space is the last class."""
        listed = self._session.get_modelmeta().custom_metadata_map["character"]
        return ("", *listed.split("\n"), " ")

    def posteriors(self, lines: Sequence[GreyImage]) -> list[Posteriors]:
        """Read each line (see `Recogniser.posteriors`)."""
        scaled = [_to_height(line) for line in lines]
        found: dict[int, Posteriors] = {}
        for width, members in _batches([line.shape[1] for line in scaled]):
            answer = self._run(_stack([scaled[i] for i in members], width))
            for row, index in enumerate(members):
                steps = _steps(scaled[index].shape[1])
                found[index] = answer[row, :steps]
        return [found[index] for index in range(len(lines))]

    def _run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        answer: NDArray[np.float32] = self._session.run(None, {self._input: batch})[0]
        return answer


def _steps(width: int) -> int:
    return -(-width // STRIDE)


def _to_height(line: GreyImage) -> GreyImage:
    height, width = line.shape
    if not height or not width:
        raise ValueError("a line without pixels cannot be read")
    wanted = round(width * HEIGHT / height)
    wanted = min(max(wanted, STRIDE), LARGEST_WIDTH)
    if (height, width) == (HEIGHT, wanted):
        return line
    method = cv2.INTER_AREA if height > HEIGHT else cv2.INTER_LINEAR
    return np.asarray(
        cv2.resize(line, (wanted, HEIGHT), interpolation=method), np.uint8
    )


def _batches(widths: Sequence[int]) -> list[tuple[int, list[int]]]:
    """Group line numbers so that a batch has one padded width and bounded size."""
    by_width: dict[int, list[int]] = {}
    for index, width in enumerate(widths):
        padded = max(-(-width // WIDTH_STEP) * WIDTH_STEP, SMALLEST_WIDTH)
        by_width.setdefault(padded, []).append(index)
    batches = []
    for padded, members in sorted(by_width.items()):
        size = max(STEPS_IN_A_BATCH // _steps(padded), 1)
        for start in range(0, len(members), size):
            batches.append((padded, members[start : start + size]))
    return batches


def _stack(lines: Sequence[GreyImage], width: int) -> NDArray[np.float32]:
    """Normalise to -1..1 and pad with paper on the right, three equal channels."""
    grey = np.full((len(lines), 1, HEIGHT, width), 1.0, np.float32)
    for row, line in enumerate(lines):
        grey[row, 0, :, : line.shape[1]] = line.astype(np.float32) / 127.5 - 1.0
    return np.ascontiguousarray(np.broadcast_to(grey, (len(lines), 3, HEIGHT, width)))
