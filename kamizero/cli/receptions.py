"""The reception behind a door of an installation."""

from ingest.doors.live import Live
from ingest.doors.reception import Reception
from ingest.doors.senders import Accounts
from ingest.doors.spool import Spool
from kamizero.cli.clock import now
from kamizero.cli.wiring import Installation
from kamizero.settings import Settings


def spool_of(settings: Settings) -> Spool:
    return Spool(settings.data_dir / "incoming", free_bytes=settings.door_free_bytes)


def live_of(settings: Settings) -> Live:
    return Live(settings.data_dir / "locks")


def reception(
    installation: Installation,
    door: str,
    *,
    spool: Spool,
    live: Live,
    accounts: Accounts,
) -> Reception:
    """A reception for this door's transfers; `live` is shared within a process."""
    return Reception(
        door,
        database=installation.rooms.database,
        spool=spool,
        file_bytes=installation.settings.max_file_bytes,
        clock=now,
        live=live,
        accounts=accounts,
    )
