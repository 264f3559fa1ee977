"""The commands by name, each loaded when it is called.

Reading one page must not wait for the web server, the database and the workers.
"""

from collections.abc import Iterator, MutableMapping
from importlib import import_module
from typing import Any, NamedTuple

import typer
from typer.core import TyperGroup
from typer.main import get_command, get_group


class _Place(NamedTuple):
    """Where a command is: a function, or a Typer application of its own commands."""

    module: str
    attribute: str
    hidden: bool = False


COMMANDS = {
    "up": _Place("serve", "up"),
    "work": _Place("serve", "work", hidden=True),
    "pages": _Place("page_server", "pages", hidden=True),
    "worker": _Place("worker", "worker"),
    "beat": _Place("beat", "beat"),
    "migrate": _Place("migrate", "migrate"),
    "read": _Place("read", "read"),
    "ingest": _Place("ingest", "ingest"),
    "verify": _Place("verify", "verify"),
    "ledger": _Place("ledger", "ledger"),
    "backup": _Place("backup", "backup"),
    "restore": _Place("restore", "restore"),
    "alerts": _Place("alerts", "alerts"),
    "doctor": _Place("doctor", "doctor"),
    "forms": _Place("forms", "app"),
    "sheets": _Place("sheets", "app"),
    "paper": _Place("paper", "app"),
    "records": _Place("records", "app"),
    "index": _Place("index", "app"),
    "csv": _Place("csv", "app"),
    "routes": _Place("routes", "app"),
    "user": _Place("people", "users"),
    "token": _Place("people", "tokens"),
    "device": _Place("devices", "app"),
    "doors": _Place("doors", "doors", hidden=True),
    "site": _Place("sites", "app"),
    "robots": _Place("robots", "app"),
    "calendar": _Place("calendar", "app"),
    "disclose": _Place("disclose", "disclose"),
    "keys": _Place("keys", "app"),
    "store": _Place("store", "app"),
    "retention": _Place("retention", "app"),
    "hold": _Place("holds", "app"),
    "box": _Place("boxes", "app"),
    "transfer": _Place("transfers", "app"),
    "bench": _Place("bench", "app"),
}


class LazyGroup(TyperGroup):
    """A group that knows its commands by name and imports the one that is called."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = _Commands()


class _Commands(MutableMapping[str, Any]):
    """The commands of `COMMANDS`, as click asks for them."""

    def __init__(self) -> None:
        self._loaded: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._loaded:
            self._loaded[name] = _load(name, COMMANDS[name])
        return self._loaded[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._loaded[name] = command

    def __delitem__(self, name: str) -> None:
        del self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


def _load(name: str, place: _Place) -> Any:
    found = getattr(import_module(f"kamizero.cli.{place.module}"), place.attribute)
    if isinstance(found, typer.Typer):
        command: Any = get_group(found)
        command.name = name
        return command
    alone = typer.Typer(add_completion=False)
    alone.command(name, hidden=place.hidden)(found)
    return get_command(alone)
