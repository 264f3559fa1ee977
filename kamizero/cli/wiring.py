"""Building the real things from the settings, once per process."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from sqlalchemy import inspect

from forms.library import Library
from forms.standards import Standards
from ingest.intake import Intake
from ingest.pictures import PagePictures
from kamizero.cli.clock import now
from kamizero.cli.object_store import open_store
from kamizero.cli.proving import stamping_of
from kamizero.cli.reading import engine_choice, limits_of, shared_engine, shared_finder
from kamizero.cli.record_systems import elsewhere_of
from kamizero.errors import SetupError
from kamizero.settings import Settings
from storage import audit, sites
from storage.database import Database
from storage.interfaces import ObjectStore
from storage.key_rotation import know_signing_key
from storage.master_key import MasterKey
from storage.records.register import Register
from storage.retention.schedule import Schedule
from storage.tables import Site
from storage.vault import KeyRing, Vault
from workers.app import make_app, send_hint
from workers.recheck import Recheck
from workers.rooms import Rooms, no_hint


@dataclass(frozen=True, slots=True)
class Installation:
    """One installation's parts; every entry point takes what it needs from here."""

    settings: Settings
    rooms: Rooms
    register: Register
    intake: Intake
    pictures: PagePictures


def open_installation(settings: Settings, *, create: bool = True) -> Installation:
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
    library = Library.shipped()
    register = Register(database, vault)
    elsewhere = elsewhere_of(settings, register)
    limits = limits_of(settings)
    recheck = Recheck(
        library=library,
        vault=vault,
        records=(elsewhere or register).within,
        elsewhere=elsewhere,
        clock=now,
        standards=(
            Standards.load(settings.standards_file)
            if settings.standards_file
            else Standards.shipped()
        ),
    )
    rooms = Rooms(
        database=database,
        store=store,
        vault=vault,
        library=library,
        recheck=recheck,
        engine=partial(shared_engine, engine_choice(settings)),
        finder=shared_finder,
        limits=limits,
        clock=now,
        lease=settings.lease,
        schedule=(
            Schedule.load(settings.retention_file)
            if settings.retention_file
            else Schedule.shipped()
        ),
        short_lock=timedelta(days=settings.short_lock_days),
        hint=_hint_of(settings),
        stamping=stamping_of(settings),
        erasures=settings.erasures_dir,
    )
    return Installation(
        settings=settings,
        rooms=rooms,
        register=register,
        intake=Intake(
            database=database,
            store=store,
            limits=limits,
            short_lock=timedelta(days=settings.short_lock_days),
            clock=now,
            hint=rooms.hint,
        ),
        pictures=PagePictures(
            store=store, cache=settings.data_dir / "cache" / "pages", limits=limits
        ),
    )


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


def _hint_of(settings: Settings) -> Callable[[str], None]:
    """How others learn of new work: by the broker, where there is one."""
    if settings.broker_url is None:
        return no_hint
    return partial(send_hint, make_app(settings.broker_url))


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
