"""`kamizero backup`: everything of this installation in one folder, keys in another."""

import getpass
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from kamizero.cli.clock import now
from kamizero.cli.console import answer
from kamizero.cli.storeroom import open_storeroom
from kamizero.settings import Settings
from storage.backup.erasures import publish
from storage.backup.making import Source, make_backup


def backup(
    folder: Annotated[Path, typer.Argument(help="An empty or a new folder.")],
    keys: Annotated[
        Path | None,
        typer.Option(help="Folder to copy the keys to, apart from the backup."),
    ] = None,
) -> None:
    """Copy rows and originals while people work; keys go elsewhere or not at all.

    Originals in an S3 store are not copied: let the store replicate its bucket.
    """
    settings = Settings.load()
    storeroom = open_storeroom(settings, create=False)
    if settings.erasures_dir is not None:
        publish(storeroom.database, storeroom.store, settings.erasures_dir)
    source = Source(
        database=storeroom.database,
        objects=settings.data_dir / "objects" if settings.store_url is None else None,
        keys=settings.data_dir / "keys",
    )
    contents = make_backup(source, folder, keys=keys, by=getpass.getuser(), now=now())
    answer(asdict(contents))
