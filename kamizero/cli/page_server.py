"""The server of pages and API: in `up` itself, and in processes beside it."""

import gc
import os
import signal
import socket
import sys
import threading
import time
from typing import Annotated

import typer
import uvicorn

from kamizero import logs
from kamizero.cli.fair_server import FairServer
from kamizero.cli.pages import web_app
from kamizero.cli.wiring import Installation, open_installation
from kamizero.settings import Settings

# Requests that are not answered by then are broken off.
STOP_SECONDS = 3
# Longer than people think before they type on: what is sent just as the server hangs
# up is lost.
KEEP_OPEN_SECONDS = 75
LOOK_SECONDS = 0.3

TURN_SECONDS = 0.0005
# A request makes some thousands of objects, nearly all gone when it is answered.
OBJECTS_BEFORE_SWEEP = 10_000


def pages(
    slot: Annotated[int, typer.Option(min=0)],
    parent: Annotated[int, typer.Option()],
    door: Annotated[int, typer.Option(min=0)],
) -> None:
    """Answer at the open socket `door` until `parent`, the `up` it is of, is gone."""
    del slot
    settings = Settings.load()
    logs.configure(settings.log_format, level="WARNING")
    server = page_server(open_installation(settings))

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_SECONDS)
        server.should_exit = True

    threading.Thread(target=watch, daemon=True).start()
    with socket.socket(fileno=door) as listening:
        answer(server, listening)


def page_server(installation: Installation) -> uvicorn.Server:
    """What answers over the parts of this process."""
    return FairServer(
        uvicorn.Config(
            web_app(installation),
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=STOP_SECONDS,
            timeout_keep_alive=KEEP_OPEN_SECONDS,
        )
    )


def answer(server: uvicorn.Server, door: socket.socket) -> None:
    """Answer until the server is told to stop."""
    # Requests wait for the database a few dozen times each; 5 ms, the usual turn, is
    # then what a request waits again and again while another one computes.
    sys.setswitchinterval(TURN_SECONDS)
    # What a start loads stays: to look through it for garbage takes a fifth of a
    # second, in which nobody is answered.
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_BEFORE_SWEEP)
    # It stops at these signals and then raises them again: what runs beside it must
    # still be stopped in order.
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_number, lambda *_: None)
    server.run(sockets=[door])
