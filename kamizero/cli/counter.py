"""Shows how many are done where nobody knows beforehand how many there are."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import Progress

from kamizero.cli.console import people


@contextmanager
def counting(what: str) -> Iterator[Callable[[int], None]]:
    with Progress(console=people, transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done: bar.update(task, completed=done)
