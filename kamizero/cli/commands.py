"""The commands by name, each loaded when it is called.

Reading one page must not wait for the web server, the database and the workers.
"""

from collections.abc import Iterator, MutableMapping
from copy import copy
from importlib import import_module
from typing import Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group


class _Place(NamedTuple):
    """Where a command is: a function, or a Typer application of its own commands.

    `says` is the first sentence of its help, for the list of all commands.
    """

    module: str
    attribute: str
    says: str
    hidden: bool = False


COMMANDS = {
    "up": _Place("serve", "up", "Serve the web pages and work on what comes in."),
    "work": _Place(
        "work",
        "work",
        "Run one embedded worker until `parent`, the `up` that started it, is gone.",
        hidden=True,
    ),
    "pages": _Place(
        "page_server",
        "pages",
        "Answer at the open socket `door` until `parent`, the `up` it is of, is gone.",
        hidden=True,
    ),
    "worker": _Place(
        "worker",
        "worker",
        "Work for an installation whose broker KAMIZERO_BROKER_URL names.",
    ),
    "beat": _Place(
        "beat",
        "beat",
        "Send the periodic messages of an installation with a broker; run one alone.",
    ),
    "migrate": _Place(
        "migrate",
        "migrate",
        "Bring the tables to this program's version; harmless to repeat.",
    ),
    "read": _Place(
        "read", "read", "Read scanned filings and print what stands in their fields."
    ),
    "ingest": _Place("ingest", "ingest", "Take files in as one job."),
    "verify": _Place(
        "verify",
        "verify",
        "Re-check originals, manifests, signatures, time stamps and the chain of "
        "events.",
    ),
    "reread": _Place(
        "reread",
        "reread",
        "Read filings again and name the fields that are read otherwise; 1 where any "
        "is.",
    ),
    "ledger": _Place(
        "ledger",
        "ledger",
        "Hold what was declared, found, read and delivered against each other.",
    ),
    "capacity": _Place(
        "capacity",
        "capacity",
        "Reckon from what pages took here how many workers and people a day needs.",
    ),
    "backup": _Place(
        "backup",
        "backup",
        "Copy rows and originals while people work; keys go elsewhere or not at all.",
    ),
    "restore": _Place(
        "restore",
        "restore",
        "Restore into an empty data folder and database, destroy again, and verify.",
    ),
    "alerts": _Place(
        "alerts",
        "alerts",
        "Say what is stuck, overdue, full or refused; exit code 1 where anything is.",
    ),
    "doctor": _Place(
        "doctor",
        "doctor",
        "Show versions, the model, the store's grade and the database.",
    ),
    "forms": _Place("forms", "app", "The form library."),
    "sheets": _Place("sheets", "app", "Sheets that are scanned with papers."),
    "paper": _Place(
        "paper", "app", "Paper from window and post, and where it is kept."
    ),
    "records": _Place("records", "app", "Records that filings are checked against."),
    "index": _Place("index", "app", "The index of what stands on filings."),
    "csv": _Place("csv", "app", "The table of an e-filing (SHFD0006.CSV)."),
    "routes": _Place("routes", "app", "The routes that approvals take (決裁経路)."),
    "user": _Place("people", "users", "People who log in."),
    "token": _Place("people", "tokens", "Keys of robots and systems."),
    "device": _Place("devices", "app", "Devices that send papers."),
    "doors": _Place(
        "doors",
        "doors",
        "Keep the doors open until `parent`, the `up` that started it, is gone.",
        hidden=True,
    ),
    "site": _Place("sites", "app", "Sites where papers are received."),
    "events": _Place("events", "app", "Receivers of events."),
    "recalls": _Place("recalls", "app", "Recalls of delivered values."),
    "robots": _Place("robots", "app", "Queues of work for robots."),
    "exports": _Place("exports", "app", "Files of approved entries."),
    "answers": _Place("answers", "app", "What hosts answer."),
    "calendar": _Place("calendar", "app", "The office's own closed and open days."),
    "disclose": _Place(
        "disclose", "disclose", "Write a copy that shows one person; it is an event."
    ),
    "keys": _Place("keys", "app", "Keys that seal and sign."),
    "store": _Place("store", "app", "The object store."),
    "retention": _Place(
        "retention", "app", "How long originals stay, and how they go."
    ),
    "hold": _Place("holds", "app", "Holds: what must not be destroyed."),
    "box": _Place("boxes", "app", "Boxes of paper, and how their paper goes."),
    "transfer": _Place("transfers", "app", "Files that an archive takes over (移管)."),
    "bench": _Place(
        "bench", "app", "Make scans and measure reading (from a checkout)."
    ),
}


class LazyGroup(TyperGroup):
    """A group that knows its commands by name and imports the one that is called."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = _Commands()

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        """The names alone: whoever mistypes one must not wait for all of them."""
        return list(COMMANDS)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Tell of every command without loading one."""
        shown = copy(self)
        shown.commands = {
            name: TyperCommand(name, help=place.says, hidden=place.hidden)
            for name, place in COMMANDS.items()
        }
        super(LazyGroup, shown).format_help(ctx, formatter)


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
