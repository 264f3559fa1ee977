"""The forms that rows of a table are, as rules and people see them, without paper."""

from collections.abc import Collection, Sequence

from forms.csv.layout import Item, Layout
from forms.csv.layouts import layouts, office_layout
from forms.csv.values import fields_of
from forms.definition import Choice, Field, FieldType, FormDefinition, Nature
from forms.grammar import ERAS
from kamizero.model import Box

ROWS_A_FILING = 50
"""The rows that make one filing; more of an office open the next one."""

REVISION = "{spec}-csv"
PREFIX = "insured"
_NOWHERE = Box(0, 0, 0, 0)


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
    fields = [*head, *_on_every_line(entry, entries)]
    return FormDefinition(
        form=layout.form,
        revision=REVISION.format(spec=layout.spec),
        title=paper.title if paper else layout.title,
        title_en=paper.title_en if paper else layout.title_en,
        nature=paper.nature if paper else Nature.NOTICE,
        page_size_mm=(210, 297),
        pages=0,
        marks=(),
        fields=tuple(fields),
        entry_prefix=PREFIX,
        entries=entries,
        newcomers=paper is not None and paper.newcomers,
        sums=paper.sums if paper else (),
        judgement=paper.judgement if paper else (),
    )


def layout_named(form: str, revision: str) -> Layout | None:
    """The layout that a filing's form and revision name; None for paper."""
    for versions in layouts().values():
        for layout in versions:
            if (layout.form, REVISION.format(spec=layout.spec)) == (form, revision):
                return layout
    return None


def line_field(name: str, n: int) -> str:
    """The name of an entry's field on its n-th line; those of the head stay."""
    return name if "." in name else f"{PREFIX}.{n}.{name}"


def _on_every_line(fields: Sequence[Field], entries: int) -> Sequence[Field]:
    return [
        field.model_copy(update={"name": line_field(field.name, n)})
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
        choices=_eras(["9"]),
    )
    return field.model_copy(update={"required": False})


def _field(name: str, parts: Sequence[Item], paper: FormDefinition | None) -> Field:
    required = any(part.required and not part.uncertain for part in parts)
    known = _of_paper(name, paper)
    if known is not None:
        changed = {"name": name, "required": required}
        return known.model_copy(update={**changed, "item": _numbers(parts)})
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


def _of_paper(name: str, paper: FormDefinition | None) -> Field | None:
    wanted = line_field(name, 1) if "office." not in name else name
    names = (wanted, name)
    fields = paper.fields if paper is not None else ()
    return next((field for field in fields if field.name in names), None)


def _choices(item: Item) -> tuple[Choice, ...]:
    if item.type is FieldType.DATE:
        return _eras(item.codes)
    if item.type not in (FieldType.CHOICE, FieldType.CHECK):
        return ()
    return tuple(
        Choice(code=code, label=label, box_mm=_NOWHERE)
        for code, label in item.codes.items()
    )


def _eras(codes: Collection[str]) -> tuple[Choice, ...]:
    return tuple(
        Choice(code=code, label=era.label, box_mm=_NOWHERE)
        for code, era in ERAS.items()
        if code in codes
    )


def _numbers(parts: Sequence[Item]) -> str:
    """The numbers of its items, as people find them in the row."""
    first, last = parts[0].n, parts[-1].n
    return f"{first}" if first == last else f"{first}-{last}"


def _label(label: str) -> str:
    """The label without the part of the field that the item alone is."""
    return label.removesuffix("(元号)").removesuffix(" (era)")
