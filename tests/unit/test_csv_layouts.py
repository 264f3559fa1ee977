"""The layouts hold what was published of them, and join with the forms."""

from datetime import date

import pytest

from forms.csv.forms import form_of_rows, layout_named, line_field
from forms.csv.layout import Layout
from forms.csv.layouts import OFFICE, form_codes, layout_of, layouts, office_layout
from forms.csv.values import row_of, substituted, texts_of
from forms.grammar import canonical
from tests.tables import paper

EVERY = [one for code in form_codes() for one in layouts()[code]]


def named(layout: Layout) -> str:
    return f"{layout.code}@{layout.spec}"


@pytest.mark.parametrize(
    ("code", "counts"),
    [
        ("2200700", [33, 34]),
        ("2201700", [27, 27]),
        ("2202700", [136, 139]),
        ("2221700", [49]),
        ("2225700", [53]),
        ("2265700", [21]),
        (OFFICE, [12]),
    ],
)
def test_each_form_has_the_items_of_its_specs(code: str, counts: list[int]) -> None:
    assert [len(one.items) for one in layouts()[code]] == counts


def test_the_second_dependant_has_the_items_of_the_first() -> None:
    layout = layouts()["2202700"][-1]

    pairs = [(layout.item(n), layout.item(n + 33)) for n in range(70, 103)]

    assert all(one.kind == other.kind for one, other in pairs)
    assert layout.item(104).field == "other2_name_kana"
    assert layout.item(104).label == "被扶養者2 氏名(カナ)"


@pytest.mark.parametrize(
    ("on", "label"),
    [
        (date(2020, 12, 1), "被保険者証回収(添付)"),
        (date(2025, 1, 1), "資格確認書回収(添付)"),
    ],
)
def test_a_row_follows_the_layout_of_its_day(on: date, label: str) -> None:
    layout = layout_of(layouts()["2201700"][0].example, on=on)

    assert layout is not None
    assert layout.item(22).label == label


@pytest.mark.parametrize("layout", EVERY, ids=named)
def test_the_values_of_a_row_say_the_row_again(layout: Layout) -> None:
    form = form_of_rows(layout, paper(layout.form), entries=1)
    values = {
        name: canonical(field.type, field.format, text)
        for name, text in texts_of(layout, layout.example).items()
        for field in [form.field(line_field(name, 1))]
    }

    row = row_of(layout, values)

    # The prefecture is in no field of a form.
    assert row[0:1] + row[2:] == layout.example[0:1] + layout.example[2:]


@pytest.mark.parametrize("layout", EVERY, ids=named)
def test_a_form_of_rows_is_found_again_by_its_name(layout: Layout) -> None:
    form = form_of_rows(layout, paper(layout.form), entries=1)

    assert layout_named(form.form, form.revision) == layout
    assert len({field.name for field in form.fields}) == len(form.fields)


def test_what_cannot_be_written_takes_its_usual_form_or_leaves_the_name_blank() -> None:
    layout = layouts()["2200700"][0]
    row = list(layout.example)
    row[7], row[27] = "髙橋　花", "𩸽屋勤務"

    usual, touched = substituted(layout, row)
    row[7] = "𩸽田　花"
    blank, _ = substituted(layout, row)

    assert (usual[7], usual[27]) == ("高橋　花", "〓屋勤務")
    assert [item.n for item in touched] == [8, 28]
    assert blank[7] == ""


def test_the_remarks_of_a_reason_stand_in_an_item_of_their_own() -> None:
    layout = layouts()["2200700"][0]
    values = {"no_address_reason": "3", "remarks": "施設入所中"}

    row = row_of(layout, values)

    assert (row[14], row[27]) == ("施設入所中", "")
    assert texts_of(layout, row)["remarks"] == "施設入所中"


def test_an_office_is_told_by_paper_and_by_table_alike() -> None:
    texts = texts_of(office_layout(), office_layout().example)

    assert (
        canonical(
            form_of_rows(office_layout(), None, entries=0).field("office.symbol").type,
            "office_symbol",
            texts["office.symbol"],
        )
        == "01-ケイト"
    )
    assert texts["office.phone"] == "03-1234-5678"
