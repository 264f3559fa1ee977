"""ONNX Runtime: the engine that runs everywhere, against which others are held."""

import onnxruntime
from numpy import float32
from numpy.typing import NDArray

from ocr.engine import EngineFacts
from ocr.engines.line_recogniser import Batch, LineRecogniser
from ocr.engines.models import RecognitionModel, shipped_model


class OnnxRecogniser(LineRecogniser):
    """A model on ONNX Runtime, 32-bit, on the processor."""

    def __init__(
        self, *, threads: int = 2, model: RecognitionModel | None = None
    ) -> None:
        model = model or shipped_model()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # Waiting threads that spin take the processor from other workers.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            model.onnx, options, providers=["CPUExecutionProvider"]
        )
        self._input = self._session.get_inputs()[0].name
        super().__init__(
            model,
            EngineFacts(
                engine=f"onnxruntime {onnxruntime.__version__}",
                model=model.name,
                sha256=model.sha256,
                precision="fp32",
                device="cpu",
                threads=threads,
            ),
        )

    def run(self, batch: Batch) -> NDArray[float32]:
        """The network's answer (see `LineRecogniser.run`)."""
        answer: NDArray[float32] = self._session.run(None, {self._input: batch})[0]
        return answer
