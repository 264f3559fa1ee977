"""The sample set keeps what DESIGN promises about it, without drawing it anew."""

import csv
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from forms.definition import FieldType
from forms.grammar import canonical, my_number_is_valid
from forms.library import Library
from ingest.media.folder import read_listing
from ingest.opening import open_original
from ingest.page_image import Limits, pages
from kamizero.errors import RefusedError
from kamizero.records import InsuredRecord, OfficeRecord
from samples.making.media import media_files

SAMPLES = Path(__file__).parents[2] / "samples"
SCANS = SAMPLES / "scans"
MOST_BYTES = 18_000_000


def _truth() -> dict[str, Any]:
    text = (SAMPLES / "values.json").read_text(encoding="utf-8")
    truth: dict[str, Any] = json.loads(text)
    return truth


TRUTH = _truth()
REFUSED = {path: v["error"] for path, v in TRUTH.items() if isinstance(v, dict)}
TAKEN = {path: filings for path, filings in TRUTH.items() if isinstance(filings, list)}
FILINGS = [filing for filings in TAKEN.values() for filing in filings]


def _used(filing: Mapping[str, Any], item: str) -> list[str]:
    return [
        value
        for name, value in filing["fields"].items()
        if name.endswith(f".{item}") and value
    ]


def _rows(name: str) -> list[dict[str, str]]:
    with (SAMPLES / "records" / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_values_name_every_scan_and_nothing_else() -> None:
    files = {str(p.relative_to(SCANS)) for p in SCANS.rglob("*") if p.is_file()}

    assert files == set(TRUTH)


def test_there_are_enough_files_and_filings_of_every_form() -> None:
    forms = {filing["form"] for filing in FILINGS}

    assert len(TRUTH) >= 24
    assert len(FILINGS) >= 12
    assert forms == {"2200", "2201", "2265"}


def test_the_scans_stay_light() -> None:
    total = sum(path.stat().st_size for path in SCANS.rglob("*") if path.is_file())

    assert total <= MOST_BYTES


def test_every_filing_names_every_field_of_its_form_in_order() -> None:
    for filing in FILINGS:
        form = Library.shipped().get(f"{filing['form']}@2020-12")

        assert list(filing["fields"]) == [field.name for field in form.fields]
        assert set(filing["wrong"]) <= set(filing["fields"])


def test_every_value_is_canonical() -> None:
    for filing in FILINGS:
        form = Library.shipped().get(f"{filing['form']}@2020-12")
        for field in form.fields:
            value = filing["fields"][field.name]

            assert canonical(field.type, field.format, value) == value, field.name


def test_every_choice_is_one_that_is_printed() -> None:
    for filing in FILINGS:
        form = Library.shipped().get(f"{filing['form']}@2020-12")
        for field in form.fields:
            if field.type in (FieldType.CHOICE, FieldType.CHECK):
                codes = {choice.code for choice in field.choices} or {"1"}

                assert filing["fields"][field.name] in {"", *codes}


def test_a_my_number_fails_its_check_digit_only_where_it_is_written_wrong() -> None:
    for filing in FILINGS:
        for name, value in filing["fields"].items():
            if name.endswith(".my_number") and value:
                assert my_number_is_valid(value) != (name in filing["wrong"]), name


def test_every_filing_has_one_to_ten_people_and_leaves_rows_unused() -> None:
    people = [len(_used(filing, "name_kanji")) for filing in FILINGS]

    assert min(people) >= 1
    assert all(
        count < Library.shipped().get(filing["form"]).entries
        for count, filing in zip(people, FILINGS, strict=True)
    )


# Pillow says beside the refusal what it stumbled over.
@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
@pytest.mark.parametrize(("path", "code"), REFUSED.items())
def test_a_bad_file_is_refused_with_the_code_that_is_written(
    path: str, code: str
) -> None:
    data = (SCANS / path).read_bytes()

    with pytest.raises(RefusedError) as refusal:
        list(pages(open_original(data, limits=Limits())))

    assert refusal.value.refusal_code == code


@pytest.mark.parametrize("path", TAKEN)
def test_every_page_of_a_good_file_decodes(path: str) -> None:
    data = (SCANS / path).read_bytes()

    images = list(pages(open_original(data, limits=Limits())))

    assert len(images) >= max(1, len(TAKEN[path]))
    assert all(190 <= image.dpi <= 310 for image in images)


def test_two_files_have_the_same_bytes() -> None:
    contents = [(SCANS / path).read_bytes() for path in TAKEN]

    assert len(set(contents)) == len(contents) - 1


def test_only_the_program_made_pdf_holds_text() -> None:
    with_words = {
        path
        for path in TAKEN
        if path.endswith(".pdf")
        and open_original((SCANS / path).read_bytes(), limits=Limits()).page(1).words
    }

    assert with_words == {"special/born-digital.pdf"}


def test_the_offices_of_all_filings_are_on_record() -> None:
    offices = [OfficeRecord(**row) for row in _rows("offices.csv")]
    on_paper = {
        (f["fields"]["office.symbol"], f["fields"]["office.number"]) for f in FILINGS
    }

    assert on_paper == {(office.symbol, office.number) for office in offices}


def test_whoever_leaves_or_is_paid_is_on_record_and_newcomers_are_not() -> None:
    on_record = {row["name_kanji"] for row in _rows("insured.csv")}
    present = {
        name
        for filing in FILINGS
        if filing["form"] != "2200"
        for name in _used(filing, "name_kanji")
    }
    newcomers = {
        name
        for filing in FILINGS
        if filing["form"] == "2200"
        for name in _used(filing, "name_kanji")
    }

    # One has married since, and one joins although her old employment never ended.
    assert len(present - on_record) == 1
    assert len(newcomers & on_record) == 1


def test_the_people_on_record_are_well_formed() -> None:
    for row in _rows("insured.csv"):
        dates = {
            name: date.fromisoformat(row[name]) if row[name] else None
            for name in ("birth_date", "acquired_on", "lost_on")
        }
        record = InsuredRecord(**{**row, **dates})  # type: ignore[arg-type]

        assert my_number_is_valid(record.my_number)
        assert len(record.pension_number) == 10
        assert record.birth_date < (record.acquired_on or date.max)


def test_the_media_are_as_they_are_made_and_one_balances() -> None:
    folder = SAMPLES / "media"
    files = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }

    counted = {path: read_listing(path, data).records for path, data in files.items()}

    assert files == dict(media_files())
    told = {
        name: counted[f"{name}/SHFD0006.CSV"] == counted[f"{name}/soukatsu.csv"]
        for name in ("media-003", "2024020700001234")
    }
    assert told == {"media-003": True, "2024020700001234": False}
