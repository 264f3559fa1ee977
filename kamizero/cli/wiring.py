"""Building the real things from the settings, once per process."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from delivery.events.address import Gate
from delivery.events.posting import Poster
from forms.library import Library
from forms.standards import Standards
from ingest.intake import Intake
from ingest.pictures import PagePictures
from kamizero import traces
from kamizero.cli.clock import now
from kamizero.cli.proving import stamping_of
from kamizero.cli.reading import engine_choice, limits_of, shared_engine, shared_finder
from kamizero.cli.record_systems import elsewhere_of
from kamizero.cli.storeroom import Storeroom, open_storeroom
from kamizero.settings import Settings
from storage.records.register import Register
from storage.retention.schedule import Schedule
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
    traces.send_to(settings.traces_url)
    storeroom = open_storeroom(settings, create=create)
    database, vault = storeroom.database, storeroom.vault
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
        store=storeroom.store,
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
        export_keys=settings.export_keys_dir,
        post=Poster(Gate.read(settings.events_allow)),
    )
    return Installation(
        settings=settings,
        rooms=rooms,
        register=register,
        intake=Intake(
            database=database,
            store=storeroom.store,
            limits=limits,
            short_lock=timedelta(days=settings.short_lock_days),
            clock=now,
            hint=rooms.hint,
        ),
        pictures=pictures_of(storeroom),
    )


def pictures_of(storeroom: Storeroom) -> PagePictures:
    """The pictures of the pages that are kept."""
    settings = storeroom.settings
    return PagePictures(
        store=storeroom.store,
        cache=settings.data_dir / "cache" / "pages",
        limits=limits_of(settings),
    )


def _hint_of(settings: Settings) -> Callable[[str], None]:
    """How others learn of new work: by the broker, where there is one."""
    if settings.broker_url is None:
        return no_hint
    # With the steps it brings Celery, which no embedded installation needs.
    from workers.app import make_app, send_hint

    return partial(send_hint, make_app(settings.broker_url))
