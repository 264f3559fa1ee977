"""`kamizero worker`: works on what the broker says there is, beside any number more."""

import secrets
import socket
from functools import cache
from pathlib import Path
from typing import Annotated

import typer

from kamizero import logs
from kamizero.cli.wiring import open_installation
from kamizero.errors import SetupError
from kamizero.settings import Settings
from workers.app import make_app, serve
from workers.hearing import Listener
from workers.rooms import Rooms
from workers.signs import show_worker_alive


def worker(
    processes: Annotated[
        int, typer.Option(min=1, help="Pages read at the same time.")
    ] = 1,
    sweep: Annotated[
        bool, typer.Option(help="Also look for work nobody was told of, and seal.")
    ] = True,
) -> None:
    """Work for an installation whose broker KAMIZERO_BROKER_URL names."""
    settings = Settings.load()
    if settings.broker_url is None:
        raise SetupError(
            "No broker is set. Set KAMIZERO_BROKER_URL, or run `kamizero up`, whose "
            "workers need none."
        )
    logs.configure(settings.log_format)
    # Sets an empty data folder up before the worker's processes start.
    open_installation(settings).rooms.database.close()
    app = make_app(settings.broker_url)
    show_worker_alive()
    listener = Listener(
        rooms_of_process,
        worker=f"celery@{socket.gethostname()}",
        # As long as what a dead worker held lies still.
        silence=settings.lease,
    )
    listener.listen_in_each_process()
    serve(app, listener)
    schedule = settings.data_dir / "celerybeat-schedule" if sweep else None
    app.worker_main(arguments_of(processes=processes, schedule=schedule))


def arguments_of(*, processes: int, schedule: Path | None) -> list[str]:
    """What Celery's worker is started with.

    Args:
        schedule: the file of the periodic messages, None where another sends them.
    """
    arguments = [
        "worker",
        # Two of one name on a machine take each other's queues away, and so does one
        # that was killed from the one that comes after it.
        f"--hostname=kamizero-{secrets.token_hex(4)}@%h",
        f"--concurrency={processes}",
        "--loglevel=WARNING",
        # They tell each other nothing: rows say what there is to do.
        "--without-gossip",
        "--without-mingle",
    ]
    if schedule is not None:
        arguments += ["--beat", f"--schedule={schedule}"]
    return arguments


@cache
def rooms_of_process() -> Rooms:
    """The rooms of the process that asks first: connections outlive no fork."""
    return open_installation(Settings.load()).rooms
