"""What the names of files that senders choose say, and what is kept of them."""

import unicodedata
from pathlib import PurePosixPath

LONGEST_NAME = 200
# What scanners and file servers write beside scans, in small letters.
SIDE_FILES = frozenset(
    {
        "netscan.xst",
        "netscan.dat",
        "nextname.dat",
        "thumbs.db",
        "desktop.ini",
        ".ds_store",
    }
)
# Files still being written, which get their own name when they are whole.
UNFINISHED = (".part", ".filepart", ".tmp", ".crdownload", ".partial")


def clean_name(sent: str | bytes) -> str:
    """A sender's path as a text to show: relative, printable, short.

    It never names a file of this machine. What cannot be shown becomes U+FFFD; of a
    name that is too long the end stays, with what it says the file is.
    """
    if isinstance(sent, str):
        sent = sent.encode("utf-8", "surrogateescape")
    text = _text(sent).replace("\\", "/")
    shown = "".join(
        # Cc, Cf, Cs: control, direction and half characters make one name look like
        # another.
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(one)[0] == "C" else one
        for one in text
    )
    parts = [part for part in shown.split("/") if part not in ("", ".", "..")]
    return "/".join(parts)[-LONGEST_NAME:].lstrip("/") or "unnamed"


def _text(sent: bytes) -> str:
    try:
        return sent.decode()
    except UnicodeDecodeError:
        pass
    try:
        # What Japanese devices write where they know no Unicode.
        return sent.decode("cp932")
    except UnicodeDecodeError:
        return sent.decode("utf-8", "replace")


def is_side_file(name: str) -> bool:
    """Whether a device, an office program or a file server wrote it for itself."""
    last = PurePosixPath(name).name
    return last.lower() in SIDE_FILES or last.startswith(("._", ".~", "~$"))


def is_unfinished(name: str) -> bool:
    """Whether its name says that it is still being written."""
    return name.lower().endswith(UNFINISHED)
