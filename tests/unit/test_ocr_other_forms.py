"""Forms that no sample is of are printed, filled in and read back as a whole."""

from functools import cache

import numpy as np
import pytest

from forms.fill import fill
from forms.library import Library
from ocr.engines.onnx_engine import OnnxRecogniser
from ocr.form import read_form
from ocr.page import look

pytestmark = pytest.mark.model

_HANA = {
    "submitted_on": "2021-04-05",
    "insured.1.pension_number": "1234567890",
    "insured.1.birth_date": "1990-05-12",
    "insured.1.name_kana": "サトウ　ハナ",
    "insured.1.name_kanji": "佐藤　花",
    "insured.1.postal_code": "1000013",
    "insured.1.address_kanji": "東京都千代田区霞が関1-2-2",
}
_PAYEE = {
    **_HANA,
    "insured.1.my_number": "123456789018",
    "insured.1.pension_code": "1150",
    "insured.1.phone": "03-1234-5678",
    "insured.1.holder_name_kana": "サトウ　ハナ",
}
BANK = {
    **_PAYEE,
    "insured.1.institution": "1",
    "insured.1.bank_code": "0001",
    "insured.1.branch_code": "001",
    "insured.1.account_type": "1",
    "insured.1.account_number": "123456",
    "insured.1.bank_seal": "1",
}
POSTAL_BANK = {
    **_PAYEE,
    "insured.1.institution": "2",
    "insured.1.yucho_symbol": "10530",
    "insured.1.yucho_number": "2345671",
}
ADDRESS = {
    **_HANA,
    "office.symbol": "01-ケイト",
    "insured.1.serial_number": "12",
    "insured.1.changed_on": "2021-03-28",
    "insured.1.old_address_kanji": "東京都港区芝1-1-1　緑ハイツ305",
    "insured.1.remarks": "転居",
}


@cache
def engine() -> OnnxRecogniser:
    return OnnxRecogniser(threads=2)


@pytest.mark.parametrize(
    ("form", "values"),
    [("UKETORI", BANK), ("UKETORI", POSTAL_BANK), ("2218", ADDRESS)],
    ids=["bank", "postal bank", "address"],
)
def test_what_is_written_is_read(form: str, values: dict[str, str]) -> None:
    library = Library.shipped()
    picture = np.array(fill(library.get(form), values)[0])

    seen = look(picture, library=library, page_words=())

    assert seen.definition is not None
    assert seen.definition.form == form
    reading = read_form([seen], definition=seen.definition, engine=engine())
    said = {one.name: one.value for one in reading.readings if one.value}
    assert said == values
    # What stands apart may be one word, and one word may be two.
    parted = [one for one in reading.readings if "1\u3000" in one.value]
    assert not any(one.accepted for one in parted)
