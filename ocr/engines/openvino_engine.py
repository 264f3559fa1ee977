"""OpenVINO: the fastest on Intel processors, most of all where they compute in bf16."""

from io import BytesIO
from typing import Literal

import numpy as np
import openvino
from numpy.typing import NDArray
from openvino import properties
from openvino.properties import hint

from kamizero.errors import SetupError
from ocr.engine import EngineFacts
from ocr.engines.line_recogniser import Batch, LineRecogniser
from ocr.engines.models import RecognitionModel, shipped_model

Precision = Literal["fp32", "bf16"]
_TYPES = {"fp32": openvino.Type.f32, "bf16": openvino.Type.bf16}
# It keeps plans by shape, for each layer: those of the shapes used last are enough.
_PLANS_KEPT = 512


def has_bf16() -> bool:
    """Tell whether this processor computes in bf16 by itself."""
    return "BF16" in openvino.Core().get_property("CPU", properties.device.capabilities)


class OpenVinoRecogniser(LineRecogniser):
    """A model on OpenVINO, on the processor."""

    def __init__(
        self,
        *,
        threads: int = 2,
        precision: Precision = "fp32",
        model: RecognitionModel | None = None,
    ) -> None:
        if precision == "bf16" and not has_bf16():
            raise SetupError(
                "This processor does not compute in bf16. Set "
                "KAMIZERO_ENGINE_PRECISION to fp32 or auto."
            )
        model = model or shipped_model()
        core = openvino.Core()
        compiled = core.compile_model(
            core.read_model(BytesIO(model.onnx)),
            "CPU",
            {
                hint.inference_precision: _TYPES[precision],
                properties.inference_num_threads: threads,
                properties.num_streams: 1,
                # Workers share the cores: none of them may hold one for itself.
                hint.enable_cpu_pinning: False,
                "CPU_RUNTIME_CACHE_CAPACITY": str(_PLANS_KEPT),
            },
        )
        self._request = compiled.create_infer_request()
        super().__init__(
            model,
            EngineFacts(
                engine=f"openvino {openvino.__version__.split('-')[0]}",
                model=model.name,
                sha256=model.sha256,
                precision=precision,
                device="cpu",
                threads=threads,
            ),
        )

    def run(self, batch: Batch) -> NDArray[np.float32]:
        """The network's answer (see `LineRecogniser.run`)."""
        answer = self._request.infer({0: batch}, share_inputs=True)[0]
        return np.asarray(answer, np.float32)
