"""`kamizero work`: one embedded worker, a child of `kamizero up`."""

import os
import threading
from typing import Annotated

import typer

from kamizero import logs
from kamizero.cli import slots
from kamizero.cli.stopping import told_to_stop
from kamizero.cli.wiring import open_installation
from kamizero.settings import Settings
from workers.loop import Loop


def work(
    slot: Annotated[int, typer.Option(min=0)], parent: Annotated[int, typer.Option()]
) -> None:
    """Run one embedded worker until `parent`, the `up` that started it, is gone."""
    settings = Settings.load()
    logs.configure(settings.log_format, level="WARNING")
    installation = open_installation(settings)
    stop = told_to_stop()

    def is_wanted() -> bool:
        return not stop.is_set() and os.getppid() == parent

    held = slots.wait_for(settings.data_dir, slot, wanted=is_wanted)
    if held is None:
        return
    with held:
        slots.give_back_leases(installation.rooms.database, settings.data_dir, slot)
        beat = threading.Thread(
            target=slots.beat, args=(settings.data_dir, slot, stop), daemon=True
        )
        beat.start()
        loop = Loop(installation.rooms, worker=slots.name_of(settings.data_dir, slot))
        loop.run(stop, wanted=is_wanted)
