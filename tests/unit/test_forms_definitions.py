"""Every shipped form keeps the contract other programs rely on."""

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pypdfium2
import pytest
from numpy.typing import NDArray

from forms.blank import blank_pdf
from forms.csv.layouts import layouts
from forms.csv.values import fields_of
from forms.definition import Field, FieldType, FormDefinition
from forms.grammar import ERAS, FORMATS
from forms.library import Library
from kamizero.model import Box

HEAD = [
    "submitted_on",
    "office.symbol",
    "office.number",
    "office.postal_code",
    "office.address",
    "office.name",
    "office.owner_name",
    "office.phone",
]
ENTRY_2200 = (
    "serial_number name_kana name_kanji birth_date category acquisition_kind "
    "my_number pension_number acquired_on dependants remuneration_cash "
    "remuneration_in_kind remuneration_total over70 multiple_offices short_time "
    "rehired remarks postal_code address_kana address_kanji no_address_reason"
)
ENTRY_2201 = (
    "serial_number name_kana name_kanji birth_date my_number pension_number lost_on "
    "cause left_on multiple_offices rehired remarks cards_returned "
    "cards_not_returned over70_ended over70_ended_on"
)
ENTRY_2265 = (
    "serial_number name_kanji birth_date paid_on bonus_cash bonus_in_kind "
    "bonus_total my_number pension_number over70 multiple_offices first_paid_day"
)
ENTRY_2202 = (
    "change serial_number sex income name_kana birth_date name_kanji received_on "
    "my_number pension_number owner_confirmed postal_code address_kanji "
    "spouse_name_kana spouse_birth_date spouse_name_kanji spouse_relation "
    "spouse_my_number spouse_pension_number spouse_relation_confirmed "
    "spouse_household spouse_postal_code spouse_address_kanji spouse_phone_kind "
    "spouse_phone category3_filed_on spouse_nationality spouse_alias_kana "
    "spouse_alias_kanji spouse_began_on spouse_began_why spouse_began_other "
    "spouse_occupation spouse_income spouse_yearly_income spouse_residence "
    "spouse_moved_in_on spouse_ended_on spouse_ended_why spouse_ended_other "
    "spouse_died_on spouse_abroad spouse_abroad_from spouse_abroad_why "
    "spouse_abroad_other spouse_abroad_until spouse_home_why spouse_home_other "
    "spouse_remarks other1_name_kana other1_birth_date other1_name_kanji other1_sex "
    "other1_relation_confirmed other1_my_number other1_household other1_residence "
    "other1_relation_other other1_relation other1_postal_code other1_address_kanji "
    "other1_began_on other1_began_why other1_began_other other1_occupation "
    "other1_income other1_ended_on other1_ended_why other1_ended_other "
    "other1_moved_in_on other1_abroad other1_abroad_why other1_abroad_other "
    "other1_home_why other1_home_other other1_remarks other2_name_kana "
    "other2_birth_date other2_name_kanji other2_sex other2_relation_confirmed "
    "other2_my_number other2_household other2_residence other2_relation_other "
    "other2_relation other2_postal_code other2_address_kanji other2_began_on "
    "other2_began_why other2_began_other other2_occupation other2_income "
    "other2_ended_on other2_ended_why other2_ended_other other2_moved_in_on "
    "other2_abroad other2_abroad_why other2_abroad_other other2_home_why "
    "other2_home_other other2_remarks"
)
ENTRY_2225 = (
    "serial_number name_kanji birth_date applied_era applied_year applied_month "
    "previous_health previous_pension previous_era previous_year previous_month "
    "raise_month raise_kind retro_month retro_amount "
    "days_1 cash_1 in_kind_1 total_1 days_2 cash_2 in_kind_2 total_2 "
    "days_3 cash_3 in_kind_3 total_3 sum average corrected_average "
    "my_number pension_number over70 over70_months multiple_offices change_planned "
    "joined_midway on_leave short_time part_time yearly_average remarks"
)
ENTRY_2221 = (
    "serial_number name_kanji birth_date applied_era applied_year applied_month "
    "previous_health previous_pension previous_era previous_year previous_month "
    "raise_month raise_kind retro_month retro_amount "
    "month_1 days_1 cash_1 in_kind_1 total_1 month_2 days_2 cash_2 in_kind_2 total_2 "
    "month_3 days_3 cash_3 in_kind_3 total_3 sum average corrected_average "
    "my_number pension_number over70 multiple_offices short_time raise_reason "
    "health_only remarks"
)
ENTRY_2218 = (
    "serial_number pension_number name_kana name_kanji birth_date postal_code "
    "changed_on address_kana address_kanji old_address_kana old_address_kanji remarks"
)
ENTRY_UKETORI = (
    "my_number pension_number pension_code birth_date name_kana name_kanji phone "
    "postal_code address_kana address_kanji institution public_account "
    "holder_name_kana bank_code branch_code account_type account_number bank_name "
    "branch_name yucho_symbol yucho_number bank_seal"
)
ENTRY_SOUKATSU = (
    "insured_total summed_persons joined_since_june changed_in_july summed_sheets "
    "remarks"
)
ENTRIES = {
    "2200": (HEAD, ENTRY_2200, 4),
    "2201": (HEAD, ENTRY_2201, 4),
    "2202": (HEAD, ENTRY_2202, 1),
    "2218": ([one for one in HEAD if one != "office.number"], ENTRY_2218, 2),
    "2221": (HEAD, ENTRY_2221, 4),
    "2225": (HEAD, ENTRY_2225, 4),
    "2265": ([*HEAD, "paid_on"], ENTRY_2265, 10),
    "SOUKATSU": (HEAD, ENTRY_SOUKATSU, 1),
    "UKETORI": (["submitted_on"], ENTRY_UKETORI, 1),
}
WITHOUT_TABLE = ("2218", "SOUKATSU", "UKETORI")
# Of whom a pension is paid some are older than 昭和.
BORN_BEFORE_SHOWA = {"UKETORI": ["3"]}
ACCOUNTS = ("account_number", "yucho_number")
CODES = ("pension_code", "bank_code", "branch_code", "yucho_symbol")
# Until seals were given up at the end of 2020.
SEALED = dict.fromkeys(("2018-03", "2019-05"), ("office.owner_seal",))
ADDED = {"2200@2024-12": " certificate_wanted"}
ONLY_ON_PAPER = {*HEAD, "office.owner_seal"}
# The paper prints the months, and asks no kana of those who are known.
ON_PAPER_OTHERWISE = {"name_kana", "month_1", "month_2", "month_3"}
SINCE_REIWA = ("abroad_from", "abroad_until", "moved_in_on")
PX_PER_MM = 200 / 25.4
LINE_MM = 0.35

