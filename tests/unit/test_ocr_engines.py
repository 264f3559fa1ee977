"""Engines and models are chosen by name, and what is missing is told."""

from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kamizero.errors import SetupError
from ocr.engines.choice import EngineChoice, EngineName, make_engine
from ocr.engines.line_recogniser import LARGEST_WIDTH, STRIDE, WIDTH_STEP, batches
from ocr.engines.models import (
    MODEL_FILE,
    MODEL_SHA256,
    model_folder,
    model_in,
    read_model,
    shipped_model,
)
from ocr.engines.onnx_metadata import metadata_of
from ocr.engines.openvino_engine import has_bf16
from ocr.engines.paddle_models import lay_out_recogniser
from ocr.engines.processor import multiplies_bf16


@given(st.lists(st.integers(min_value=STRIDE, max_value=LARGEST_WIDTH), max_size=200))
def test_every_line_is_in_one_batch_that_is_wide_enough(widths: list[int]) -> None:
    found = list(batches(widths))

    assert sorted(n for _, members in found for n in members) == [*range(len(widths))]
    assert all(
        padded - WIDTH_STEP < widths[n] <= padded
        for padded, members in found
        for n in members
    )


@given(
    st.integers(min_value=STRIDE, max_value=LARGEST_WIDTH),
    st.integers(min_value=1, max_value=500),
)
def test_a_batch_has_few_lines_and_shapes(width: int, count: int) -> None:
    found = list(batches([width] * count))

    sizes = [len(members) for _, members in found]
    assert max(sizes) * found[0][0] // STRIDE <= max(160, found[0][0] // STRIDE)
    assert max(sizes) <= 16
    assert set(sizes) <= {1, 2, 4, 8, 16}


def test_the_pinned_model_is_the_one_that_was_tested() -> None:
    model = shipped_model()

    assert model.sha256 == MODEL_SHA256
    assert len(model.alphabet) == 18_710


def test_another_model_than_the_tested_one_is_refused(tmp_path: Path) -> None:
    model = tmp_path / "model.onnx"
    model.write_bytes(b"something else")

    with pytest.raises(SetupError, match="not the one that was tested"):
        read_model(model, sha256=MODEL_SHA256)


def test_a_missing_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"nowhere\.onnx"):
        read_model(tmp_path / "nowhere.onnx", sha256=MODEL_SHA256)


def test_a_model_of_the_user_is_read_from_its_folder(tmp_path: Path) -> None:
    shipped = shipped_model()
    folder = lay_out_recogniser(tmp_path / "mine", shipped)
    choice = EngineChoice("onnxruntime", model_dir=folder)

    engine = make_engine(choice)

    assert model_in(folder, name=shipped.name).characters == shipped.characters
    assert engine.alphabet == shipped.alphabet
    assert engine.facts.sha256 == MODEL_SHA256


def test_a_folder_with_another_model_than_named_is_refused(tmp_path: Path) -> None:
    folder = lay_out_recogniser(tmp_path / "mine", shipped_model())

    with pytest.raises(SetupError, match=r"holds the model PP-OCRv6_small_rec"):
        model_in(folder, name="PP-OCRv6_medium_rec")


@pytest.mark.parametrize("described", [[], {"Global": {"model_name": "mine"}}, "{"])
def test_a_model_that_does_not_name_its_characters_is_refused(
    tmp_path: Path, described: object
) -> None:
    text = described if isinstance(described, str) else yaml.safe_dump(described)
    (tmp_path / "inference.yml").write_text(text)

    with pytest.raises(SetupError, match="does not name its model and characters"):
        model_in(tmp_path, name="mine")


def test_a_model_that_is_not_shipped_needs_its_folder() -> None:
    with pytest.raises(SetupError, match="KAMIZERO_ENGINE_MODEL_DIR"):
        make_engine(EngineChoice(model="PP-OCRv6_medium_rec"))


