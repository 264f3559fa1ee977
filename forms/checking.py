"""Explains what is wrong with a form definition, line by line."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from forms.contract import field_problems
from forms.definition import FieldType, FormDefinition, Nature
from forms.expansion import expand
from forms.inheritance import EXTENDS, InheritedLines, resolved, shipped_text
from forms.layout import obstacles
from forms.schema import BlockSource, FormSource, PartSource
from forms.source_lines import Path, SourceLines

_UNKNOWN_KEY = "extra_forbidden"
_MISSING_KEY = "missing"
_NO_TEXT = "string_type"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Something wrong on a line (from 1) of the text, and what to do."""

    line: int
    message: str


def check(text: str) -> list[Problem]:
    """Everything that is wrong with a definition, by line; nothing if it is right."""
    return read(text)[1]


def read(
    text: str, *, laid_out: bool = False
) -> tuple[FormDefinition | None, list[Problem]]:
    """The definition where it is right, and what is wrong where it is not.

    `laid_out` is known to have nothing in the way of anything else: looking for that
    takes longer than all else.
    """
    try:
        lines = SourceLines(text)
        content = _plain(text)
    except yaml.YAMLError as error:
        return None, [_unreadable(error)]
    problems = [
        Problem(repeated.line, f"the key {repeated.key!r} is given twice; remove one")
        for repeated in lines.repeated_keys()
    ]
    definition = None
    if isinstance(content, dict) and EXTENDS in content:
        base = shipped_text(str(content[EXTENDS]))
        if base is None:
            line = lines.line_of([EXTENDS])
            message = f"there is no form {content[EXTENDS]!r} to extend"
            return None, [Problem(line, message)]
        own, content = content, resolved(content, _shipped)
        lines = InheritedLines(text, content, own)
    try:
        source = FormSource.model_validate(content)
    except ValidationError as error:
        problems += [_invalid(detail, lines) for detail in error.errors()]
    else:
        problems += _of_fields(source, lines)
        if not problems:
            definition = expand(source)
            problems += _of_items_named(definition, lines)
            if not laid_out:
                problems += _of_layout(definition, source, lines)
    return None if problems else definition, sorted(set(problems))


def _plain(text: str) -> Any:
    return yaml.load(text, Loader=yaml.CSafeLoader)


@cache
def _shipped(name: str) -> Any:
    """What a shipped definition says; several revisions extend the same one."""
    return _plain(shipped_text(name) or "")


def _unreadable(error: yaml.YAMLError) -> Problem:
    if not isinstance(error, yaml.MarkedYAMLError):
        return Problem(1, f"this is no YAML: {error}")
    # A bracket that is never closed is noticed lines later: name where it opens.
    in_brackets = "flow" in (error.context or "")
    mark = error.context_mark if in_brackets else error.problem_mark
    return Problem(mark.line + 1 if mark else 1, f"this is no YAML: {error.problem}")


def _invalid(detail: Any, lines: SourceLines) -> Problem:
    path: Path = detail["loc"]
    if not path:
        return Problem(1, "this is no form definition; begin with form: and revision:")
    key = str(path[-1])
    message = f"{key}: {str(detail['msg']).removeprefix('Value error, ')}"
    if detail["type"] == _UNKNOWN_KEY:
        message = f"unknown key {key!r}{_suggestion(path)}"
    elif detail["type"] == _MISSING_KEY:
        message = f"the key {key!r} is missing"
    elif detail["type"] == _NO_TEXT:
        message = f"{key}: this must be text; put it in quotes"
    return Problem(lines.line_of(path), message)


