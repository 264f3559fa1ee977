"""PyTorch: the same ONNX weights as a torch module, for graphics processors."""

import io
import warnings
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx2torch import convert

from kamizero.errors import SetupError
from ocr.engine import EngineFacts
from ocr.engines.line_recogniser import Batch, LineRecogniser
from ocr.engines.models import RecognitionModel, shipped_model


class TorchRecogniser(LineRecogniser):
    """A model on torch, 32-bit, on the processor or a CUDA device."""

    def __init__(
        self,
        *,
        threads: int = 2,
        device: str = "auto",
        model: RecognitionModel | None = None,
    ) -> None:
        model = model or shipped_model()
        self._device = torch.device(_device(device))
        # It is a setting of the process: a worker has one engine.
        torch.set_num_threads(threads)
        graph = onnx.load_model(io.BytesIO(model.onnx))
        with_explicit_pads(graph)
        self._network = convert(graph).eval().to(self._device)
        super().__init__(
            model,
            EngineFacts(
                engine=f"torch {torch.__version__}",
                model=model.name,
                sha256=model.sha256,
                precision="fp32",
                device=_called(self._device),
                threads=threads,
            ),
        )

    def run(self, batch: Batch) -> NDArray[np.float32]:
        """The network's answer (see `LineRecogniser.run`)."""
        with torch.inference_mode(), warnings.catch_warnings():
            # onnx2torch cuts tensors by lists, which torch tells it not to do.
            warnings.filterwarnings("ignore", message="Using a non-tuple sequence")
            answer = self._network(torch.from_numpy(batch).to(self._device))
        return np.asarray(answer.cpu().numpy(), np.float32)


def with_explicit_pads(graph: onnx.ModelProto) -> None:
    """Say in numbers what SAME_UPPER means: onnx2torch refuses the word.

    At stride 1 it pads by the kernel's side less one, an uneven pixel at the end.
    """
    for node in graph.graph.node:
        said = {attribute.name: attribute for attribute in node.attribute}
        if "auto_pad" not in said or said["auto_pad"].s != b"SAME_UPPER":
            continue
        if any(stride != 1 for stride in said["strides"].ints):
            raise SetupError(
                f"The reading model pads a stride in a way torch cannot ({node.name})."
                " Set KAMIZERO_ENGINE to onnxruntime."
            )
        sides = [side - 1 for side in said["kernel_shape"].ints]
        pads = [side // 2 for side in sides] + [side - side // 2 for side in sides]
        for name in ("auto_pad", "pads"):
            if name in said:
                node.attribute.remove(said[name])
        node.attribute.append(onnx.helper.make_attribute("pads", pads))


def _device(wanted: str) -> str:
    if wanted == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if wanted == "cuda" and not torch.cuda.is_available():
        raise SetupError(
            "torch finds no CUDA device. Set KAMIZERO_ENGINE_DEVICE to cpu or auto."
        )
    return wanted


def _called(device: Any) -> str:
    if device.type == "cuda":
        return f"cuda ({torch.cuda.get_device_name(device)})"
    return str(device.type)
