"""The settings as a page of the documentation, written from the settings themselves."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from kamizero.settings import Settings

_INTRODUCTION = """\
# Settings

Every setting is an environment variable; none is needed on one machine.
A file of `/run/secrets`, or of the folder that `KAMIZERO_SECRETS_DIR` names, is the \
variable of the same name in capitals; the environment goes before it.
`make docs` writes this page from `kamizero/settings.py`.

| variable | takes | default | meaning |
|---|---|---|---|
"""
_WORDS: Mapping[Any, str] = {
    bool: "`1` or `0`",
    int: "whole number",
    float: "number",
    str: "text",
    Path: "path",
    SecretStr: "secret text",
    dict: "JSON object",
}
_LIMITS = {"ge": "from", "gt": "above", "le": "to"}


def settings_markdown() -> str:
    """All settings as a Markdown page, in the order they are declared."""
    prefix = Settings.model_config["env_prefix"]
    return _INTRODUCTION + "".join(
        _row(f"{prefix}{name.upper()}", field)
        for name, field in Settings.model_fields.items()
    )


def _row(variable: str, field: FieldInfo) -> str:
    default = "none" if field.default is None else f"`{_as_given(field.default)}`"
    return f"| `{variable}` | {_taken(field)} | {default} | {field.description} |\n"


def _taken(field: FieldInfo) -> str:
    """What may be given, in words: the type, its choices, its limits."""
    kind = field.annotation
    if get_origin(kind) is Literal:
        return " or ".join(f"`{choice}`" for choice in get_args(kind))
    # A setting that may be left out is a type or nothing: `Path | None`.
    first = get_args(kind)[0] if get_args(kind) else kind
    return " ".join([_WORDS[get_origin(first) or first], *map(_limit, field.metadata)])


def _as_given(default: object) -> object:
    return int(default) if isinstance(default, bool) else default


def _limit(bound: object) -> str:
    name = next(name for name in _LIMITS if hasattr(bound, name))
    return f"{_LIMITS[name]} {getattr(bound, name)}"
