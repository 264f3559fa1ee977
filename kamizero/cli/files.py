"""The files a command names; a folder is taken recursively, in the order of names."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from kamizero.errors import WrongCallError


def files_below(paths: Sequence[Path]) -> Iterator[tuple[str, Path]]:
    """(source, path) of every file: the path as given, joined with the path inside.

    A link that leads nowhere counts as a file: somebody meant a paper by it.

    Raises:
        WrongCallError: a path does not exist or is no file; a folder is empty or
            stays closed.
    """
    for path in paths:
        if path.is_dir():
            files = sorted(_inside(path))
            if not files:
                raise WrongCallError(f"The folder {path} holds no files.")
            yield from ((written(found), found) for found in files)
        elif path.is_file():
            yield written(path), path
        elif path.exists():
            raise WrongCallError(f"{path} is neither a file nor a folder.")
        else:
            raise WrongCallError(f"{path} does not exist.")


def written(path: Path) -> str:
    """A path as text; bytes of a name that are no text are shown as \\xNN."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _inside(folder: Path) -> Iterator[Path]:
    for base, _, names in os.walk(folder, onerror=_closed):
        for name in names:
            path = Path(base, name)
            if path.is_file() or not path.exists():
                yield path


def _closed(error: OSError) -> None:
    # Passing over it in silence would lose every paper inside.
    raise WrongCallError(
        f"The folder {error.filename} cannot be looked into ({error.strerror}). "
        "Give this user the right to read it, or name other paths."
    ) from error
