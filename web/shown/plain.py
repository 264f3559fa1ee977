"""Views as plain values for scripts; `asdict` would copy what never changes anyway."""

from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any


def plain(value: Any) -> Any:
    """Dataclasses as dictionaries and tuples as lists, all the way down."""
    if is_dataclass(value) and not isinstance(value, type):
        return {name: plain(getattr(value, name)) for name in _names(type(value))}
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    return value


@cache
def _names(view: type[Any]) -> tuple[str, ...]:
    return tuple(one.name for one in fields(view))
