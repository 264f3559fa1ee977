"""Which rules these are: the hash of everything that decides what a rule says."""

import hashlib
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable


@cache
def rules_version() -> str:
    """`rules@` and a hash that is another whenever a rule might say something else."""
    hashed = hashlib.sha256()
    for name, data in sorted(sources(files("validation"), "")):
        hashed.update(f"{name} {len(data)}\n".encode() + data)
    return f"rules@{hashed.hexdigest()[:16]}"


def sources(folder: Traversable, below: str) -> list[tuple[str, bytes]]:
    found = []
    for one in folder.iterdir():
        if one.is_dir():
            found += sources(one, f"{below}{one.name}/")
        elif one.name.endswith((".py", ".yaml")):
            found.append((f"{below}{one.name}", one.read_bytes()))
    return found
