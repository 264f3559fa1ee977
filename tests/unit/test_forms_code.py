"""Codes on forms and separator sheets are read back, and only ours are."""

from dataclasses import replace
from datetime import date
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from forms.blank import blank_pdf
from forms.code import (
    FormCode,
    SeparatorCode,
    SheetKind,
    form_code,
    parse_code,
    parse_receipt,
    receipt_code,
)
from forms.definition import FormDefinition
from forms.library import Library
from forms.separator import separator_pdf

SEPARATOR = SeparatorCode(
    site="TOKYO-01",
    scheme="KOSEI",
    form="2200",
    sheets=25,
    entries=80,
    received_on=date(2020, 12, 10),
    number=3,
)


def test_a_form_code_is_read_back() -> None:
    assert parse_code(form_code("2200", "2020-12", 2)) == FormCode("2200", "2020-12", 2)


def test_a_separator_code_is_read_back() -> None:
    assert parse_code(SEPARATOR.text) == SEPARATOR


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://example.org/",
        form_code("2200", "2020-12", 1).replace("2200", "2201"),
        form_code("2200", "2020-12", 1)[:-1],
        SEPARATOR.text.replace(":25:", ":26:"),
    ],
)
def test_strange_and_damaged_codes_mean_nothing(text: str) -> None:
    assert parse_code(text) is None


@pytest.mark.parametrize("site", ["", "東京", "A:B", "tokyo"])
def test_a_separator_takes_only_what_fits_its_code(site: str) -> None:
    with pytest.raises(ValueError, match="capital letters"):
        SeparatorCode(
            site=site,
            scheme="KOSEI",
            form="2200",
            sheets=1,
            entries=1,
            received_on=date(2020, 12, 10),
            number=1,
        )


@pytest.mark.parametrize(
    "definition", Library.shipped().all(), ids=lambda definition: definition.name
)
def test_the_code_of_a_blank_is_read_at_200_dpi(definition: FormDefinition) -> None:
    page = _rendered(blank_pdf(definition))

    (found,) = zxingcpp.read_barcodes(page)

    assert parse_code(found.text) == FormCode(definition.form, definition.revision, 1)
    assert _in_mm(found.position.top_left) == pytest.approx(
        (definition.code_box.x, definition.code_box.y), abs=0.3
    )


@pytest.mark.parametrize("turn", [0, 180])
def test_both_codes_of_a_separator_are_read_either_way_up(turn: int) -> None:
    page = _rendered(separator_pdf(SEPARATOR)).rotate(turn)

    found = zxingcpp.read_barcodes(page)

    assert [parse_code(code.text) for code in found] == [SEPARATOR, SEPARATOR]


def test_one_code_is_left_when_a_corner_is_torn_off() -> None:
    page = _rendered(separator_pdf(SEPARATOR))
    page.paste("white", (0, 0, 400, 400))

    (found,) = zxingcpp.read_barcodes(page)

    assert parse_code(found.text) == SEPARATOR


def test_a_separator_says_the_same_in_words() -> None:
    pdf = pypdfium2.PdfDocument(separator_pdf(SEPARATOR, title="資格取得届"))

    text = pdf[0].get_textpage().get_text_range()

    for words in ("仕 切 り 紙", "25 枚", "80 件", "令和2年12月10日", "資格取得届"):
        assert words in text


def _rendered(pdf: bytes) -> Image.Image:
    image = pypdfium2.PdfDocument(pdf)[0].render(scale=200 / 72).to_pil()
    assert isinstance(image, Image.Image)
    return image.convert("RGB")


def _in_mm(point: zxingcpp.Point) -> tuple[float, float]:
    return point.x / 200 * 25.4, point.y / 200 * 25.4


def test_a_new_bundle_is_said_in_the_version_every_installation_knows() -> None:
    assert SEPARATOR.text.startswith("KZ1:S:")


@pytest.mark.parametrize("kind", [SheetKind.REENTRY, SheetKind.LATE])
def test_a_sheet_that_refers_to_a_filing_names_it(kind: SheetKind) -> None:
    code = replace(SEPARATOR, kind=kind, reference="00000012-0001")

    assert parse_code(code.text) == code
    with pytest.raises(ValueError, match="the reference '': use capital"):
        replace(SEPARATOR, kind=kind, reference="")


def test_a_sheet_that_refers_to_nothing_names_no_filing() -> None:
    with pytest.raises(ValueError, match="only a re-entry"):
        replace(SEPARATOR, kind=SheetKind.COVER, reference="00000012-0001")


@pytest.mark.parametrize(
    "part",
    [
        {"sheets": 10**18},
        {"entries": 1_000_001},
        {"number": 10**30},
        {"site": "A" * 17},
        {"form": "2" * 17},
        {"scheme": "K" * 33},
    ],
)
def test_what_would_fit_nowhere_is_no_code(part: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="at most"):
        replace(SEPARATOR, **part)


def test_the_code_of_a_receipt_names_its_bundle() -> None:
    code = receipt_code(123)

    assert parse_receipt(f" {code.lower()}\n") == 123


@pytest.mark.parametrize(
    "text", ["", "123", "KZ1:R:123", "KZ1:R:124:0000", form_code("2200", "2020-12", 1)]
)
def test_what_is_no_receipt_names_no_bundle(text: str) -> None:
    assert parse_receipt(text) is None


def test_a_receipt_among_scans_is_no_separator() -> None:
    assert parse_code(receipt_code(123)) is None
