"""The reading models: the pinned ones of the rapidocr wheel, or one of the user's."""

import hashlib
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import yaml

from kamizero.errors import SetupError
from ocr.engines.onnx_metadata import metadata_of

SHIPPED_MODEL = "PP-OCRv6_small_rec"
MODEL_FILE = "PP-OCRv6_rec_small.onnx"
MODEL_SHA256 = "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884"


@dataclass(frozen=True, slots=True)
class RecognitionModel:
    """A recogniser's weights and what its classes mean.

    Attributes:
        name: as PaddleOCR names it.
        content: the weights: an ONNX file, or one of Paddle's.
        sha256: of the content, in hexadecimal.
        characters: those of the classes from 1 on; class 0 is the CTC blank.
        folder: where the user keeps it, in PaddleOCR's layout; None for the pinned
            one.
        in_onnx: whether the weights are an ONNX file.
    """

    name: str
    content: bytes = field(repr=False)
    sha256: str
    characters: tuple[str, ...] = field(repr=False)
    folder: Path | None = None
    in_onnx: bool = True

    @property
    def alphabet(self) -> tuple[str, ...]:
        return ("", *self.characters)

    @property
    def onnx(self) -> bytes:
        """The ONNX file.

        Raises:
            SetupError: the weights are in Paddle's format.
        """
        if not self.in_onnx:
            raise SetupError(
                f"The model {self.name} is in Paddle's format. Set KAMIZERO_ENGINE "
                "to paddleocr, or take the model as ONNX."
            )
        return self.content


def shipped_model() -> RecognitionModel:
    """PP-OCRv6 small, exactly as it was tested.

    Raises:
        SetupError: it is not there, or is another one.
    """
    content = read_model(model_folder() / MODEL_FILE, sha256=MODEL_SHA256)
    listed = metadata_of(content)["character"].split("\n")
    return RecognitionModel(SHIPPED_MODEL, content, MODEL_SHA256, (*listed, " "))


def model_in(folder: Path, *, name: str) -> RecognitionModel:
    """A model the user has, in the layout of PaddleOCR.

    The folder holds `inference.yml`, which names the model and lists its characters,
    and `inference.onnx` or Paddle's `inference.pdiparams`. It was not tested by us:
    its hash is shown, not demanded.

    Raises:
        SetupError: a file is missing, or is not what its name says.
    """
    described = _described(folder / "inference.yml")
    if described.name != name:
        raise SetupError(
            f"{folder} holds the model {described.name}, not {name}. Set "
            "KAMIZERO_ENGINE_MODEL to the model that is there."
        )
    in_onnx = (folder / "inference.onnx").exists()
    weights = "inference.onnx" if in_onnx else "inference.pdiparams"
    content = _bytes(folder / weights)
    digest = hashlib.sha256(content).hexdigest()
    return RecognitionModel(
        name, content, digest, described.characters, folder, in_onnx
    )


class _Described(NamedTuple):
    """What the description beside a model says of it."""

    name: str
    characters: tuple[str, ...]


def _described(path: Path) -> _Described:
    try:
        described = yaml.safe_load(_bytes(path))
        listed = described["PostProcess"]["character_dict"]
        return _Described(described["Global"]["model_name"], (*map(str, listed), " "))
    except (KeyError, TypeError, yaml.YAMLError) as error:
        raise SetupError(
            f"{path} does not name its model and characters. Take the folder as "
            "PaddleOCR publishes it."
        ) from error


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
    content = _bytes(path)
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise SetupError(
            f"The reading model {path} is not the one that was tested (SHA-256"
            f" {found[:12]}…, expected {sha256[:12]}…). Install rapidocr in the"
            " pinned version again."
        )
    return content


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SetupError(
            f"The reading model {path} cannot be opened ({error.strerror}). Install"
            " rapidocr in the pinned version again, or name the folder of your own"
            " model in KAMIZERO_ENGINE_MODEL_DIR."
        ) from error
