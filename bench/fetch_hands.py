"""Fetches the typefaces of the test hands: `make hands`, which needs npm.

Each comes as an npm package that holds it in parts; the Latin and the Japanese part
are put together into one file in `bench/hands`.
"""

import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from fontTools.merge import Merger, Options
from fontTools.ttLib import TTFont

from bench.making.faces import FETCHED, PACKAGES

# Where glyphs stand and how they join is decided when a page is drawn.
_NOT_NEEDED = [
    "GSUB",
    "GPOS",
    "GDEF",
    "BASE",
    "STAT",
    "VORG",
    "vhea",
    "vmtx",
    "kern",
    "meta",
    "DSIG",
    "gasp",
    "prep",
    "fpgm",
    "cvt",
]


def main() -> int:
    """Fetch what is not there yet."""
    npm = shutil.which("npm")
    if npm is None:
        print("npm is missing: install Node.js, or copy bench/hands.", file=sys.stderr)
        return 1
    FETCHED.mkdir(exist_ok=True)
    for name, version in PACKAGES.items():
        target = FETCHED / f"{name}.ttf"
        if not target.exists():
            with tempfile.TemporaryDirectory() as folder:
                _joined(_parts(npm, name, version, Path(folder))).save(target)
            print(f"{name} {version}")
    return 0


def _parts(npm: str, name: str, version: str, folder: Path) -> list[Path]:
    """The files of a package's Latin part and, where it has one, its Japanese."""
    package = f"@fontsource/{name}@{version}"
    subprocess.run([npm, "pack", package, "--silent"], cwd=folder, check=True)
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        archive.extractall(folder, filter="data")
    files = folder / "package" / "files"
    parts = (files / f"{name}-{part}-400-normal.woff" for part in ("latin", "japanese"))
    return [part for part in parts if part.exists()]


def _joined(parts: list[Path]) -> TTFont:
    if len(parts) == 1:
        font = TTFont(parts[0])
    else:
        options = Options(drop_tables=[tag.ljust(4) for tag in _NOT_NEEDED])
        font = Merger(options=options).merge([str(part) for part in parts])
    font.flavor = None
    return font


if __name__ == "__main__":
    sys.exit(main())