@pytest.mark.parametrize("engine", ["onnxruntime", "openvino"])
def test_weights_of_paddle_are_not_given_to_engines_that_want_onnx(
    tmp_path: Path, engine: EngineName
) -> None:
    folder = lay_out_recogniser(tmp_path / "mine", shipped_model())
    (folder / "inference.onnx").rename(folder / "inference.pdiparams")

    with pytest.raises(SetupError, match="Set KAMIZERO_ENGINE to paddleocr"):
        make_engine(EngineChoice(engine, model_dir=folder))


@pytest.mark.parametrize(
    ("choice", "named"),
    [
        (EngineChoice("onnxruntime", precision="bf16"), "fp32 only"),
        (EngineChoice("paddleocr", precision="bf16"), "fp32 only"),
        (EngineChoice("onnxruntime", device="cuda"), "on the processor only"),
        (EngineChoice("openvino", device="cuda"), "on the processor only"),
    ],
    ids=str,
)
def test_what_an_engine_cannot_do_is_told(choice: EngineChoice, named: str) -> None:
    with pytest.raises(SetupError, match=named):
        make_engine(choice)


def test_by_itself_bf16_is_taken_where_the_processor_gains_by_it() -> None:
    gains = multiplies_bf16() and has_bf16()

    facts = make_engine(EngineChoice()).facts

    expected = ("openvino", "bf16") if gains else ("onnxruntime", "fp32")
    assert (facts.engine.split()[0], facts.precision) == expected


def test_openvino_by_itself_takes_bf16_only_where_the_processor_gains_by_it() -> None:
    gains = multiplies_bf16() and has_bf16()

    facts = make_engine(EngineChoice("openvino")).facts

    assert facts.precision == ("bf16" if gains else "fp32")


@pytest.mark.skipif(not has_bf16(), reason="this processor has no bf16")
def test_who_wants_bf16_gets_it_without_matrices_too() -> None:
    facts = make_engine(EngineChoice(precision="bf16")).facts

    assert (facts.engine.split()[0], facts.precision) == ("openvino", "bf16")


@pytest.mark.parametrize(
    ("flags", "multiplies"),
    [
        ("fpu sse4_2 avx2 fma", False),
        ("fpu avx2 avx512f avx512_bf16", False),
        ("fpu avx2 avx_ne_convert", False),
        ("fpu avx512_bf16 amx_bf16 amx_tile", True),
    ],
)
def test_only_matrices_make_bf16_faster(
    flags: str, multiplies: bool, tmp_path: Path
) -> None:
    told = tmp_path / "cpuinfo"
    told.write_text(f"processor\t: 0\nflags\t\t: {flags}\n")

    assert multiplies_bf16(told) is multiplies


def test_where_the_system_tells_nothing_bf16_is_not_taken(tmp_path: Path) -> None:
    other = tmp_path / "cpuinfo"
    other.write_text("Features\t: fp asimd bf16\n")

    assert not multiplies_bf16(other)
    assert not multiplies_bf16(tmp_path / "missing")


def test_who_wants_fp32_gets_the_reference() -> None:
    facts = make_engine(EngineChoice(precision="fp32")).facts

    assert (facts.engine.split()[0], facts.precision) == ("onnxruntime", "fp32")


def test_the_metadata_of_a_model_is_read_without_a_runtime() -> None:
    content = (model_folder() / MODEL_FILE).read_bytes()

    assert set(metadata_of(content)) == {"character"}


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04", b"\x7a\x7f", b"\x72\x03\x0a\x01\xff"]
)
def test_what_is_no_model_has_no_metadata(content: bytes) -> None:
    with pytest.raises(SetupError, match="no ONNX file"):
        metadata_of(content)


def test_reading_a_user_model_asks_for_no_tested_hash(tmp_path: Path) -> None:
    folder = lay_out_recogniser(tmp_path / "mine", shipped_model())
    weights = folder / "inference.onnx"
    weights.write_bytes(weights.read_bytes() + bytes([0x08, 0x0A]))

    found = model_in(folder, name="PP-OCRv6_small_rec")

    assert found.sha256 != MODEL_SHA256
    assert np.isin(["山", "0"], found.characters).all()
