"""Knows on which line of a YAML text each value stands."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import yaml

Path = Sequence[str | int]


@dataclass(frozen=True, slots=True)
class Repeated:
    """A key that is given twice in one mapping; YAML would keep the last only."""

    key: str
    line: int


class SourceLines:
    """The node tree of a YAML text; lines count from 1."""

    def __init__(self, text: str) -> None:
        # The C loader reports other columns, but the same lines.
        self._root = yaml.compose(text, Loader=yaml.CSafeLoader)

    def line_of(self, path: Path) -> int:
        """The line of what stands at a path, or of its nearest known parent."""
        node = self._root
        line = 1
        for step in path:
            found = _child(node, step)
            if found is None:
                return line
            line, node = found
        return line

    def repeated_keys(self) -> Iterator[Repeated]:
        yield from _repeated(self._root)


def _child(node: yaml.Node | None, step: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return _line(key), value
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
        return _line(node.value[step]), node.value[step]
    return None


def _repeated(node: yaml.Node | None) -> Iterator[Repeated]:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in seen:
                yield Repeated(name, _line(key))
            seen.add(name)
            yield from _repeated(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _repeated(item)


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
