"""`kamizero` whose reading comes from the record: `python -m bench.crash.program …`."""

from typing import Any

from bench.crash import recording
from kamizero.cli import main
from workers import looking, steps

if __name__ == "__main__":
    vars(steps).update(
        look_at_pages=recording.look_at_pages, read_pages=recording.read_pages
    )
    vars(looking).update(read_original=recording.fetch)
    known: Any = steps.STEPS
    for name in ("sort", "check") if recording.is_struck() else ():
        known[name] = recording.lingering(steps.STEPS[name])
    main()
