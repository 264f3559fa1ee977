"""What a backup holds: every file by its hash, and the page that is written last."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from kamizero.errors import SetupError
from storage.files import create, explained

FORMAT = 1
PAGE = "backup.json"
FILES = "files.sha256"


@dataclass(frozen=True, slots=True)
class Contents:
    """The page of a backup.

    Attributes:
        revision: the tables' version; a program that does not know it restores nothing.
        dialect: of the database it was made of, and can be restored to.
        files_sha256: of the list of files; the list has the hash of each.
        with_objects: False where originals lie in a bucket and were not copied.
        head: number and hash of the last sealed event.
    """

    made_at: str
    program: str
    revision: str
    dialect: str
    files: int
    files_sha256: str
    with_objects: bool
    head: tuple[int, str] | None

    def write(self, folder: Path) -> None:
        body = {"format": FORMAT, **asdict(self)}
        text = json.dumps(body, indent=2, sort_keys=True) + "\n"
        if not create(folder / PAGE, text.encode()):
            raise SetupError(f"There is a backup in {folder} already.")


def read_contents(folder: Path) -> Contents:
    """The page of a backup. Raises SetupError where it is none, or only half of one."""
    path = folder / PAGE
    if not path.is_file():
        raise SetupError(
            f"{folder} is no whole backup: its {PAGE}, which is written last, is not "
            "there. Take another backup."
        )
    try:
        body: dict[str, Any] = json.loads(path.read_text("utf-8"))
        number = body.pop("format")
        if number != FORMAT:
            raise SetupError(
                f"The backup in {folder} has format {number}; this program knows "
                f"{FORMAT}. Restore it with the program that made it."
            )
        body["head"] = tuple(body["head"]) if body["head"] else None
        datetime.fromisoformat(body["made_at"])
        return Contents(**body)
    except (ValueError, TypeError, KeyError) as error:
        raise SetupError(f"{path} is not as it was written ({error}).") from error


def list_files(folder: Path) -> tuple[int, str]:
    """Write the list of all files below; return how many, and the list's hash."""
    lines = "".join(f"{_hash(path)}  {name}\n" for name, path in _below(folder))
    create(folder / FILES, lines.encode())
    return lines.count("\n"), hashlib.sha256(lines.encode()).hexdigest()


def check_files(folder: Path, contents: Contents) -> None:
    """Hold every file against the list. Raises SetupError at what differs."""
    listed = _listed(folder, contents)
    found = {name: path for name, path in _below(folder)}
    for name in sorted(listed.keys() | found.keys()):
        if name not in found:
            raise SetupError(f"The backup lacks {name}. Take another backup.")
        if name not in listed:
            raise SetupError(f"{name} is no part of the backup. Who put it there?")
        if _hash(found[name]) != listed[name]:
            raise SetupError(f"{name} of the backup was changed. Take another backup.")


def _listed(folder: Path, contents: Contents) -> Mapping[str, str]:
    path = folder / FILES
    data = path.read_bytes() if path.is_file() else b""
    if hashlib.sha256(data).hexdigest() != contents.files_sha256:
        raise SetupError(f"{path} is not the list this backup was made with.")
    lines = [line.partition("  ") for line in data.decode().splitlines()]
    return {name: digest for digest, _, name in lines}


def _below(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in (PAGE, FILES):
            yield name, path


def _hash(path: Path) -> str:
    with explained(path), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
