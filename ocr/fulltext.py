"""Reads all text of a page that is no form of ours: attachments, unknown papers."""

import logging
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
import yaml
from numpy.typing import NDArray

from ocr.onnx_engine import MODEL_FILE, MODEL_SHA256, model_folder, read_model

DETECTOR_FILE = "PP-OCRv6_det_small.onnx"
DETECTOR_SHA256 = "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f"

_DETECTOR = "PP-OCRv6_small_det"
_RECOGNISER = "PP-OCRv6_small_rec"
_DETECTION: Mapping[str, Any] = {
    "PreProcess": {
        "transform_ops": [
            {"DecodeImage": {"channel_first": False, "img_mode": "BGR"}},
            {"DetResizeForTest": {"limit_side_len": 960, "limit_type": "max"}},
            {
                "NormalizeImage": {
                    "mean": [0.485, 0.456, 0.406],
                    "std": [0.229, 0.224, 0.225],
                    "scale": "1./255.",
                    "order": "hwc",
                }
            },
            {"ToCHWImage": None},
            {"KeepKeys": {"keep_keys": ["image", "shape"]}},
        ]
    },
    "PostProcess": {
        "name": "DBPostProcess",
        "thresh": 0.3,
        "box_thresh": 0.6,
        "max_candidates": 1000,
        "unclip_ratio": 1.5,
    },
}
_SAME_LINE = 0.5


def page_text(image: NDArray[np.uint8]) -> str:
    """The text of a page (height x width x 3, RGB), line by line from the top.

    The first call of a process loads PaddleOCR, which takes seconds; nothing is
    downloaded.

    Raises:
        SetupError: the models are not the ones that were tested.
    """
    found = _pipeline().predict(np.ascontiguousarray(image[..., ::-1]))
    return "\n".join(line for page in found for line in _lines(page))


@cache
def _pipeline() -> Any:
    # Models are loaded whole: their files may go as soon as the pipeline stands.
    with TemporaryDirectory(prefix="kamizero-models-") as folder:
        return _build(Path(folder))


def _build(folder: Path) -> Any:
    # PaddleOCR otherwise looks for model servers on the network and writes to the
    # home directory.
    os.environ.setdefault("PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK", "True")
    os.environ.setdefault("PADDLE_PDX_CACHE_HOME", str(folder / "cache"))
    from paddleocr import PaddleOCR

    # It announces each model it makes, in colours, whoever listens.
    logging.getLogger("paddlex").setLevel(logging.ERROR)
    return PaddleOCR(
        text_detection_model_name=_DETECTOR,
        text_detection_model_dir=str(_detector(folder)),
        text_recognition_model_name=_RECOGNISER,
        text_recognition_model_dir=str(_recogniser(folder)),
        use_doc_orientation_classify=False,
        use_doc_unwarping=False,
        use_textline_orientation=False,
        engine="onnxruntime",
        text_recognition_batch_size=8,
    )


def _detector(folder: Path) -> Path:
    content = read_model(model_folder() / DETECTOR_FILE, sha256=DETECTOR_SHA256)
    described = {"Global": {"model_name": _DETECTOR}, **_DETECTION}
    return _model(folder / "detector", content, described)


def _recogniser(folder: Path) -> Path:
    content = read_model(model_folder() / MODEL_FILE, sha256=MODEL_SHA256)
    described = {
        "Global": {"model_name": _RECOGNISER},
        "PreProcess": {
            "transform_ops": [
                {"DecodeImage": {"channel_first": False, "img_mode": "BGR"}},
                {"RecResizeImg": {"image_shape": [3, 48, 320]}},
                {"KeepKeys": {"keep_keys": ["image"]}},
            ]
        },
        "PostProcess": {
            "name": "CTCLabelDecode",
            "character_dict": _characters(content),
        },
    }
    return _model(folder / "recogniser", content, described)


def _model(folder: Path, content: bytes, described: Mapping[str, Any]) -> Path:
    """Lay a model out in the way PaddleOCR loads it."""
    folder.mkdir()
    (folder / "inference.onnx").write_bytes(content)
    (folder / "inference.yml").write_text(
        yaml.safe_dump(dict(described), allow_unicode=True), encoding="utf-8"
    )
    return folder


def _characters(model: bytes) -> list[str]:
    import onnxruntime

    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    listed: str = session.get_modelmeta().custom_metadata_map["character"]
    return listed.split("\n")


class _Piece(NamedTuple):
    """A piece of text and where it lies, in pixels."""

    top: float
    bottom: float
    left: float
    text: str


def _lines(page: Mapping[str, Any]) -> list[str]:
    """The texts found, those of one height joined from left to right."""
    found = [
        _Piece(float(box[1]), float(box[3]), float(box[0]), text)
        for box, text in zip(page["rec_boxes"], page["rec_texts"], strict=True)
        if text
    ]
    rows: list[list[_Piece]] = []
    for piece in sorted(found):
        if rows and _beside(rows[-1][0], piece):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    ordered = [sorted(row, key=lambda piece: piece.left) for row in rows]
    return [" ".join(piece.text for piece in row) for row in ordered]


def _beside(first: _Piece, other: _Piece) -> bool:
    return other.top < first.top + _SAME_LINE * (first.bottom - first.top)
