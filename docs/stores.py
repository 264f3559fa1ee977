"""The table of what each object store promises, read off the tests that ask it."""

import ast
from collections.abc import Iterator
from pathlib import Path

from storage.s3.probe import NAMES

SUITE = "tests/contract/test_object_store.py"

_ROOT = Path(__file__).parents[1]
_HEAD = (
    "# What each store promises",
    "",
    f"One suite, `{SUITE}`, asks every store the same; `make docs` writes this page "
    "from it.",
    "The column *directory, immutable* is asked where the machine lets the flag be "
    "set, else it is skipped by name.",
    "The server behind *s3* is Ceph RGW; another server is held to the second table "
    "when kamizero starts, and refused where it fails one trial.",
    "No MinIO server was asked: none could be installed for the tests.",
    "",
)


def stores_markdown() -> str:
    """Check × store, then what is tried on a server at each start."""
    module = ast.parse((_ROOT / SUITE).read_text("utf-8"))
    stores = _stores(module)
    lines = [
        *_HEAD,
        f"| check | {' | '.join(stores)} |",
        f"|---|{'---|' * len(stores)}",
        *(f"| {check} |{' ● |' * len(stores)}" for check in _checks(module)),
        "",
        "## Tried on a server at each start",
        "",
        "Each is what a server fails at; `kamizero store check` shows all of them.",
        "",
        "| trial | it fails where |",
        "|---|---|",
        *(f"| `{name}` | {words} |" for name, words in NAMES.items()),
    ]
    return "\n".join(lines) + "\n"


def _stores(module: ast.Module) -> list[str]:
    """What the fixture is made for, one after the other."""
    (shelf,) = (one for one in _functions(module) if one.name == "shelf")
    for decorator in shelf.decorator_list:
        if isinstance(decorator, ast.Call):
            for keyword in decorator.keywords:
                if keyword.arg == "params":
                    return [str(one) for one in ast.literal_eval(keyword.value)]
    raise LookupError(f"{SUITE} asks no store.")


def _checks(module: ast.Module) -> Iterator[str]:
    for one in _functions(module):
        asked = {argument.arg for argument in one.args.args}
        if one.name.startswith("test_") and asked & {"store", "shelf"}:
            yield one.name.removeprefix("test_").replace("_", " ").capitalize()


def _functions(module: ast.Module) -> Iterator[ast.FunctionDef]:
    return (one for one in module.body if isinstance(one, ast.FunctionDef))
