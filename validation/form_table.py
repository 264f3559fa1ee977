"""The table of all forms in the documentation: what each revision is and is asked."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from forms.csv.layouts import layouts
from forms.definition import FormDefinition
from forms.places import blank_images
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
    "with both examples",
    "prints",
    "rows in",
    "rows out",
    "exact clean",
    "exact poor",
)
_INTRODUCTION = """\
# Forms

Every revision kamizero knows, in its own drawing.
The blank is printed where the table is written, and every rule is held against its \
two examples by a test.
What is uncertain is known second-hand only: check it against the official form.
Rows are those of an e-filed table: what comes in as rows, and what approved \
entries are written out as.
Exact are the filled fields that were read as a whole as they are written, on three \
well and three badly scanned sheets of each page that were made of the revision in \
force, in hands that nothing was tuned on; empty where that was not measured.
Of a page that was refused no field counts as read.
So few pages say roughly how a form stands; [reading.md](../reading.md) says more.

"""
_SPEC_CODE = "700"
_DPI = 20

Measured = Mapping[str, Mapping[str, Any]]


def forms_markdown(forms: Sequence[FormDefinition], measured: Measured) -> str:
    """The table, a line a revision.

    Args:
        measured: form -> when and how it was read, as the benchmark wrote it down.
    """
    head = f"| {' | '.join(_COLUMNS)} |\n{'|---' * len(_COLUMNS)}|\n"
    newest = {form.form: form.name for form in forms}
    rows = (
        _row(form, measured.get(form.form) if newest[form.form] == form.name else None)
        for form in forms
    )
    return f"{_INTRODUCTION}{head}{''.join(rows)}\n{_measured_when(measured)}"


def _measured_when(measured: Measured) -> str:
    runs = sorted({(str(one["date"]), one["seed"]) for one in measured.values()})
    said = " and ".join(f"on {day} with seed {seed}" for day, seed in runs)
    return f"Measured {said} by `python -m bench.form_scores`.\n"


def _row(form: FormDefinition, measured: Mapping[str, Any] | None) -> str:
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
        sum(bool(rule.passes and rule.fails) for rule in rules),
        _pages_printed(form),
        _table(form),
        _written_out(form),
        *(_share(measured, quality) for quality in ("clean", "poor")),
    )
    return f"| {' | '.join(str(cell) for cell in cells)} |\n"


def _pages_printed(form: FormDefinition) -> str:
    """That the blank prints, seen by printing it."""
    printed = len(blank_images(form, _DPI))
    return f"{printed} of {form.pages}"


def _written_out(form: FormDefinition) -> str:
    """Whether every item that a row must have is asked on the paper."""
    versions = layouts().get(f"{form.form}{_SPEC_CODE}")
    if versions is None:
        return "no"
    missing = [
        one.label
        for one in versions[0].items
        if one.required and one.field and one.field not in form.items
        if not one.blank_as
    ]
    return f"with {'、'.join(missing)} from the records" if missing else "yes"


def _share(measured: Mapping[str, Any] | None, quality: str) -> str:
    if measured is None:
        return ""
    counted = measured[quality]
    share = f"{100 * counted['exact'] / counted['filled']:.0f} % of {counted['filled']}"
    refused = counted.get("refused", 0)
    return f"{share}, {refused} refused" if refused else share


def _uncertain(form: FormDefinition) -> Iterator[str]:
    """The labels of what is uncertain, those of an entry once."""
    for field in form.fields:
        if field.uncertain and field.entry in (None, 1):
            yield field.label


def _table(form: FormDefinition) -> str:
    code = f"{form.form}{_SPEC_CODE}"
    return f"`{code}`" if code in layouts() else "no"
