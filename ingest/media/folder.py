"""Which files of a job are one medium: those in the folder of its table, and below."""

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from ingest.media.summary import Summary, read_summary, seems_summary
from ingest.media.table import MediaTable, read_table, seems_table

Listing = MediaTable | Summary
# Folder of a medium -> places of its files in the job.
MediaFolders = Mapping[PurePosixPath, Sequence[int]]

# A medium may be told by its folder before its table is there: "媒体003", or the
# number of an arrival by e-filing, which is longer than any date.
_NAMED_MEDIUM = re.compile(r"(?:媒体|media)[-_ ]?(\d{1,6})", re.IGNORECASE)
_NAMED_ARRIVAL = re.compile(r"\d{16,32}")


def seems_listing(source: str, data: bytes) -> bool:
    """Whether a file is, or wants to be, the table or the summary of a medium."""
    return seems_table(source, data) or seems_summary(source, data)


def read_listing(source: str, data: bytes) -> Listing:
    """What it says. Raises RefusedError with what the sender can do."""
    if seems_table(source, data):
        return read_table(source, data)
    return read_summary(data)


def media_folders(sources: Sequence[str], listings: Sequence[bool]) -> MediaFolders:
    """The media of a job; a file belongs to the nearest folder that is one.

    Args:
        listings: for each source, whether it is the table or summary of a medium.
    """
    paths = [PurePosixPath(source.replace("\\", "/")) for source in sources]
    roots = {
        path.parent for path, is_one in zip(paths, listings, strict=True) if is_one
    }
    for path in paths:
        roots |= {folder for folder in path.parents if is_media_name(folder.name)}
    found: dict[PurePosixPath, list[int]] = {}
    for place, path in enumerate(paths):
        root = next((folder for folder in path.parents if folder in roots), None)
        if root is not None:
            found.setdefault(root, []).append(place)
    return found


def is_media_name(name: str) -> bool:
    """Whether a folder of this name is a medium, whatever lies in it so far."""
    return bool(number_in(name) or arrival_number_in(name))


def folder_of_job(path: PurePosixPath) -> PurePosixPath:
    """The folder whose files come together: a medium with all below it, or just one."""
    above = [folder for folder in path.parents if is_media_name(folder.name)]
    return above[0] if above else path.parent


def number_in(name: str) -> str:
    """The number of a medium that a folder's name says, empty where none."""
    match = _NAMED_MEDIUM.fullmatch(name)
    return match[1] if match else ""


def arrival_number_in(name: str) -> str:
    """The number of an e-filing (到達番号) that a folder's name is."""
    return name if _NAMED_ARRIVAL.fullmatch(name) else ""
