"""The files a command names; a folder is taken recursively, in the order of names."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from kamizero.errors import WrongCallError


def files_below(paths: Sequence[Path]) -> Iterator[tuple[str, Path]]:
    """(source, path) of every file: the path as given, joined with the path inside.

    Raises:
        WrongCallError: a path does not exist.
    """
    for path in paths:
        if path.is_dir():
            inside = sorted(found for found in path.rglob("*") if found.is_file())
            yield from ((str(found), found) for found in inside)
        elif path.is_file():
            yield str(path), path
        else:
            raise WrongCallError(f"{path} does not exist.")
