"""Measures reading over a folder of made scans, one page after the other."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from bench.measured import (
    ORDINARY,
    Measured,
    Seconds,
    Truth,
    WrittenError,
    errors_of,
    fields_of,
)
from bench.ours import PageRead, read_page
from bench.peers import ReadPage, Written, folded, installed_peers
from bench.timing import Spent, Stopwatch, TimedRecogniser
from bench.worst import WorstErrors
from forms.definition import FormDefinition
from forms.library import Library
from ingest.page_image import Limits
from kamizero.errors import MissingError
from ocr.engine import Engine


@dataclass(frozen=True, slots=True)
class PeerField:
    """A text of a page that a peer was to find anywhere on it."""

    peer: str
    type: str
    quality: str
    found: bool


@dataclass(slots=True)
class Measurement:
    """All that a run found out, without the pictures.

    Attributes:
        seconds: of the processor, by file.
        floors: seconds of the recogniser alone on the crops of a page.
        peer_files: the pages the peers read, too.
        spent: what a page took kamizero, by file.
        peer_spent: by peer, a page each.
        kinds: file -> the kind of filing that is right, the one read, and whether
            a finding sends it to a person for its kind.
    """

    fields: list[Measured] = field(default_factory=list)
    errors: list[WrittenError] = field(default_factory=list)
    seconds: dict[str, Seconds] = field(default_factory=dict)
    qualities: dict[str, str] = field(default_factory=dict)
    floors: dict[str, float] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    kinds: dict[str, tuple[str, str, bool]] = field(default_factory=dict)
    peer_files: list[str] = field(default_factory=list)
    spent: dict[str, Spent] = field(default_factory=dict)
    peer_spent: dict[str, list[Spent]] = field(default_factory=dict)
    peer_fields: list[PeerField] = field(default_factory=list)


def truth_of(scans: Path, *, only: str = "", pages: int | None = None) -> Truth:
    """The pages of a folder and what is written on them.

    Raises:
        MissingError: It holds no made scans.
    """
    path = scans / "truth.json"
    if not path.exists():
        raise MissingError(
            f"{scans} holds no made scans: make some with "
            f"`kamizero bench scans --out {scans}`."
        )
    truth = json.loads(path.read_text(encoding="utf-8"))
    files = [file for file in truth if only in file][:pages]
    return {file: truth[file][0] for file in files}


def evenly(files: Sequence[str], count: int | None) -> list[str]:
    """So many of them, as far apart as can be; all without a count."""
    if count is None or count >= len(files):
        return list(files)
    # Forms and qualities take turns: a step that shares no factor with them meets
    # each as often.
    return [files[at * len(files) // count] for at in range(count)]


def measure(
    scans: Path,
    truth: Mapping[str, Truth],
    *,
    engine: Engine,
    limits: Limits,
    today: date,
    peer_files: Sequence[str] = (),
    worst: WorstErrors | None = None,
) -> Iterator[Measurement]:
    """Read page by page; gives the same growing measurement after each.

    Only one page's pixels are held at a time. Peers compute on as many threads as
    the engine.
    """
    library = Library.shipped()
    # Whatever else runs on the machine does not count.
    timed = TimedRecogniser(engine, now=time.process_time)
    peers = installed_peers(engine.facts.threads) if peer_files else {}
    result = Measurement(peer_files=list(peer_files))
    _warm_up(scans, truth, timed, peers, library, limits, today)
    for file, page in truth.items():
        read = read_page(
            (scans / file).read_bytes(),
            form=page["form"],
            library=library,
            engine=timed,
            limits=limits,
            today=today,
        )
        form = library.get(f"{page['form']}@{page['revision']}")
        fields = _take(result, file, page, form, read)
        if worst is not None:
            worst.take(read, fields, page)
        if file in result.peer_files:
            result.floors[file] = timed.floor()
            _compare(result, file, page, form, read, peers)
        yield result


def _take(
    result: Measurement, file: str, page: Truth, form: FormDefinition, read: PageRead
) -> list[Measured]:
    result.seconds[file], result.spent[file] = read.seconds, read.spent
    result.qualities[file] = page["quality"]
    fields = list(fields_of(file, page, form, read.reading))
    result.fields += fields
    result.errors += errors_of(file, page, read.reading)
    if read.reading is None:
        result.unread.append(file)
        return fields
    doubted = any(f.rule.endswith("kind_to_be_seen") for f in read.reading.findings)
    result.kinds[file] = (page["kind"], read.reading.kind.value, doubted)
    return fields


def _compare(
    result: Measurement,
    file: str,
    page: Truth,
    form: FormDefinition,
    read: PageRead,
    peers: Mapping[str, ReadPage],
) -> None:
    """Let each peer read the same pixels, and look for every value in its text."""
    written = [
        Written(file, form.field(name), value)
        for name, value in page["fields"].items()
        if value and page["kinds"].get(name) in ORDINARY
    ]
    for name, peer in peers.items():
        watch = Stopwatch()
        text = folded(peer(read.picture))
        result.peer_spent.setdefault(name, []).append(watch.spent())
        result.peer_fields += [
            PeerField(name, one.field.type.value, page["quality"], one.stands_in(text))
            for one in written
            if one.is_text
        ]


def _warm_up(
    scans: Path,
    truth: Mapping[str, Truth],
    engine: TimedRecogniser,
    peers: Mapping[str, ReadPage],
    library: Library,
    limits: Limits,
    today: date,
) -> None:
    """Load models and the print of forms before the clock runs: workers do so once."""
    firsts: dict[tuple[str, bool], str] = {}
    for file, page in truth.items():
        firsts.setdefault((page["form"], page["marks_out"]), file)
    for (form, _), file in firsts.items():
        read = read_page(
            (scans / file).read_bytes(),
            form=form,
            library=library,
            engine=engine,
            limits=limits,
            today=today,
        )
    for peer in peers.values():
        peer(read.picture)
