"""Small disks of their own, which can be filled until nothing goes on them."""

import errno
import os
import subprocess
from pathlib import Path


class Disk:
    """A file system of fixed size in memory, mounted on a folder (needs root)."""

    def __init__(self, folder: Path, *, megabytes: int) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"
        folder.mkdir(parents=True)
        size = f"size={megabytes}m"
        subprocess.run(
            ["/usr/bin/mount", "-t", "tmpfs", "-o", size, "none", str(folder)],
            check=True,
        )

    def fill(self) -> None:
        step = 16 << 20
        with self._ballast.open("wb") as ballast:
            end = 0
            while step >= 4096:
                try:
                    os.posix_fallocate(ballast.fileno(), end, step)
                    end += step
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise
                    step //= 2

    def free(self) -> None:
        self._ballast.unlink(missing_ok=True)

    def close(self) -> None:
        # Lazily: what was killed a moment ago may still hold a file.
        subprocess.run(["/usr/bin/umount", "--lazy", str(self.folder)], check=True)
