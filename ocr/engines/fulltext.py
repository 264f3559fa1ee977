"""Reads all text of a page that is no form of ours: attachments, unknown papers."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ocr.engines.models import model_folder, read_model, shipped_model
from ocr.engines.paddle_models import lay_out, lay_out_recogniser, paddleocr

DETECTOR_FILE = "PP-OCRv6_det_small.onnx"
DETECTOR_SHA256 = "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f"

_DETECTOR = "PP-OCRv6_small_det"
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


def page_text(image: NDArray[np.uint8], *, threads: int = 1) -> str:
    """The text of a page (height x width x 3, RGB), line by line from the top.

    `threads` are those of the processor that it computes on.
    The first call of a process loads PaddleOCR, which takes seconds; nothing is
    downloaded.

    Raises:
        SetupError: the models are not the ones that were tested.
    """
    found = _pipeline(threads).predict(np.ascontiguousarray(image[..., ::-1]))
    return "\n".join(line for page in found for line in _lines(page))


@cache
def _pipeline(threads: int) -> Any:
    # Models are loaded whole: their files may go as soon as the pipeline stands.
    with TemporaryDirectory(prefix="kamizero-models-") as folder:
        return _build(Path(folder), threads)


def _build(folder: Path, threads: int) -> Any:
    model = shipped_model()
    return paddleocr(folder / "cache").PaddleOCR(
        text_detection_model_name=_DETECTOR,
        text_detection_model_dir=str(_detector(folder)),
        text_recognition_model_name=model.name,
        text_recognition_model_dir=str(
            lay_out_recogniser(folder / "recogniser", model)
        ),
        use_doc_orientation_classify=False,
        use_doc_unwarping=False,
        use_textline_orientation=False,
        engine="onnxruntime",
        engine_config={"intra_op_num_threads": threads, "inter_op_num_threads": 1},
        text_recognition_batch_size=8,
    )


def _detector(folder: Path) -> Path:
    content = read_model(model_folder() / DETECTOR_FILE, sha256=DETECTOR_SHA256)
    described = {"Global": {"model_name": _DETECTOR}, **_DETECTION}
    return lay_out(folder / "detector", content, described)


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
