"""`kamizero up`: web pages, workers and sealer of one machine, in one command."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Annotated

import structlog
import typer
import uvicorn

from kamizero import logs
from kamizero.cli import demo, slots
from kamizero.cli.children import Children
from kamizero.cli.console import Exit, people, say
from kamizero.cli.door_settings import demand_doors
from kamizero.cli.page_server import answer, page_server
from kamizero.cli.wiring import Installation, open_installation
from kamizero.errors import KamizeroError, SetupError
from kamizero.settings import Settings
from workers.answering import hear_hosts
from workers.keeping import keep_originals
from workers.sealing import seal_events
from workers.telling import tell_receivers

log = structlog.get_logger()


def up(
    with_demo: Annotated[
        bool, typer.Option("--demo", help="Take in samples/scans and add two people.")
    ] = False,
    host: Annotated[str, typer.Option()] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8000,
) -> int:
    """Serve the web pages and work on what comes in."""
    settings = Settings.load()
    logs.configure(settings.log_format, level="WARNING" if with_demo else "INFO")
    demand_doors(settings)
    if with_demo:
        demo.demand_samples()
    with _listening(host, port) as door, ExitStack() as held:
        installation = open_installation(settings)
        _demand_alone(settings, until=held)
        server = page_server(installation)
        with _beside(installation, server, door, with_demo) as broken:
            answer(server, door)
    return Exit.FAILED if broken.is_set() else Exit.OK


def _demand_alone(settings: Settings, until: ExitStack) -> None:
    server = slots.take_server(settings.data_dir)
    if server is None:
        raise SetupError(
            f"Another `kamizero up` serves {settings.data_dir.resolve()} already. Use "
            "that one, stop it, or set KAMIZERO_DATA_DIR to another folder."
        )
    until.enter_context(server)


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    """The address taken before anything is started, so that nothing starts in vain."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Only of a socket that names TCP does the loop turn off Nagle's wait: without it
    # each page of more than one segment comes 40 ms late.
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((host, port))
        except OSError as error:
            raise SetupError(
                f"{host}:{port} cannot be served ({error.strerror}). "
                "Choose another with --port, or stop what runs there."
            ) from error
        door.listen(128)
        yield door


@contextmanager
def _beside(
    installation: Installation,
    server: uvicorn.Server,
    door: socket.socket,
    with_demo: bool,
) -> Iterator[threading.Event]:
    """Everything that runs beside the web server, stopped with it.

    Yields the event that says that a part of it broke.
    """
    stop, broken = threading.Event(), threading.Event()
    address = _address_of(door)

    def lasting(call: Callable[[Installation, threading.Event], None]) -> None:
        # If one of them breaks, all of it stops: never green with a part missing.
        try:
            call(installation, stop)
        finally:
            if not stop.is_set():
                broken.set()
            server.should_exit = True

    def demonstrate() -> None:
        try:
            demo.run(installation, address, stop)
        except KamizeroError as error:
            say(str(error), Exit.FAILED)
            broken.set()
            server.should_exit = True

    threads = [
        threading.Thread(target=lasting, args=[one])
        for one in (_seal, _keep, _tell, _hear)
    ]
    if with_demo:
        threads.append(threading.Thread(target=demonstrate))
    settings, handle = installation.settings, door.fileno()
    more_pages = Children(
        ["pages", "--door", str(handle)], settings.page_processes - 1, handles=[handle]
    )
    with Children(["work"], settings.workers), Children(["doors"], 1), more_pages:
        for thread in threads:
            thread.start()
        if not with_demo:
            people.print(f"kamizero serves {address}")
        try:
            yield broken
        finally:
            stop.set()
            for thread in threads:
                thread.join()


def _address_of(door: socket.socket) -> str:
    host, port = door.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _keep(installation: Installation, stop: threading.Event) -> None:
    keep_originals(installation.rooms, stop)


def _seal(installation: Installation, stop: threading.Event) -> None:
    seal_events(installation.rooms, stop)


def _tell(installation: Installation, stop: threading.Event) -> None:
    tell_receivers(installation.rooms, stop)


def _hear(installation: Installation, stop: threading.Event) -> None:
    hear_hosts(installation.rooms, stop)
