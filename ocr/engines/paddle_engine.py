"""PaddleOCR's own recogniser: the reference, and the way to models in its format."""

from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from kamizero.errors import SetupError
from ocr.engine import EngineFacts
from ocr.engines.line_recogniser import Batch, LineRecogniser
from ocr.engines.models import RecognitionModel, shipped_model
from ocr.engines.paddle_models import lay_out_recogniser, paddleocr


class PaddleRecogniser(LineRecogniser):
    """A model in PaddleOCR: ONNX files on ONNX Runtime, Paddle's own on paddle."""

    def __init__(
        self, *, threads: int = 2, model: RecognitionModel | None = None
    ) -> None:
        model = model or shipped_model()
        if not model.in_onnx and find_spec("paddle") is None:
            raise SetupError(
                f"The model {model.name} is in Paddle's format, and paddle is not "
                "installed. Install paddlepaddle, or take the model as ONNX."
            )
        # Models are loaded whole: what was laid out may go as soon as they stand.
        with TemporaryDirectory(prefix="kamizero-models-") as scratch:
            package = paddleocr(Path(scratch) / "cache")
            loaded = package.TextRecognition(
                model_name=model.name,
                model_dir=str(
                    model.folder
                    or lay_out_recogniser(Path(scratch) / "recogniser", model)
                ),
                device="cpu",
                **_runtime(in_onnx=model.in_onnx, threads=threads),
            )
        # PaddleOCR offers strings; only here are the posteriors they come from.
        self._runner = loaded.paddlex_predictor.runner
        super().__init__(
            model,
            EngineFacts(
                engine=f"paddleocr {version('paddleocr')}",
                model=model.name,
                sha256=model.sha256,
                precision="fp32",
                device="cpu",
                threads=threads,
            ),
        )

    def run(self, batch: Batch) -> NDArray[np.float32]:
        """The network's answer (see `LineRecogniser.run`)."""
        return np.asarray(self._runner(x=batch)[0], np.float32)


def _runtime(*, in_onnx: bool, threads: int) -> dict[str, object]:
    if in_onnx:
        config = {"intra_op_num_threads": threads, "inter_op_num_threads": 1}
        return {"engine": "onnxruntime", "engine_config": config}
    return {"engine": "paddle_static", "cpu_threads": threads}
