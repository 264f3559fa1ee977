"""The table of all forms in the documentation: what each revision is and is asked."""

from collections.abc import Iterator, Sequence

from forms.csv.layouts import layouts
from forms.definition import FormDefinition
from validation.rules import rules_of

_COLUMNS = (
    "form",
    "title",
    "nature",
    "pages",
    "persons a sheet",
    "fields",
    "uncertain",
    "rules of its own",
    "rules asked",
    "rows of a table",
)
_INTRODUCTION = """\
# Forms

Every revision kamizero knows, in its own drawing.
A test prints each blank, another holds every rule against an example of each kind.
What is uncertain is known second-hand only: check it against the official form.
Where there are rows of a table, entries come in as such rows and go out as them.

"""
_SPEC_CODE = "700"


def forms_markdown(forms: Sequence[FormDefinition]) -> str:
    """The table, a line a revision."""
    head = f"| {' | '.join(_COLUMNS)} |\n{'|---' * len(_COLUMNS)}|\n"
    return _INTRODUCTION + head + "".join(map(_row, forms))


def _row(form: FormDefinition) -> str:
    rules = rules_of(form)
    own = [rule for rule in rules if rule.forms]
    cells = (
        f"[{form.name}]({form.name}.md)",
        form.title,
        form.nature.value,
        form.pages,
        form.entries,
        len(form.items),
        "、".join(dict.fromkeys(_uncertain(form))),
        len(own),
        len(rules),
        _table(form),
    )
    return f"| {' | '.join(str(cell) for cell in cells)} |\n"


def _uncertain(form: FormDefinition) -> Iterator[str]:
    """The labels of what is uncertain, those of an entry once."""
    for field in form.fields:
        if field.uncertain and field.entry in (None, 1):
            yield field.label


def _table(form: FormDefinition) -> str:
    code = f"{form.form}{_SPEC_CODE}"
    return f"`{code}`" if code in layouts() else "no"
