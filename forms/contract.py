"""What each field of a definition must have, by its type and format."""

from collections.abc import Iterator

from forms.definition import FieldType
from forms.grammar import ERAS
from forms.placing import cell_boxes, field_area
from forms.schema import FieldSource

_CELLS_OF_FORMAT = {
    "my_number": 12,
    "pension_number": 10,
    "corporate_number": 13,
    "postal_code": 7,
    "bank_account": 7,
    "bank_code": 4,
    "branch_code": 3,
    "pension_code": 4,
    "yucho_symbol": 5,
}
_SENSITIVE_FORMATS = frozenset(
    {"my_number", "bank_account", "account_number", "yucho_number"}
)
_CELLS_OF_DATE = 6
# Smaller than this, nobody can write one digit into one cell.
_LEAST_CELL_MM = (3.5, 4.5)


def field_problems(field: FieldSource) -> Iterator[str]:
    """Say what is wrong with one field as it is written down."""
    yield from _area_problems(field)
    match field.type:
        case FieldType.DATE:
            yield from _date_problems(field)
        case FieldType.CHOICE:
            if field.choices is None:
                yield "a choice needs choices with at, size and options"
        case FieldType.CHECK:
            if field.tick is None:
                yield "a check needs tick, the box [x, y, w, h] to tick"
        case _:
            if field.choices is not None:
                yield f"only a choice or a date has choices, not {field.type}"
    if field.tick is not None and field.type is not FieldType.CHECK:
        yield f"only a check has a tick, not {field.type}"
    yield from _format_problems(field)


def _area_problems(field: FieldSource) -> Iterator[str]:
    if field_area(field) is None:
        yield "it has no writing area; give it cells or a box [x, y, w, h]"
    if field.cells is None:
        return
    if (
        field.cells.size[0] < _LEAST_CELL_MM[0]
        or field.cells.size[1] < _LEAST_CELL_MM[1]
    ):
        least = " x ".join(str(side) for side in _LEAST_CELL_MM)
        yield f"its cells are too small to write in; make them at least {least} mm"
    if field.box is not None and not all(
        field.box.contains(cell) for cell in cell_boxes(field.cells)
    ):
        yield "its cells reach out of its box; leave the box out or make it larger"


def _date_problems(field: FieldSource) -> Iterator[str]:
    count = sum(field.cells.groups) if field.cells else 0
    if count != _CELLS_OF_DATE:
        yield f"a date needs six cells YYMMDD, it has {count}; write groups: [2, 2, 2]"
    if field.choices is None:
        yield 'a date needs its eras as choices, for example {"9": 令和}'
        return
    for code in field.choices.options:
        if code not in ERAS:
            yield f"{code!r} is no era; one of: {', '.join(ERAS)}"


def _format_problems(field: FieldSource) -> Iterator[str]:
    needed = _CELLS_OF_FORMAT.get(field.format or "")
    if needed and field.cells and sum(field.cells.groups) != needed:
        count = sum(field.cells.groups)
        yield f"{field.format} needs {needed} cells, it has {count}"
    if field.format in _SENSITIVE_FORMATS and not field.sensitive:
        yield f"{field.format} is protected by law; write sensitive: true"
