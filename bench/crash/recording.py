"""What the real recogniser said of each page, kept once and said again at once.

Files of one run differ by a number alone, so that each is an original of its own; what
stands on them is one of a few stacks, each of which is really read the first time.
"""

import json
import os
import pickle
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from storage.interfaces import ObjectStore
from storage.originals import read_original
from storage.tables import Arrival, Filing, Original
from storage.work import Claim
from workers import looking
from workers.looking import PageLook, Seen
from workers.reading import FilingReading
from workers.rooms import Rooms
from workers.steps import Step

FOLDER = "KAMIZERO_CRASH_RECORDING"
# The bundles up to this number are always really read.
REAL = "KAMIZERO_CRASH_REAL"
EVERY_BUNDLE = 1_000_000
SPENT = "spent"
# A step is under lease for as long, so that faults find it there.
STEP_SECONDS = 0.4

_Said = TypeVar("_Said")


def look_at_pages(rooms: Rooms, *, arrival_id: int) -> Mapping[int, Seen]:
    """As `workers.looking`, from the record; the bundle's number is the file's own."""
    with rooms.database.look() as session:
        sha256 = session.get_one(Arrival, arrival_id).original.sha256
    stack, number = _stack(sha256)
    said = _recorded(
        f"look-{stack}",
        lambda: looking.look_at_pages(rooms, arrival_id=arrival_id),
        number=number,
    )
    return {page: _numbered(seen, number) for page, seen in said.items()}


def read_pages(rooms: Rooms, *, filing_id: int) -> FilingReading:
    """As `workers.looking`, from the record."""
    with rooms.database.look() as session:
        pages = [
            (page.arrival.original.sha256, page.number)
            for page in session.get_one(Filing, filing_id).pages
        ]
    stack, number = _stack(pages[0][0])
    name = "-".join(str(page) for _, page in sorted(pages))
    return _recorded(
        f"read-{stack}-{name}",
        lambda: looking.read_pages(rooms, filing_id=filing_id),
        number=number,
    )


def fetch(store: ObjectStore, original: Original) -> bytes:
    """As `storage.originals`, and how long the store took."""
    begun = time.monotonic()
    data = read_original(store, original)
    note_spent("store", time.monotonic() - begun)
    return data


def note_spent(what: str, seconds: float) -> None:
    """Add to what the house spent so far; `reading` has `store` in it."""
    with (_folder() / SPENT).open("a", encoding="utf-8") as told:
        told.write(f"{what} {seconds:.6f}\n")


def lingering(step: Step) -> Step:
    """A step that has nothing recorded, and is under lease as long as the others."""

    def linger(rooms: Rooms, claim: Claim) -> None:
        time.sleep(STEP_SECONDS)
        step(rooms, claim)

    return linger


def note(folder: Path, sha256: str, *, stack: str, number: int) -> None:
    """Say which stack a file is, and which number its separator has."""
    told = folder / f"{sha256}.json"
    told.write_text(json.dumps([stack, number]), "utf-8")


def is_struck() -> bool:
    """Whether steps shall be under lease for long; not where all is really read."""
    return int(os.environ[REAL]) < EVERY_BUNDLE


def _folder() -> Path:
    return Path(os.environ[FOLDER])


def _stack(sha256: str) -> tuple[str, int]:
    stack, number = json.loads((_folder() / f"{sha256}.json").read_text("utf-8"))
    return str(stack), int(number)


def _recorded(name: str, say: Callable[[], _Said], *, number: int) -> _Said:
    path = _folder() / f"{name}.pickle"
    if path.exists() and number > int(os.environ[REAL]):
        time.sleep(STEP_SECONDS)
        known: _Said = pickle.loads(path.read_bytes())  # noqa: S301 - written by us.
        return known
    begun = time.monotonic()
    said = say()
    note_spent("reading", time.monotonic() - begun)
    if path.exists():
        return said
    half = path.with_suffix(f".{os.getpid()}")
    half.write_bytes(pickle.dumps(said))
    half.replace(path)
    return said


def _numbered(seen: Any, number: int) -> Any:
    if not isinstance(seen, PageLook) or seen.look.separator is None:
        return seen
    code = replace(seen.look.separator, number=number)
    return replace(seen, look=replace(seen.look, separator=code))
