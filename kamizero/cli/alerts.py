"""`kamizero alerts`: what somebody must look at now."""

import shutil
from functools import partial
from typing import Annotated

import typer

from kamizero.cli.clock import now
from kamizero.cli.console import Exit, answer
from kamizero.cli.storeroom import open_storeroom
from kamizero.settings import Settings
from storage.alerts import Alert, alerts_of
from storage.database import Database
from storage.interfaces import ObjectStore


def alerts(
    json: Annotated[bool, typer.Option("--json", help="As JSON on stdout.")] = False,
) -> int:
    """Say what is stuck, overdue, full or refused; exit code 1 where anything is."""
    settings = Settings.load()
    storeroom = open_storeroom(settings, create=False)
    found = alerts_now(settings, storeroom.database, storeroom.store)
    if json:
        answer({"items": [one.as_json() for one in found]})
    else:
        for one in found:
            told = one.as_json()
            typer.echo(f"{one.kind:16} {one.count:>6}  {told['words']}")
        if not found:
            typer.echo("Nothing needs anybody.")
    return Exit.FAILED if found else Exit.OK


def alerts_now(
    settings: Settings, database: Database, store: ObjectStore
) -> list[Alert]:
    """The alerts of an installation at this moment."""
    return alerts_of(
        database,
        store,
        free_bytes=partial(_free, settings),
        least_free=settings.door_free_bytes,
        now=now(),
    )


def _free(settings: Settings) -> int:
    return shutil.disk_usage(settings.data_dir).free
