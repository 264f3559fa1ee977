"""Which files of a job are one run of pages: a device may write a file a page."""

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

_COUNTED = re.compile(r"(?P<stem>.*?)(?P<number>\d+)(?P<after>\)?\.[A-Za-z]+)")


def series(sources: Sequence[str]) -> Iterator[list[int]]:
    """Places of the files that follow each other by their names, in their order.

    `scan_009.jpg` is followed by `scan_010.jpg` in the same folder and by nothing
    else. All other files stand alone: a bundle that was cut in two is joined by a
    person, while two people's papers must never be joined by a guess.
    """
    run: list[int] = []
    for place, source in enumerate(sources):
        if run and not _follows(sources[place - 1], source):
            yield run
            run = []
        run.append(place)
    if run:
        yield run


def _follows(before: str, source: str) -> bool:
    first, second = _counted(before), _counted(source)
    return (
        first is not None
        and second is not None
        and first[:2] == second[:2]
        and first[2] + 1 == second[2]
    )


def _counted(source: str) -> tuple[str, str, int] | None:
    path = PurePosixPath(source.replace("\\", "/"))
    match = _COUNTED.fullmatch(path.name)
    if match is None:
        return None
    around = (str(path.parent / match["stem"]), match["after"])
    return (*around, int(match["number"]))
