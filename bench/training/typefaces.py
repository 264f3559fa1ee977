"""The typefaces that made-up writers use: freely licensed, none of them shipped.

Those of npm lie below a folder into which `npm install` put the packages named in
`package.json` here; those of Debian where their packages put them.
"""

from pathlib import Path

_DEBIAN = Path("/usr/share/fonts")

# Held apart: confidence is fitted on them, no weight is.
HELD_NPM = (
    "architects-daughter", "gaegu", "hi-melody", "kalam", "la-belle-aurore",
    "nothing-you-could-do", "reenie-beanie", "schoolbell",
)  # fmt: skip
HELD_DEBIAN = (
    "truetype/kiloji/kiloji.ttf",
    "opentype/bwht/BecauseWeLearn-Regular.otf",
    "truetype/breip/Breip.ttf",
)

_NPM = (
    "caveat", "cedarville-cursive", "covered-by-your-grace", "crafty-girls",
    "dawning-of-a-new-day", "gamja-flower", "gloria-hallelujah", "homemade-apple",
    "indie-flower", "loved-by-the-king", "neucha", "patrick-hand", "rock-salt",
    "shadows-into-light", "sue-ellen-francisco", "waiting-for-the-sunrise",
)  # fmt: skip
_FROM_DEBIAN = (
    "truetype/klee/KleeOne-Regular.ttf",
    "truetype/seto/setofont.ttf",
    "truetype/yusei-magic/YuseiMagic-Regular.ttf",
    "truetype/yozvox-yozfont/YOzRN_.ttf",
    "truetype/yozvox-yozfont/YOzRA_.ttf",
    "truetype/yozvox-yozfont/YOzRC_.ttf",
    "opentype/bwht/BecauseWeBuild-Regular.otf",
    "opentype/bwht/BecauseWeConnect-Regular.otf",
    "opentype/bwht/BecauseWeMentor-Regular.otf",
    "truetype/femkeklaver/femkeklaver.ttf",
    "truetype/fifthhorseman/dkg.ttf",
    "truetype/humor-sans/Humor-Sans.ttf",
    "truetype/kristi/Kristi.ttf",
)


def training(npm: Path) -> list[Path]:
    """The typefaces that weights are fitted on."""
    return _files(npm, _NPM, _FROM_DEBIAN)


def held_apart(npm: Path) -> list[Path]:
    """The typefaces that only the constants of confidence are fitted on."""
    return _files(npm, HELD_NPM, HELD_DEBIAN)


def _files(npm: Path, packages: tuple[str, ...], debian: tuple[str, ...]) -> list[Path]:
    found = [_latin(npm / "node_modules" / "@fontsource" / name) for name in packages]
    found += [_DEBIAN / name for name in debian]
    missing = [str(path) for path in found if not path.exists()]
    if missing:
        raise FileNotFoundError(f"these typefaces are missing: {', '.join(missing)}")
    return found


def _latin(package: Path) -> Path:
    return package / "files" / f"{package.name}-latin-400-normal.woff"
