"""What differs between two forms, or two revisions of one, field by field."""

from collections.abc import Iterator

from forms.definition import Field, FormDefinition

_COMPARED = (
    *("label", "label_en", "item", "type", "format", "page", "align"),
    *("required", "sensitive", "critical", "uncertain"),
)
_LEAST_MOVE_MM = 0.05


def differences(old: FormDefinition, new: FormDefinition) -> Iterator[str]:
    """Each difference on a line: "-" what is gone, "+" what is new, "~" changed.

    Of an entry that stands several times the first one speaks for all.
    """
    before, after = _once(old), _once(new)
    for name in (one for one in before if one not in after):
        yield f"- {name}"
    for name in (one for one in after if one not in before):
        yield f"+ {name}"
    for name, field in after.items():
        if name in before:
            yield from (f"~ {name}: {said}" for said in _changes(before[name], field))
    if old.entries != new.entries:
        yield f"~ entries: {old.entries} -> {new.entries}"
    if old.sums != new.sums:
        yield "~ sums"
    if old.occasion != new.occasion:
        yield "~ occasion"
    if old.attachments != new.attachments:
        yield "~ attachments"


def _once(form: FormDefinition) -> dict[str, Field]:
    return {field.name: field for field in form.fields if field.entry in (None, 1)}


def _changes(old: Field, new: Field) -> Iterator[str]:
    for item in _COMPARED:
        before, after = getattr(old, item), getattr(new, item)
        if before != after:
            yield f"{item} {before or '-'} -> {after or '-'}"
    codes = [{one.code: one.label for one in field.choices} for field in (old, new)]
    if codes[0] != codes[1]:
        yield f"choices {_told(codes[0])} -> {_told(codes[1])}"
    cells = [len(field.cells or ()) for field in (old, new)]
    if cells[0] != cells[1]:
        yield f"cells {cells[0]} -> {cells[1]}"
    moved = zip(old.box_mm, new.box_mm, strict=True)
    if any(abs(one - other) > _LEAST_MOVE_MM for one, other in moved):
        yield "stands elsewhere"


def _told(choices: dict[str, str]) -> str:
    return " ".join(f"{code}.{label}" for code, label in choices.items()) or "-"
