"""The doors of an installation, in a process beside the web server."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Annotated

import structlog
import typer

from ingest.doors.doorkeeper import Doorkeeper
from ingest.doors.ledger import Ledger
from ingest.doors.live import Live
from ingest.doors.reception import Reception
from ingest.doors.serving import Door, LoopDoor
from ingest.doors.signs import Sign, Signs, Way
from ingest.doors.spool import Spool
from ingest.doors.sweeping import Sweeper
from ingest.doors.taking import MAIL, Taker
from ingest.intake import Delivery
from ingest.watching import WatchedFolder
from kamizero import logs
from kamizero.cli import slots
from kamizero.cli.clock import TOKYO, now, today
from kamizero.cli.console import Exit
from kamizero.cli.door_settings import certificate_of, inbox_keys
from kamizero.cli.door_signs import INBOX, TAKING, WATCHED
from kamizero.cli.receptions import live_of, reception, spool_of
from kamizero.cli.stopping import told_to_stop
from kamizero.cli.wiring import Installation, open_installation
from kamizero.errors import KamizeroError, StoreError
from kamizero.settings import Settings

log = structlog.get_logger()

WATCH_SECONDS = 2.0
TAKE_SECONDS = 1.0
SWEEP_SECONDS = 60.0
# Everything a process needs beside the doors that are open.
Act = Callable[[], object]
# Looks for papers by itself, and says how the place is where it looked.
Look = Callable[[], Sign]


def doors(
    slot: Annotated[int, typer.Option(min=0)], parent: Annotated[int, typer.Option()]
) -> int:
    """Keep the doors open until `parent`, the `up` that started it, is gone."""
    del slot
    settings = Settings.load()
    logs.configure(settings.log_format)
    stop = told_to_stop()

    def is_wanted() -> bool:
        return not stop.is_set() and os.getppid() == parent

    # What the doors of a killed predecessor still hold becomes free first.
    held = slots.wait_for_doors(settings.data_dir, wanted=is_wanted)
    if held is None:
        return Exit.OK
    with held:
        installation = open_installation(settings)
        with _kept_open(installation) as broken:
            while is_wanted() and not broken.wait(slots.LOOK_SECONDS):
                pass
    return Exit.FAILED if broken.is_set() else Exit.OK


@dataclass(frozen=True, slots=True)
class _Behind:
    """What every door of this process shares."""

    installation: Installation
    live: Live
    spool: Spool
    doorkeeper: Doorkeeper
    signs: Signs

    def reception(self, door: str) -> Reception:
        return reception(
            self.installation,
            door,
            spool=self.spool,
            live=self.live,
            accounts=self.doorkeeper,
        )


@contextmanager
def _kept_open(installation: Installation) -> Iterator[threading.Event]:
    """Every door and what takes in behind them; yields what says that one broke."""
    behind = _Behind(
        installation=installation,
        live=live_of(installation.settings),
        spool=spool_of(installation.settings),
        doorkeeper=Doorkeeper(installation.rooms.database, now),
        signs=Signs(slots.door_signs(installation.settings.data_dir), now),
    )
    stop, broken = threading.Event(), threading.Event()

    def lasting(act: Act) -> None:
        # If one of them breaks, the process ends and another one is started.
        try:
            act()
        finally:
            if not stop.is_set():
                broken.set()

    with ExitStack() as opened:
        acts: list[Act] = [lambda: _take(behind, stop)]
        for name, door in _doors(behind):
            log.info("door_opened", door=name, port=door.port)
            behind.signs.show(name, Sign(Way.OPEN, door.port))
            opened.callback(door.stop)
            acts.append(door.serve)
        acts += _lookers(behind, stop)
        acts.append(lambda: behind.signs.beat(stop))
        threads = [threading.Thread(target=lasting, args=[act]) for act in acts]
        for thread in threads:
            thread.start()
        try:
            yield broken
        finally:
            stop.set()
            opened.close()
            for thread in threads:
                thread.join()


def _doors(behind: _Behind) -> Iterator[tuple[str, Door]]:
    # Each protocol brings a server of its own: only those that are asked for.
    settings = behind.installation.settings
    host, certificate = settings.door_host, certificate_of(settings)
    known = {"doorkeeper": behind.doorkeeper}
    if settings.ftp_port is not None:
        from ingest.doors.ftp import FtpDoor, Passive

        first, _, last = settings.ftp_passive_ports.partition("-")
        yield (
            "ftp",
            FtpDoor(
                (host, settings.ftp_port),
                reception=behind.reception("ftp"),
                passive=Passive(
                    range(int(first), int(last) + 1), settings.ftp_passive_address
                ),
                certificate=certificate,
                **known,
            ),
        )
    if settings.webdav_port is not None:
        from ingest.doors.webdav import WebdavDoor

        yield (
            "webdav",
            WebdavDoor(
                (host, settings.webdav_port),
                reception=behind.reception("webdav"),
                certificate=certificate,
                **known,
            ),
        )
    if settings.sftp_port is not None:
        from ingest.doors.sftp import SftpDoor, host_key

        sftp = SftpDoor(
            address=(host, settings.sftp_port),
            reception=behind.reception("sftp"),
            host_key=host_key(settings.data_dir / "keys" / "ssh_host"),
            **known,
        )
        yield "sftp", LoopDoor(sftp.open, port_of=lambda one: int(one.get_port()))
    if settings.smtp_port is not None:
        from ingest.doors.smtp import SmtpDoor, port_of

        smtp = SmtpDoor(
            address=(host, settings.smtp_port),
            reception=behind.reception(MAIL),
            certificate=certificate,
            mail_bytes=settings.max_mail_bytes,
            **known,
        )
        yield MAIL, LoopDoor(smtp.open, port_of=port_of)


def _take(behind: _Behind, stop: threading.Event) -> None:
    settings, rooms = behind.installation.settings, behind.installation.rooms
    partial_for = timedelta(hours=settings.door_partial_hours)
    taker = Taker(
        database=rooms.database,
        spool=behind.spool,
        intake=behind.installation.intake,
        live=behind.live,
        clock=now,
        business_day=_business_day,
        quiet_seconds=settings.door_quiet_seconds,
        unfinished_for=partial_for,
    )
    sweeper = Sweeper(
        database=rooms.database,
        spool=behind.spool,
        live=behind.live,
        clock=now,
        partial_for=partial_for,
    )
    swept = float("-inf")

    def look() -> Sign:
        nonlocal swept
        if time.monotonic() - swept > SWEEP_SECONDS:
            sweeper.sweep()
            swept = time.monotonic()
        taker.look()
        if taker.trouble is not None:
            return Sign(Way.AWAY, why=taker.trouble)
        return Sign(Way.OPEN)

    # What was answered waits where the database or the disk is away.
    _repeat(look, TAKING, behind.signs, stop, every=TAKE_SECONDS)


def _lookers(behind: _Behind, stop: threading.Event) -> list[Act]:
    """What looks for files by itself: nobody comes to these doors."""
    installation, settings = behind.installation, behind.installation.settings
    ledger = Ledger(installation.rooms.database, now)
    looks: dict[str, Look] = {}
    if settings.watch_dir is not None:
        folder = WatchedFolder(
            settings.watch_dir,
            intake=installation.intake,
            ledger=ledger,
            delivery=lambda: _delivery(settings, WATCHED),
            quiet_seconds=settings.watch_quiet_seconds,
        )
        looks[WATCHED] = partial(_look_at, settings.watch_dir, folder)
    if settings.inbox_url is not None:
        looks[INBOX] = _bucket_looked_into(installation, ledger)
    return [
        partial(_repeat, look, door, behind.signs, stop, every=WATCH_SECONDS)
        for door, look in looks.items()
    ]


def _look_at(place: Path, folder: WatchedFolder) -> Sign:
    if not os.access(place, os.R_OK | os.X_OK):
        raise StoreError(
            "The watched folder is away: mount its share, or give this user the right "
            "to read it."
        )
    folder.look()
    return Sign(Way.OPEN)


def _bucket_looked_into(installation: Installation, ledger: Ledger) -> Look:
    from ingest.doors.bucket import InboxBucket, S3Inbox

    settings = installation.settings
    access_key, secret_key = inbox_keys(settings)
    inbox = InboxBucket(
        S3Inbox(
            settings.inbox_url or "",
            bucket=settings.inbox_bucket,
            access_key=access_key,
            secret_key=secret_key,
        ),
        ledger=ledger,
        intake=installation.intake,
        delivery=lambda: _delivery(settings, INBOX),
        file_bytes=settings.max_file_bytes,
    )

    def look() -> Sign:
        inbox.look()
        return Sign(Way.OPEN)

    return look


def _repeat(
    look: Look, door: str, signs: Signs, stop: threading.Event, *, every: float
) -> None:
    while not stop.wait(every):
        try:
            signs.show(door, look())
        except KamizeroError as error:
            # A share or a store that went away comes back; papers wait in it.
            log.error("door_not_seen", door=door, error=str(error))
            signs.show(door, Sign(Way.AWAY, why=error.code))
        except OSError as error:
            log.error("door_not_seen", door=door, error=error.strerror)
            signs.show(door, Sign(Way.AWAY, why="system"))


def _delivery(settings: Settings, door: str) -> Delivery:
    return Delivery(
        door=door, operator="scanner", site=settings.site, received_on=today()
    )


def _business_day(moment: datetime) -> date:
    return moment.astimezone(TOKYO).date()
