"""The forms that rows of a table are, as rules and people see them, without paper."""

from collections.abc import Sequence

from forms.csv.layout import Item, Layout
from forms.csv.layouts import layouts, office_layout
from forms.csv.values import fields_of
from forms.definition import Choice, Field, FieldType, FormDefinition, Nature
from kamizero.model import Box

ROWS_A_FILING = 50
"""The rows that make one filing; more of an office open the next one."""

REVISION_END = "-csv"
PREFIX = "insured"
_ITEMS_A_SHEET = 140
# No place on paper: what a field holds stands in a row.
_NOWHERE = Box(0, 0, 1, 1)


def form_of_rows(
    layout: Layout, paper: FormDefinition | None, *, entries: int = ROWS_A_FILING
) -> FormDefinition:
    """The form of so many rows; what its paper form knows of a field counts too."""
    head = [_submitted_on(paper), *_office_fields(paper)]
    entry = [
        _field(name, parts, paper)
        for name, parts in fields_of(layout).items()
        if not name.startswith("office.")
    ]
    fields = [*head, *_on_every_line(entry, entries, rows_a_sheet(layout))]
    return FormDefinition(
        form=layout.form,
        revision=revision_of(layout),
        title=paper.title if paper else layout.title,
        title_en=paper.title_en if paper else layout.title_en,
        nature=paper.nature if paper else Nature.NOTICE,
        page_size_mm=(210, 297),
        pages=-(-entries // rows_a_sheet(layout)),
        marks=(),
        fields=tuple(fields),
        entry_prefix=PREFIX,
        entries=entries,
        newcomers=paper is not None and paper.newcomers,
        sums=paper.sums if paper else (),
        occasion=paper.occasion if paper else (),
        judgement=paper.judgement if paper else (),
    )


def layout_named(form: str, revision: str) -> Layout | None:
    """The layout that a filing's form and revision name; None for paper."""
    for versions in layouts().values():
        for layout in versions:
            if (layout.form, revision_of(layout)) == (form, revision):
                return layout
    return None


def revision_of(layout: Layout) -> str:
    """The revision of the form that rows of this layout are."""
    return f"{layout.spec}{REVISION_END}"


def is_of_rows(revision: str | None) -> bool:
    """Tell whether a filing, or a page of one, are rows of a table and no paper."""
    return revision is not None and revision.endswith(REVISION_END)


def rows_a_sheet(layout: Layout) -> int:
    """How many rows are shown on one picture."""
    return max(1, _ITEMS_A_SHEET // len(layout.items))


def line_field(name: str, n: int) -> str:
    """The name of an entry's field on its n-th line; those of the head stay."""
    return name if "." in name else f"{PREFIX}.{n}.{name}"


def _on_every_line(
    fields: Sequence[Field], entries: int, a_sheet: int
) -> Sequence[Field]:
    return [
        field.model_copy(
            update={
                "name": line_field(field.name, n),
                "page": (n - 1) // a_sheet + 1,
            }
        )
        for n in range(1, entries + 1)
        for field in fields
    ]


def _office_fields(paper: FormDefinition | None) -> Sequence[Field]:
    found = fields_of(office_layout()).items()
    return [_field(name, parts, paper) for name, parts in found]


def _submitted_on(paper: FormDefinition | None) -> Field:
    """The day the table was made, as no item says when it was handed in."""
    known = _of_paper("submitted_on", paper)
    field = known or Field(
        name="submitted_on",
        label="提出年月日",
        label_en="Day of submission",
        item="",
        type=FieldType.DATE,
        box_mm=_NOWHERE,
    )
    return field.model_copy(update={"required": False, **_off_paper(field)})


def _field(name: str, parts: Sequence[Item], paper: FormDefinition | None) -> Field:
    required = any(part.required and not part.uncertain for part in parts)
    known = _of_paper(name, paper)
    if known is not None:
        changed = {"name": name, "required": required, "item": _numbers(parts)}
        return known.model_copy(update={**changed, **_off_paper(known)})
    first = parts[0]
    return Field(
        name=name,
        label=_label(first.label),
        label_en=_label(first.label_en),
        item=_numbers(parts),
        type=first.type or FieldType.TEXT,
        format=first.format,
        box_mm=_NOWHERE,
        required=required,
        sensitive=first.sensitive,
        critical=first.sensitive,
        choices=_choices(first),
    )


def _off_paper(field: Field) -> dict[str, object]:
    """What a field of a paper form loses in a row: its place, cells and eras."""
    is_date = field.type is FieldType.DATE
    choices = () if is_date else field.choices
    return {"box_mm": _NOWHERE, "cells": None, "align": "left", "choices": choices}


def _of_paper(name: str, paper: FormDefinition | None) -> Field | None:
    wanted = line_field(name, 1) if "office." not in name else name
    names = (wanted, name)
    fields = paper.fields if paper is not None else ()
    return next((field for field in fields if field.name in names), None)


def _choices(item: Item) -> tuple[Choice, ...]:
    if item.type not in (FieldType.CHOICE, FieldType.CHECK):
        return ()
    return tuple(
        Choice(code=code, label=label, box_mm=_NOWHERE)
        for code, label in item.codes.items()
    )


def _numbers(parts: Sequence[Item]) -> str:
    """The numbers of its items, as people find them in the row."""
    first, last = parts[0].n, parts[-1].n
    return f"{first}" if first == last else f"{first}-{last}"


def _label(label: str) -> str:
    """The label without the part of the field that the item alone is."""
    return label.removesuffix("(元号)").removesuffix(" (era)")
