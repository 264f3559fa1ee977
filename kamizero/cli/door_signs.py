"""Which doors an installation should have, and how each of them stands now."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from ingest.doors.signs import Sign, Way, seen
from ingest.doors.taking import MAIL
from kamizero.cli import slots
from kamizero.cli.clock import now
from kamizero.settings import Settings

# Far above the time between two signs, on a busy machine too.
SILENT_AFTER = timedelta(seconds=20)

WATCHED, INBOX = "watched folder", "inbox bucket"
# Takes what came through the others into the intake; there whenever they are.
TAKING = "taking"


def expected(settings: Settings) -> Iterator[str]:
    """The doors that the settings open."""
    yield TAKING
    for name, place in (
        ("ftp", settings.ftp_port),
        ("sftp", settings.sftp_port),
        ("webdav", settings.webdav_port),
        (MAIL, settings.smtp_port),
        (WATCHED, settings.watch_dir),
        (INBOX, settings.inbox_url),
    ):
        if place is not None:
            yield name


def doors_now(settings: Settings) -> Mapping[str, Sign]:
    """Each of them: closed where its process is dead or says nothing any more."""
    told = seen(slots.door_signs(settings.data_dir))
    is_kept = slots.are_doors_kept(settings.data_dir)
    if told is None or not is_kept or now() - told.at > SILENT_AFTER:
        return {name: Sign(Way.CLOSED) for name in expected(settings)}
    return {name: told.doors.get(name, Sign(Way.CLOSED)) for name in expected(settings)}
