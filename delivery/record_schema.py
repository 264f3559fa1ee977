"""The record of a form as JSON Schema, so that other programs can check what they get.

It follows from the form's definition alone: a new revision has its own.
"""

import re
from typing import Any

from forms import grammar
from forms.csv.forms import is_of_rows
from forms.definition import Field, FieldType, FormDefinition
from kamizero.model import Severity
from storage.tables import AuthorKind, EntryState
from storage.words import MASK

DIALECT = "https://json-schema.org/draft/2020-12/schema"
MEDIA_TYPE = "application/schema+json"
_STRING, _WHOLE = {"type": "string"}, {"type": "integer", "minimum": 1}
_DAY = r"^(\d{4}-\d{2}-\d{2})?$"
_SHA256 = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_TICKED = frozenset({FieldType.CHECK, FieldType.SEAL})


def record_schema(definition: FormDefinition) -> dict[str, Any]:
    """What `GET /filings/{id}` answers for filings of this revision."""
    return {
        "$schema": DIALECT,
        "$id": f"urn:kamizero:record:{definition.name}",
        "title": definition.title,
        **_closed(
            id=_WHOLE,
            version={"type": "integer", "minimum": 0},
            state=_STRING,
            form={"const": definition.form},
            revision={"const": definition.revision},
            received_on={"type": "string", "format": "date"},
            fields=_fields(definition, None),
            entries={"type": "array", "items": _entries(definition)},
            originals={"type": "array", "items": _original()},
            approval={"anyOf": [{"const": {}}, _approval()]},
        ),
    }


def _entries(definition: FormDefinition) -> dict[str, Any]:
    """Each line has fields of its own names."""
    numbers = sorted({one.entry for one in definition.fields if one.entry is not None})
    lines = [
        {
            "properties": {
                "n": {"const": n},
                "fields": _fields(definition, n),
            }
        }
        for n in numbers
    ]
    return {
        **_closed(
            n={"enum": numbers or [1]},
            state={"enum": [str(one) for one in EntryState]},
            fields={"type": "object"},
            findings={"type": "array", "items": _finding()},
        ),
        **({"oneOf": lines} if lines else {}),
    }


def _fields(definition: FormDefinition, entry: int | None) -> dict[str, Any]:
    """Only what was read is there, so none is required."""
    of_rows = is_of_rows(definition.revision)
    return {
        "type": "object",
        "properties": {
            one.name: _field(one, of_rows)
            for one in definition.fields
            if one.entry == entry
        },
        "additionalProperties": False,
    }


def _field(field: Field, of_rows: bool) -> dict[str, Any]:
    value = _value(field, of_rows)
    return {
        "title": field.label,
        **_closed(
            as_written=value,
            as_decided=value,
            source={"enum": [str(one) for one in AuthorKind]},
            version=_WHOLE,
        ),
    }


def _value(field: Field, of_rows: bool) -> dict[str, Any]:
    """What a value can be: canonical, or "" where nothing is written or readable.

    A row of a table says what it says, whatever its item may hold.
    """
    if field.sensitive:
        return {"enum": ["", MASK]}
    if field.type is FieldType.DATE:
        return {"type": "string", "pattern": _DAY}
    if of_rows:
        return _STRING
    if field.type in _TICKED:
        return {"enum": ["", "1"]}
    if field.choices:
        return {"enum": ["", *(choice.code for choice in field.choices)]}
    allowed = grammar.alphabet(field.type, field.format)
    if allowed is None:
        return _STRING
    signs = "".join(re.escape(sign) for sign in dict.fromkeys(allowed))
    return {"type": "string", "pattern": f"^[{signs}]*$"}


def _finding() -> dict[str, Any]:
    return _closed(
        rule=_STRING,
        severity={"enum": [str(one) for one in Severity]},
        fields={"type": "array", "items": _STRING},
        message={
            "type": "object",
            "required": ["ja", "en"],
            "properties": {"ja": _STRING, "en": _STRING},
        },
        about={"type": ["integer", "null"]},
        waived={"type": "boolean"},
    )


def _original() -> dict[str, Any]:
    size = {"type": "integer", "minimum": 0}
    return _closed(id=_WHOLE, sha256=_SHA256, media_type=_STRING, size=size)


def _approval() -> dict[str, Any]:
    return _closed(
        id=_WHOLE,
        by=_STRING,
        at={"type": "string", "format": "date-time"},
        manifest_sha256=_SHA256,
        key_id=_STRING,
        signature=_STRING,
    )


def _closed(**schemas: dict[str, Any]) -> dict[str, Any]:
    """An object of exactly these members."""
    return {
        "type": "object",
        "required": list(schemas),
        "properties": schemas,
        "additionalProperties": False,
    }
