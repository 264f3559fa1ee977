"""`kamizero restore`: a backup into an empty place, erasures applied, then verified."""

import getpass
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from kamizero.cli.clock import now
from kamizero.cli.console import Exit, answer
from kamizero.cli.object_store import open_store
from kamizero.cli.proving import outside_of
from kamizero.cli.storeroom import open_storeroom
from kamizero.errors import WrongCallError
from kamizero.settings import Settings
from storage.backup.erasures import erasures_in
from storage.backup.restoring import Target, restore_backup
from storage.verification import verify


def restore(
    folder: Annotated[Path, typer.Argument(help="The folder of the backup.")],
    keys: Annotated[
        Path | None, typer.Option(help="The folder the keys were copied to.")
    ] = None,
    erasures: Annotated[
        Path | None,
        typer.Option(help="Certificates of what was destroyed; else the setting's."),
    ] = None,
    without_erasures: Annotated[
        bool,
        typer.Option(
            "--without-erasures", help="Nothing was destroyed since, or nobody knows."
        ),
    ] = False,
) -> int:
    """Restore into an empty data folder and database, destroy again, and verify.

    Exit code 1 where verification finds a difference.
    """
    settings = Settings.load()
    certificates = erasures or settings.erasures_dir
    if without_erasures == (certificates is not None):
        raise WrongCallError(
            "Say what was destroyed since the backup: --erasures FOLDER, "
            "KAMIZERO_ERASURES_DIR, or --without-erasures."
        )
    done = restore_backup(
        folder,
        Target(
            settings.data_dir,
            settings.database_url,
            partial(open_store, settings),
            in_bucket=settings.store_url is not None,
        ),
        keys=keys,
        erasures=None if certificates is None else erasures_in(certificates),
        by=getpass.getuser(),
        clock=now,
    )
    storeroom = open_storeroom(settings, create=False)
    report = verify(
        storeroom.database,
        storeroom.store,
        storeroom.vault,
        outside=outside_of(settings, root=None, anchor=None),
    )
    answer(
        {
            "made_at": done.contents.made_at,
            "erased_again": done.erased,
            **report.as_json(),
        }
    )
    return Exit.FAILED if report.differences else Exit.OK
