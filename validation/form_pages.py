"""The page of the documentation about a form: its picture, fields and rules."""

from collections.abc import Iterator

from forms.definition import Field, FormDefinition
from validation.rules import rules_of

_INTRODUCTION = """\
# {form}: {title}

{title_en}.
Revision {revision}, {nature}, {pages} page(s), {entries} person(s) a sheet.
The drawing is kamizero's own; the blank is printed by `kamizero forms blank {form}`.

{pictures}

## Fields

Fields of an entry are named `{prefix}.N.` and their name, N counting from 1.

| item | field | label | type | required | remarks |
|---|---|---|---|---|---|
"""
_RULES = """
## Rules

Rules that every form has stand in [rules.md](../rules.md).

| id | severity | items | message |
|---|---|---|---|
"""


def form_markdown(form: FormDefinition) -> str:
    """The page of one revision of a form."""
    pictures = "\n".join(
        f"![Page {page}](../pictures/forms/{picture_name(form, page)})"
        for page in range(1, form.pages + 1)
    )
    head = _INTRODUCTION.format(
        form=form.form,
        revision=form.revision,
        title=form.title,
        title_en=form.title_en,
        nature=form.nature.value,
        pages=form.pages,
        entries=form.entries,
        prefix=form.entry_prefix,
        pictures=pictures,
    )
    return head + "".join(_fields(form)) + _RULES + "".join(_rules(form))


def picture_name(form: FormDefinition, page: int) -> str:
    return f"{form.name}-{page}.png"


def _fields(form: FormDefinition) -> Iterator[str]:
    for field in form.fields:
        if field.entry in (None, 1):
            name = field.name if field.entry is None else field.name.split(".")[2]
            kind = f"{field.type} ({field.format})" if field.format else field.type
            yield _row(
                field.item,
                f"`{name}`",
                f"{field.label} / {field.label_en}",
                kind,
                "yes" if field.required else "",
                ", ".join(_remarks(field)),
            )


def _remarks(field: Field) -> Iterator[str]:
    if field.page > 1:
        yield f"page {field.page}"
    if field.cells:
        yield f"{len(field.cells)} boxes"
    if field.choices and field.cells is None and len(field.choices) > 1:
        yield " ".join(f"{one.code}.{one.label}" for one in field.choices)
    if field.sensitive:
        yield "protected by law"
    if field.uncertain:
        yield "not certain: check it against the official form"


def _rules(form: FormDefinition) -> Iterator[str]:
    for rule in sorted(rules_of(form), key=lambda one: one.id):
        if rule.forms:
            said = f"{rule.message.ja} / {rule.message.en}"
            yield _row(f"`{rule.id}`", rule.severity.value, " ".join(rule.items), said)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |\n"
