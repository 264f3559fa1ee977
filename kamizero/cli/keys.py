"""`kamizero keys`: what seals values and signs approvals, and how it is exchanged."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Annotated

import typer
from rich.progress import Progress

from forms.library import Library
from kamizero.cli.clock import now
from kamizero.cli.console import answer, people
from kamizero.cli.counter import counting
from kamizero.cli.storeroom import open_storeroom
from kamizero.settings import Settings
from storage import key_rotation
from storage.key_rotation import Resealed

app = typer.Typer(help="Keys that seal and sign.", no_args_is_help=True)


class Exchanged(StrEnum):
    """Keys that can be exchanged."""

    SIGNING = "signing"
    DATA = "data"
    INDEX = "index"
    MASTER = "master"


@app.command("list")
def list_keys(json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Name the keys, those out of use too; never show a secret."""
    ring = open_storeroom(Settings.load(), create=False).vault.keyring()
    lines = {
        ring.data.id: "seals",
        **dict.fromkeys(ring.retired.keys() - {ring.data.id}, "opens"),
        ring.index.id: "finds",
        **dict.fromkeys(ring.former_index.keys() - {ring.index.id}, "still finds"),
        ring.signing.id: "signs",
        **dict.fromkeys(ring.public.keys() - {ring.signing.id}, "verifies"),
    }
    if json:
        answer({"master": ring.master.where, "keys": lines})
        return
    for name, use in lines.items():
        typer.echo(f"{name:26} {use}")
    typer.echo(f"wrapped by {ring.master.where}")


@app.command()
def rotate(which: Exchanged) -> None:
    """Take a new key into use; may run beside `up`."""
    storeroom = open_storeroom(Settings.load(), create=False)
    who = getpass.getuser()
    if which is Exchanged.SIGNING:
        name = key_rotation.rotate_signing(
            storeroom.database, storeroom.vault, actor=who, now=now()
        )
        typer.echo(f"{name} signs from now on; what signed before still verifies.")
    elif which is Exchanged.DATA:
        with _bar() as progress:
            name = key_rotation.rotate_data(
                storeroom.database,
                storeroom.vault,
                actor=who,
                now=now(),
                progress=progress,
            )
        typer.echo(f"{name} seals from now on, and everything is sealed with it.")
    elif which is Exchanged.INDEX:
        with counting("found anew") as progress:
            name = key_rotation.rotate_index(
                storeroom.database,
                storeroom.vault,
                Library.shipped(),
                actor=who,
                now=now(),
                progress=progress,
            )
        typer.echo(f"{name} finds from now on, and everything is found by it.")
    else:
        key_rotation.rotate_master(
            storeroom.database, storeroom.vault, actor=who, now=now()
        )
        typer.echo(f"All keys are wrapped by {storeroom.vault.keyring().master.where}.")


@app.command()
def reseal() -> None:
    """Seal anew what is still sealed with an earlier key."""
    storeroom = open_storeroom(Settings.load(), create=False)
    with _bar() as progress:
        count = key_rotation.reseal(
            storeroom.database, storeroom.vault, progress=progress
        )
    typer.echo(f"{count} rows sealed anew.")


@app.command()
def forget(key: str) -> None:
    """Destroy a key that nothing is sealed with, or found by, any more."""
    storeroom = open_storeroom(Settings.load(), create=False)
    key_rotation.forget(
        storeroom.database, storeroom.vault, key, actor=getpass.getuser(), now=now()
    )
    typer.echo(f"{key} is destroyed.")


@contextmanager
def _bar() -> Iterator[Resealed]:
    with Progress(console=people, transient=True) as bar:
        task = bar.add_task("sealing", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
