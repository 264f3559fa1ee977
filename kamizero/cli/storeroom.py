"""What an installation keeps, opened: its database, its object store, its keys.

Apart from wiring: a command that only asks the database must not wait for everything
that reads and reviews papers.
"""

import os
from dataclasses import dataclass

from sqlalchemy import inspect

from kamizero.cli.clock import now
from kamizero.cli.object_store import open_store
from kamizero.errors import SetupError
from kamizero.settings import Settings
from storage import audit, sites
from storage.database import Database
from storage.interfaces import ObjectStore
from storage.key_rotation import know_signing_key
from storage.master_key import MasterKey
from storage.tables import Site
from storage.vault import KeyRing, Vault


@dataclass(frozen=True, slots=True)
class Storeroom:
    """What stays when no process runs."""

    settings: Settings
    database: Database
    store: ObjectStore
    vault: Vault


def open_storeroom(settings: Settings, *, create: bool = True) -> Storeroom:
    """Open the data folder, setting an empty one up where `create` allows it.

    Raises:
        SetupError: the folder cannot be written, or there is nothing in it.
    """
    if create:
        _make_folder(settings)
    else:
        _demand_installation(settings)
    database = Database(settings.database)
    is_new = not inspect(database.engine).has_table(Site.__tablename__)
    store = open_store(settings)
    if is_new:
        _demand_nothing_kept(settings, store)
    # Keys that are missing beside existing rows are lost, not to be made anew. They
    # come before the tables: who is stopped between the two can start again.
    vault = Vault(
        KeyRing.load(
            settings.data_dir / "keys", create=is_new, master=_master(settings)
        )
    )
    database.upgrade()
    know_signing_key(database, vault, now=now())
    _demand_own_site(database, settings.site)
    return Storeroom(settings, database, store, vault)


def _master(settings: Settings) -> MasterKey | None:
    """Where the master key lies, None where beside the keys it wraps."""
    if settings.master_key_file is not None:
        return MasterKey(settings.master_key_file)
    if settings.master_key is not None:
        return MasterKey(None, text=settings.master_key.get_secret_value())
    return None


def _demand_own_site(database: Database, code: str) -> None:
    """The site that the settings name is known without a word of anybody."""
    with database.look() as session:
        is_known = session.get(Site, code) is not None
    if not is_known:
        with database.begin() as session:
            sites.know(session, code)


def _demand_installation(settings: Settings) -> None:
    if settings.database_url is None and not settings.embedded_database.exists():
        raise SetupError(
            f"There is no installation in {settings.data_dir.resolve()}. "
            "Set KAMIZERO_DATA_DIR to the folder it keeps everything in."
        )


def _demand_nothing_kept(settings: Settings, store: ObjectStore) -> None:
    """An empty database beside sealed events is one that was lost, not a new one."""
    if any(True for _ in store.keys(audit.HEADS)):
        raise SetupError(
            f"The database of {settings.data_dir.resolve()} is gone, but what was kept "
            "is there. Restore the database from the backup, or set KAMIZERO_DATA_DIR "
            "to an empty folder."
        )


def _make_folder(settings: Settings) -> None:
    folder = settings.data_dir
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise SetupError(
            f"The data folder {folder} cannot be made ({error.strerror}). "
            "Set KAMIZERO_DATA_DIR to a folder that can be written."
        ) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise SetupError(
            f"The data folder {folder} cannot be written. Give this user the right, "
            "or set KAMIZERO_DATA_DIR to another folder."
        )
