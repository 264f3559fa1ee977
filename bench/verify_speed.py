"""Prints how fast verification goes through originals, beside sha256sum alone.

python -m bench.verify_speed [MEGABYTES] [FOLDER]
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from time import monotonic

from kamizero import logs
from storage import audit
from storage.originals import keep, original_row
from storage.verification import verify
from tests.archive import LONG, NOW, Archive, archive

# About what a colour scan of one sheet has.
EACH = 1_000_000
MEGABYTES = 2_000


def fill(kept: Archive, megabytes: int) -> None:
    """Keep so many originals, as a door does."""
    for _ in range(megabytes * 1_000_000 // EACH):
        original = keep(kept.store, os.urandom(EACH), retain_until=LONG)
        with kept.database.begin() as session:
            original_row(session, original, media_type="image/png", now=NOW)
    audit.seal(kept.database, kept.store, now=NOW)


def by_verify(kept: Archive) -> float:
    began = monotonic()
    report = verify(kept.database, kept.store, kept.vault)
    seconds = monotonic() - began
    if report.differences:
        raise SystemExit(f"something differs: {report.differences[0]}")
    return seconds


def by_sha256sum(folder: Path) -> float:
    """The system's own program, one process over all files."""
    program = shutil.which("sha256sum") or "/usr/bin/sha256sum"
    paths = [path for path in folder.rglob("*") if path.is_file()]
    began = monotonic()
    subprocess.run([program, *paths], check=True, stdout=subprocess.DEVNULL)
    return monotonic() - began


def main() -> None:
    logs.configure("columns", level="CRITICAL")
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else MEGABYTES
    place = sys.argv[2] if len(sys.argv) > 2 else None
    with tempfile.TemporaryDirectory(dir=place) as folder:
        kept = archive(Path(folder), f"sqlite:///{folder}/kamizero.db")
        fill(kept, megabytes)
        originals = Path(folder) / "objects" / "originals"
        before = getrusage(RUSAGE_SELF).ru_maxrss
        for name, seconds in (
            ("sha256sum", by_sha256sum(originals)),
            ("verify", by_verify(kept)),
            ("sha256sum", by_sha256sum(originals)),
            ("verify", by_verify(kept)),
        ):
            speed = megabytes / seconds
            print(f"{name:10} {seconds:7.1f} s {speed:8.0f} MB/s")
        after = getrusage(RUSAGE_SELF).ru_maxrss
        print(f"memory: {before / 1024:.0f} MB before, at most {after / 1024:.0f} MB")
        kept.database.close()


if __name__ == "__main__":
    main()
