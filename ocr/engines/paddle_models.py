"""Lays models out as PaddleOCR loads them, and loads it without its surprises."""

import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from ocr.engines.models import RecognitionModel


def paddleocr(cache: Path) -> Any:
    """The package `paddleocr`, imported where it is used: it takes seconds.

    It otherwise looks for model servers on the network and writes to the home
    directory, and so does matplotlib, which it imports to draw what nobody asks for.
    """
    os.environ.setdefault("PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK", "True")
    os.environ.setdefault("PADDLE_PDX_CACHE_HOME", str(cache))
    os.environ.setdefault("MPLCONFIGDIR", str(cache / "matplotlib"))
    import paddleocr

    # It announces each model it makes, in colours, whoever listens.
    logging.getLogger("paddlex").setLevel(logging.ERROR)
    return paddleocr


def lay_out_recogniser(folder: Path, model: RecognitionModel) -> Path:
    """Write a recogniser's folder; PaddleOCR adds the space to the characters."""
    described = {
        "Global": {"model_name": model.name},
        "PreProcess": {
            "transform_ops": [
                {"DecodeImage": {"channel_first": False, "img_mode": "BGR"}},
                {"RecResizeImg": {"image_shape": [3, 48, 320]}},
                {"KeepKeys": {"keep_keys": ["image"]}},
            ]
        },
        "PostProcess": {
            "name": "CTCLabelDecode",
            "character_dict": list(model.characters[:-1]),
        },
    }
    return lay_out(folder, model.onnx, described)


def lay_out(folder: Path, content: bytes, described: Mapping[str, Any]) -> Path:
    """Write a model's folder."""
    folder.mkdir()
    (folder / "inference.onnx").write_bytes(content)
    (folder / "inference.yml").write_text(
        yaml.safe_dump(dict(described), allow_unicode=True), encoding="utf-8"
    )
    return folder
