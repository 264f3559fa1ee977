"""The network that tells the digit in a cell, and its way into an ONNX file."""

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from bench.training.writers import NO_DIGIT
from ocr.strokes.cell_cuts import VIEW_SIDE

Array = NDArray[np.float32] | NDArray[np.int64]
Constants = dict[str, Array]

CLASSES = NO_DIGIT + 1
# Of each convolution: side of what it sees, what comes out, the step it goes on by.
_LAYERS = ((5, 16, 2), (3, 32, 1), (3, 48, 2), (3, 64, 1), (3, 96, 2))
_INNER = 96
_DROPPED = 0.2
_OPSET, _IR_VERSION = 17, 8


def untrained() -> nn.Sequential:
    """Five convolutions and two full layers; a view in, a score of each class out.

    A view is 1 x 32 x 32, ink 1 on paper 0.
    """
    layers: list[nn.Module] = []
    before = 1
    for seen, channels, step in _LAYERS:
        layers += [
            nn.Conv2d(before, channels, seen, step, seen // 2, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
        ]
        before = channels
    side = VIEW_SIDE // 8
    return nn.Sequential(
        *layers,
        nn.Flatten(),
        nn.Dropout(_DROPPED),
        nn.Linear(before * side * side, _INNER),
        nn.ReLU(),
        nn.Dropout(_DROPPED),
        nn.Linear(_INNER, CLASSES),
    )


def as_onnx(net: nn.Sequential) -> bytes:
    """The network as an ONNX file, its normalising folded into the convolutions.

    It takes views as bytes, N x 32 x 32, ink 0 on paper 255, and gives the
    probability of each class, and what the inner layer makes of each view. The same
    weights give the same bytes.
    """
    constants, nodes = _looking()
    for at, (seen, _, step) in enumerate(_LAYERS):
        weight, bias = _folded(net[3 * at], net[3 * at + 1])
        constants |= {f"w{at}": weight, f"b{at}": bias}
        nodes += _convolution(at, seen, step)
    for name, layer in (("inner", net[-4]), ("outer", net[-1])):
        constants |= {
            f"{name}_w": _array(layer.weight),
            f"{name}_b": _array(layer.bias),
        }
    model = helper.make_model(
        _graph(constants, [*nodes, *_deciding()]),
        opset_imports=[helper.make_opsetid("", _OPSET)],
        ir_version=_IR_VERSION,
        producer_name="kamizero",
    )
    onnx.checker.check_model(model)
    content: bytes = model.SerializeToString(deterministic=True)
    return content


def _graph(constants: Constants, nodes: list[onnx.NodeProto]) -> onnx.GraphProto:
    side = VIEW_SIDE
    return helper.make_graph(
        nodes,
        "comb_cells",
        [helper.make_tensor_value_info("views", TensorProto.UINT8, ["n", side, side])],
        [
            helper.make_tensor_value_info("shares", TensorProto.FLOAT, ["n", CLASSES]),
            helper.make_tensor_value_info("features", TensorProto.FLOAT, ["n", _INNER]),
        ],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )


def _looking() -> tuple[Constants, list[onnx.NodeProto]]:
    """From bytes, ink 0, to numbers, ink 1."""
    constants: Constants = {
        "scale": np.array(-1 / 255, np.float32),
        "one": np.array(1, np.float32),
        "shape": np.array([-1, 1, VIEW_SIDE, VIEW_SIDE], np.int64),
    }
    return constants, [
        helper.make_node("Cast", ["views"], ["float"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["float", "scale"], ["scaled"]),
        helper.make_node("Add", ["scaled", "one"], ["ink"]),
        helper.make_node("Reshape", ["ink", "shape"], ["x0"]),
    ]


def _convolution(at: int, seen: int, step: int) -> list[onnx.NodeProto]:
    return [
        helper.make_node(
            "Conv",
            [f"x{at}", f"w{at}", f"b{at}"],
            [f"c{at}"],
            kernel_shape=[seen, seen],
            strides=[step, step],
            pads=[seen // 2] * 4,
        ),
        helper.make_node("Relu", [f"c{at}"], [f"x{at + 1}"]),
    ]


def _deciding() -> list[onnx.NodeProto]:
    return [
        helper.make_node("Flatten", [f"x{len(_LAYERS)}"], ["flat"]),
        _full("flat", "inner", "inner_sum"),
        helper.make_node("Relu", ["inner_sum"], ["features"]),
        _full("features", "outer", "scores"),
        helper.make_node("Softmax", ["scores"], ["shares"], axis=1),
    ]


def _full(source: str, name: str, target: str) -> onnx.NodeProto:
    return helper.make_node(
        "Gemm", [source, f"{name}_w", f"{name}_b"], [target], transB=1
    )


def _folded(convolution: nn.Module, norm: nn.Module) -> tuple[Array, Array]:
    factor = _array(norm.weight) / np.sqrt(_array(norm.running_var) + norm.eps)
    weight = _array(convolution.weight) * factor[:, None, None, None]
    bias = _array(norm.bias) - _array(norm.running_mean) * factor
    return weight.astype(np.float32), bias.astype(np.float32)


def _array(tensor: Tensor) -> Array:
    return np.asarray(tensor.detach().cpu().numpy(), np.float32)
