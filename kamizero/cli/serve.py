"""`kamizero up`: web pages, workers and sealer of one machine, in one command."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
import uvicorn

from ingest.intake import Delivery
from ingest.watching import WatchedFolder
from kamizero import logs
from kamizero.cli import demo, slots
from kamizero.cli.children import Children
from kamizero.cli.clock import today
from kamizero.cli.console import people
from kamizero.cli.pages import web_app
from kamizero.cli.wiring import Installation, open_installation
from kamizero.settings import Settings
from workers.loop import Loop, seal_events

WATCH_SECONDS = 2.0


def up(
    with_demo: Annotated[
        bool, typer.Option("--demo", help="Take in samples/scans and add two people.")
    ] = False,
    host: Annotated[str, typer.Option()] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8000,
) -> None:
    """Serve the web pages and work on what comes in."""
    settings = Settings.load()
    logs.configure(settings.log_format, level="WARNING" if with_demo else "INFO")
    installation = open_installation(settings)
    server = uvicorn.Server(
        uvicorn.Config(
            web_app(installation),
            host=host,
            port=port,
            log_config=None,
            access_log=False,
        )
    )
    with _beside(installation, with_demo, f"http://{host}:{port}"):
        server.run()


def work(slot: Annotated[int, typer.Option(min=0)] = 0) -> None:
    """Run one embedded worker; `up` starts these."""
    settings = Settings.load()
    logs.configure(settings.log_format, level="WARNING")
    installation = open_installation(settings)
    with slots.held(settings.data_dir, slot, wait=True):
        slots.give_back_leases(installation.rooms.database, settings.data_dir, slot)
        stop = _told_to_stop()
        beat = threading.Thread(
            target=slots.beat, args=(settings.data_dir, slot, stop), daemon=True
        )
        beat.start()
        Loop(installation.rooms, worker=slots.name_of(settings.data_dir, slot)).run(
            stop
        )


def _told_to_stop() -> threading.Event:
    """An event that SIGTERM and Ctrl+C set; the step under way is finished first."""
    stop = threading.Event()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_number, lambda *_: stop.set())
    return stop


@contextmanager
def _beside(
    installation: Installation, with_demo: bool, address: str
) -> Iterator[None]:
    """Everything that runs beside the web server, stopped with it."""
    stop = threading.Event()
    threads = [
        threading.Thread(target=seal_events, args=(installation.rooms, stop)),
        threading.Thread(target=_watch, args=(installation, stop)),
    ]
    if with_demo:
        threads.append(
            threading.Thread(target=demo.run, args=(installation, address, stop))
        )
    with Children(["work"], installation.settings.workers):
        for thread in threads:
            thread.start()
        if not with_demo:
            people.print(f"kamizero serves {address}")
        try:
            yield
        finally:
            stop.set()
            for thread in threads:
                thread.join()


def _watch(installation: Installation, stop: threading.Event) -> None:
    settings = installation.settings
    if settings.watch_dir is None:
        return
    folder = WatchedFolder(
        settings.watch_dir,
        intake=installation.intake,
        delivery=lambda: Delivery(
            door="watched folder",
            operator="scanner",
            site=settings.site,
            received_on=today(),
        ),
        quiet_seconds=settings.watch_quiet_seconds,
    )
    while not stop.wait(WATCH_SECONDS):
        folder.look()
