"""A revision written down as what it changes of another one.

`extends: "2201@2020-12"` takes everything from there. Keys that are given replace
those of the other; fields are found by `name` and change as far as they say, are
dropped by `gone: true`, or are new; parts are found by `prefix` and blocks of further
pages by `page`. A note with `instead_of` takes the place of the note of that text,
others are added. A key that is given as `null` is taken away, and any other list is
replaced as a whole.
"""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from forms.definition import FormDefinition
from forms.source_lines import Path, SourceLines

EXTENDS = "extends"
# What tells the parts of a list apart: fields, parts of an entry, further pages.
_NAMING = ("name", "prefix", "page")
_GONE, _INSTEAD = "gone", "instead_of"


def shipped_text(name: str) -> str | None:
    """The text of a definition that comes with the product, None for another name."""
    file = files("forms") / "definitions" / f"{name}.yaml"
    return file.read_text(encoding="utf-8") if file.is_file() else None


def resolved(content: Any, base: Any) -> Any:
    """The definition with everything taken from what it extends, and so on.

    Args:
        base: gives what is written down under a name.
    """
    if not isinstance(content, Mapping) or EXTENDS not in content:
        return content
    return merged(resolved(base(str(content[EXTENDS])), base), content)


def merged(base: Any, own: Any) -> Any:
    """What is written down with what it leaves out taken from its base."""
    if isinstance(base, Mapping) and isinstance(own, Mapping):
        kept = {key: value for key, value in own.items() if key != EXTENDS}
        both = {key: merged(base[key], kept[key]) for key in base if key in kept}
        together = {**base, **kept, **both}
        return {key: value for key, value in together.items() if value is not None}
    for key in _NAMING:
        if _all_hold(key, base) and _all_hold(key, own):
            return _merged_by(key, base, own)
    if _are_notes(base) and _are_notes(own):
        return _merged_notes(base, own)
    return own


def skeleton(like: FormDefinition, form: str, revision: str) -> str:
    """A definition that changes nothing yet but its name and what is printed of it."""
    notes = {
        f"({_dotted(like.revision)})": f"({_dotted(revision)})",
        " ".join(like.form): " ".join(form),
    }
    # Of some forms no number is printed.
    printed = {text.text for text in like.printed.texts}
    changed = [
        f'    - {{instead_of: "{old}", text: "{new}"}}'
        for old, new in notes.items()
        if old != new and old in printed
    ]
    lines = [
        f'{EXTENDS}: "{like.name}"',
        f'form: "{form}"',
        f'revision: "{revision}"',
        "head:",
        "  notes:",
        *changed,
    ]
    return "\n".join([*lines, ""])


class InheritedLines(SourceLines):
    """The lines of a definition that extends another: its own, or that of `extends`."""

    def __init__(self, text: str, content: Any, own: Any) -> None:
        super().__init__(text)
        self._content = content
        self._own = own

    def line_of(self, path: Path) -> int:
        steps: list[str | int] = []
        content, own = self._content, self._own
        for step in path:
            place = _place_of(content, own, step)
            if place is None:
                return super().line_of(steps or [EXTENDS])
            steps.append(place)
            content, own = content[step], own[place]
        return super().line_of(steps)


def _dotted(revision: str) -> str:
    return revision.replace("-", ".")


def _place_of(content: Any, own: Any, step: str | int) -> str | int | None:
    """Where in the own text that stands, None where it is inherited."""
    if isinstance(step, str):
        return step if isinstance(own, Mapping) and step in own else None
    if not isinstance(own, Sequence) or not isinstance(content[step], Mapping):
        return None
    key = "name" if "name" in content[step] else "text"
    wanted = content[step].get(key)
    same = [n for n, one in enumerate(own) if one.get(key) == wanted]
    return same[0] if same else None


def _are_notes(items: Any) -> bool:
    return _all_hold("text", items)


def _all_hold(key: str, items: Any) -> bool:
    return (
        isinstance(items, list)
        and bool(items)
        and all(isinstance(one, Mapping) and key in one for one in items)
    )


def _merged_by(key: str, base: Sequence[Any], own: Sequence[Any]) -> list[Any]:
    changes = {one[key]: one for one in own}
    known = [merged(one, changes.pop(one[key], {})) for one in base]
    # What is new and gone, or instead of nothing, stays: the schema objects to it.
    return [*(one for one in known if not one.get(_GONE)), *changes.values()]


def _merged_notes(base: Sequence[Any], own: Sequence[Any]) -> list[Any]:
    instead = {one[_INSTEAD]: one for one in own if _INSTEAD in one}
    known = [{**one, **instead.pop(one["text"], {})} for one in base]
    added = [one for one in own if _INSTEAD not in one]
    return [
        *({key: one[key] for key in one if key != _INSTEAD} for one in known),
        *added,
        *instead.values(),
    ]