pytestmark = pytest.mark.parametrize(
    "definition", Library.shipped().all(), ids=lambda definition: definition.name
)


def test_its_fields_have_the_agreed_names_in_entries(
    definition: FormDefinition,
) -> None:
    head, entry, count = ENTRIES[definition.form]
    head = [*head, *SEALED.get(definition.revision, ())]
    entry += ADDED.get(definition.name, "")

    names = [field.name for field in definition.fields]

    entries = [
        f"insured.{n}.{name}" for n in range(1, count + 1) for name in entry.split()
    ]
    assert names == head + entries
    assert definition.entries == count


def test_a_table_of_the_form_has_the_same_fields(definition: FormDefinition) -> None:
    versions = layouts().get(f"{definition.form}700")
    if versions is None:
        assert definition.form in WITHOUT_TABLE
        return
    table = next(v for v in reversed(versions) if v.spec <= _spec_of(definition))

    # What is printed on the paper, and what only paper asks for.
    assert set(fields_of(table)) - definition.items <= ON_PAPER_OTHERWISE
    assert definition.items - set(fields_of(table)) <= ONLY_ON_PAPER


def test_a_copy_with_fewer_fields_knows_no_others(definition: FormDefinition) -> None:
    assert len(definition.by_name) == len(definition.fields)

    part = definition.model_copy(update={"fields": definition.fields[:3]})

    assert list(part.by_name) == [field.name for field in part.fields]
    assert sum(map(len, part.by_entry.values())) == 3


def test_no_two_writing_areas_overlap(definition: FormDefinition) -> None:
    areas = [
        (field.page, *area) for field in definition.fields for area in _areas(field)
    ]

    overlapping = [
        (first, second)
        for (page, first, a), (other, second, b) in combinations(areas, 2)
        if page == other and a.overlaps(b)
    ]

    assert overlapping == []


def test_everything_stands_on_the_page_and_off_the_marks(
    definition: FormDefinition,
) -> None:
    page = Box(0, 0, *definition.page_size_mm)

    for field in definition.fields:
        for name, area in _areas(field):
            assert page.contains(area), name
            assert not any(area.overlaps(mark) for mark in definition.marks), name


def test_cells_lie_in_their_writing_area_and_are_wide_enough(
    definition: FormDefinition,
) -> None:
    for field in definition.fields:
        for cell in field.cells or ():
            assert _grown(field.box_mm, 0.01).contains(cell), field.name
            assert cell.w >= 4.4, field.name
            assert cell.h >= 5.5, field.name


def test_dates_have_six_cells_and_known_eras(definition: FormDefinition) -> None:
    reiwa = definition.revision >= "2019-05"
    for field in _of_type(definition, FieldType.DATE):
        eras = [choice.code for choice in field.choices]

        assert field.cells is not None
        assert len(field.cells) == 6
        assert {choice.label for choice in field.choices} == {
            ERAS[code].label for code in eras
        }
        if field.name == "submitted_on":
            assert eras == [["7"], ["9"]][reiwa]
        elif field.name.endswith("birth_date"):
            older = BORN_BEFORE_SHOWA.get(definition.form, [])
            assert eras == [*older, *["5", "7", "9"][: 2 + reiwa]]
        elif field.name.endswith(SINCE_REIWA):
            assert eras == ["9"]
        else:
            assert eras == ["7", "9"][: 1 + reiwa], field.name