def _suggestion(path: Path) -> str:
    keys = _keys_beside(path)
    close = get_close_matches(str(path[-1]), keys, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; known here: {', '.join(keys)}"


def _keys_beside(path: Path) -> list[str]:
    """The keys that may stand where an unknown one was found."""
    model: type[BaseModel] = FormSource
    for step in path[:-1]:
        if isinstance(step, str):
            model = _model_of(model, step)
    return list(model.model_fields)


def _model_of(model: type[BaseModel], key: str) -> type[BaseModel]:
    annotation = model.model_fields[key].annotation
    candidates = [annotation, *getattr(annotation, "__args__", ())]
    for candidate in candidates:
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            return candidate
    return model


def _blocks(source: FormSource) -> Iterator[tuple[Path, BlockSource]]:
    """Every block, and where it stands in the text."""
    yield ("head",), source.head
    for index, block in enumerate(source.continued):
        yield ("continued", index), block
    yield ("entry",), source.entry
    for index, part in enumerate(source.entry.parts):
        yield ("entry", "parts", index), part


def _of_fields(source: FormSource, lines: SourceLines) -> Iterator[Problem]:
    for path, block in _blocks(source):
        seen: set[str] = set()
        for index, field in enumerate(block.fields):
            line = lines.line_of((*path, "fields", index))
            for message in field_problems(field):
                yield Problem(line, f"{field.name}: {message}")
            if field.name in seen:
                yield Problem(line, f"{field.name}: there is a field of this name")
            seen.add(field.name)
        if block.page > source.pages:
            line = lines.line_of((*path, "page"))
            yield Problem(line, f"the form has {source.pages} page(s) only")
    yield from _of_parts(source, lines)
    yield from _of_sums(source, lines)
    yield from _of_judgement(source, lines)


def _of_parts(source: FormSource, lines: SourceLines) -> Iterator[Problem]:
    """An entry whose parts have places of their own stands on the form once."""
    if source.entry.parts and source.entry.count > 1:
        yield Problem(lines.line_of(("entry", "count")), "an entry with parts is one")


def _of_sums(source: FormSource, lines: SourceLines) -> Iterator[Problem]:
    amounts = {
        field.name for field in source.entry.fields if field.type is FieldType.AMOUNT
    }
    for index, one in enumerate(source.entry.sums):
        for item in one.items:
            if item not in amounts:
                line = lines.line_of(("entry", "sums", index))
                yield Problem(line, f"sum: the entry has no amount {item!r}")


def _of_items_named(
    definition: FormDefinition, lines: SourceLines
) -> Iterator[Problem]:
    """What else names items of the form, and where that stands."""
    papers = (one.items for one in definition.attachments)
    for path, groups in (
        (("entry", "occasion"), definition.occasion),
        (("attachments",), papers),
    ):
        for index, items in enumerate(groups):
            for item in items:
                if item not in definition.items:
                    line = lines.line_of((*path, index))
                    message = f"{path[-1]}: the form has no item {item!r}"
                    yield Problem(line, message)


def _of_judgement(source: FormSource, lines: SourceLines) -> Iterator[Problem]:
    """An application is judged point by point; a notice is taken note of."""
    is_notice = source.nature is Nature.NOTICE
    if is_notice and source.judgement:
        line = lines.line_of(("judgement",))
        yield Problem(line, f"a form of nature {source.nature} has no judgement")
    if not is_notice and not source.judgement:
        line = lines.line_of(("nature",))
        yield Problem(
            line, f"a form of nature {source.nature} needs points under judgement:"
        )
    seen: set[str] = set()
    for index, point in enumerate(source.judgement):
        if point.id in seen:
            line = lines.line_of(("judgement", index))
            yield Problem(line, f"{point.id}: there is a point of this id")
        seen.add(point.id)


def _of_layout(
    definition: FormDefinition, source: FormSource, lines: SourceLines
) -> Iterator[Problem]:
    told: set[tuple[int, str]] = set()
    numbered = re.compile(rf"\b{source.entry.prefix}\.\d+\.")
    for name, message in obstacles(definition):
        line = lines.line_of(_path_of(name, source))
        # What is wrong in the first entry is wrong in all: say it once.
        general = (line, numbered.sub("", message))
        if general not in told:
            told.add(general)
            yield Problem(line, f"{name}: {message}")


def _path_of(name: str, source: FormSource) -> Path:
    """Where the source of an expanded field stands."""
    prefix, _, rest = name.partition(".")
    number, _, in_entry = rest.partition(".")
    is_of_entry = prefix == source.entry.prefix and number.isdigit()
    for path, block in _blocks(source):
        wanted = name
        if path[0] == "entry":
            wanted = in_entry if is_of_entry else ""
        if isinstance(block, PartSource):
            wanted = re.sub(rf"^{block.prefix}\d+_", "", wanted)
        names = [field.name for field in block.fields]
        if wanted in names:
            return (*path, "fields", names.index(wanted))
    return ()
