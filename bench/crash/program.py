"""`kamizero` whose reading comes from the record: `python -m bench.crash.program …`."""

from typing import Any

from bench.crash import recording
from kamizero.cli import main
from workers import steps

if __name__ == "__main__":
    vars(steps).update(
        look_at_pages=recording.look_at_pages, read_pages=recording.read_pages
    )
    known: Any = steps.STEPS
    for name in ("sort", "check"):
        known[name] = recording.lingering(steps.STEPS[name])
    main()