def test_numbers_have_as_many_cells_as_digits(definition: FormDefinition) -> None:
    expected = {
        "my_number": [4, 4, 4],
        "pension_number": [4, 6],
        "postal_code": [3, 4],
        "office_symbol": [2, 4],
        "office_number": [5],
        "serial_number": [6],
    }
    for field in definition.fields:
        if field.format in expected:
            assert _group_sizes(field) == expected[field.format], field.name


def test_amounts_have_seven_cells_filled_from_the_right(
    definition: FormDefinition,
) -> None:
    for field in _of_type(definition, FieldType.AMOUNT):
        assert _group_sizes(field) == [7]
        assert field.align == "right"


def test_names_addresses_and_phones_are_written_freely(
    definition: FormDefinition,
) -> None:
    free = {FieldType.KANA, FieldType.TEXT, FieldType.ADDRESS}
    for field in definition.fields:
        if field.type in free and field.format != "office_symbol":
            assert field.cells is None
        if field.format == "phone":
            assert field.cells is None


def test_a_check_has_one_box_and_a_choice_several(definition: FormDefinition) -> None:
    for field in _of_type(definition, FieldType.CHECK):
        assert [(c.code, c.box_mm) for c in field.choices] == [("1", field.box_mm)]
    for field in _of_type(definition, FieldType.CHOICE):
        assert len(field.choices) > 1
        for choice in field.choices:
            assert _grown(field.box_mm, 0.01).contains(choice.box_mm)


def test_only_my_numbers_and_accounts_are_sensitive_and_what_decides_is_critical(
    definition: FormDefinition,
) -> None:
    critical = ("my_number", "pension_number", "birth_date", "_on", *CODES, *ACCOUNTS)
    for field in definition.fields:
        last = field.name.rpartition(".")[2]
        decides = last.endswith(critical) and field.name != "submitted_on"

        protected = field.format in ("my_number", *ACCOUNTS)
        assert field.sensitive == protected, field.name
        assert field.critical == decides, field.name


def test_every_field_says_what_it_is(definition: FormDefinition) -> None:
    unnumbered = ("cards_returned", "cards_not_returned")
    # Of the notice about accounts the first four numbers are known.
    is_numbered = definition.form != "UKETORI" and any(
        field.item for field in definition.fields
    )
    for field in definition.fields:
        assert field.label
        assert field.label_en
        assert field.format is None or field.format in FORMATS
        if (
            is_numbered
            and field.entry is not None
            and not field.name.endswith(unnumbered)
        ):
            assert field.item, field.name


def test_nothing_is_printed_in_writing_areas_but_cell_lines(
    definition: FormDefinition,
) -> None:
    pages = _rendered(definition)
    for field in definition.fields:
        for cell in field.cells or ():
            _erase_frame(pages[field.page - 1], cell)

    for field in definition.fields:
        if field.type is not FieldType.CHOICE:
            inside = _cut(pages[field.page - 1], _grown(field.box_mm, -LINE_MM))
            assert inside.size > 0
            assert inside.min() == 255, field.name


def _areas(field: Field) -> Iterator[tuple[str, Box]]:
    if field.type is not FieldType.CHOICE:
        yield field.name, field.box_mm
    if field.type is not FieldType.CHECK:
        for choice in field.choices:
            yield f"{field.name}={choice.code}", choice.box_mm


def _of_type(definition: FormDefinition, wanted: FieldType) -> list[Field]:
    return [field for field in definition.fields if field.type is wanted]


def _group_sizes(field: Field) -> list[int]:
    sizes: list[int] = []
    right = -1.0
    for cell in field.cells or ():
        if abs(cell.x - right) < 0.05:
            sizes[-1] += 1
        else:
            sizes.append(1)
        right = cell.right
    return sizes


def _grown(box: Box, by: float) -> Box:
    return Box(box.x - by, box.y - by, box.w + 2 * by, box.h + 2 * by)


def _rendered(definition: FormDefinition) -> list[NDArray[np.uint8]]:
    document = pypdfium2.PdfDocument(blank_pdf(definition))
    pages = [page.render(scale=200 / 72).to_pil().convert("L") for page in document]
    return [np.array(page) for page in pages]


def _cut(page: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    left, top = round(box.x * PX_PER_MM), round(box.y * PX_PER_MM)
    right, bottom = round(box.right * PX_PER_MM), round(box.bottom * PX_PER_MM)
    return page[top:bottom, left:right]


def _erase_frame(page: NDArray[np.uint8], cell: Box) -> None:
    inside = _cut(page, _grown(cell, -LINE_MM)).copy()
    _cut(page, _grown(cell, LINE_MM))[:] = 255
    _cut(page, _grown(cell, -LINE_MM))[:] = inside


def _spec_of(definition: FormDefinition) -> str:
    """The table's version of that time; older tables were other ones."""
    return max(definition.revision, "2020-12")
