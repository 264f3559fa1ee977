"""`kamizero backup`: everything of this installation in one folder, keys in another."""

import getpass
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from kamizero.cli.clock import now
from kamizero.cli.console import answer
from kamizero.cli.storeroom import open_storeroom
from kamizero.errors import WrongCallError
from kamizero.settings import Settings
from storage.backup.erasures import publish
from storage.backup.making import Source, make_backup
from storage.interfaces import ObjectStore


def backup(
    folder: Annotated[Path, typer.Argument(help="An empty or a new folder.")],
    keys: Annotated[
        Path | None,
        typer.Option(help="Folder to copy the keys to, apart from the backup."),
    ] = None,
    without_originals: Annotated[
        bool,
        typer.Option(
            "--without-originals",
            help="Leave a bucket's originals out: it is replicated elsewhere.",
        ),
    ] = False,
) -> None:
    """Copy rows and originals while people work; keys go elsewhere or not at all."""
    settings = Settings.load()
    storeroom = open_storeroom(settings, create=False)
    if settings.erasures_dir is not None:
        publish(storeroom.database, storeroom.store, settings.erasures_dir)
    source = Source(
        database=storeroom.database,
        objects=_objects(settings, storeroom.store, without=without_originals),
        keys=settings.data_dir / "keys",
    )
    contents = make_backup(source, folder, keys=keys, by=getpass.getuser(), now=now())
    answer(asdict(contents))


def _objects(
    settings: Settings, store: ObjectStore, *, without: bool
) -> Path | ObjectStore | None:
    if settings.store_url is not None:
        return None if without else store
    if without:
        raise WrongCallError(
            "Originals lie in the data folder, and nothing else has a copy of them: "
            "leave --without-originals out."
        )
    return settings.data_dir / "objects"
