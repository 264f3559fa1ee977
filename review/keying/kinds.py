"""Kinds of field: what is the same on every line of a form has one name."""

import re

from forms.definition import Field, FormDefinition

_LINE = re.compile(r"^(\w+)\.\d+\.")


def kind_of(field_name: str) -> str:
    """`insured.2.birth_date` and `insured.3.birth_date` are `insured.*.birth_date`."""
    return _LINE.sub(r"\1.*.", field_name)


def kinds_of(definition: FormDefinition) -> dict[str, Field]:
    """Every kind of field of a form in reading order, with its first field."""
    found: dict[str, Field] = {}
    for field in definition.fields:
        found.setdefault(kind_of(field.name), field)
    return found
