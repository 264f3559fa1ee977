"""The typefaces that made-up writers use: freely licensed, none of them shipped.

Those of npm lie below a folder into which `npm install` put the packages named in
`package.json` here; those of Debian where their packages put them.
"""

from pathlib import Path

from forms import typeface

_DEBIAN = Path("/usr/share/fonts")

# Held apart: confidence is fitted on them, no weight is.
HELD_NPM = (
    "architects-daughter", "bad-script", "balsamiq-sans", "caveat-brush", "gaegu",
    "hi-melody", "kalam", "la-belle-aurore", "mali", "mynerve",
    "nothing-you-could-do", "playpen-sans", "playwrite-pl", "reenie-beanie",
    "schoolbell", "zeyada",
)  # fmt: skip
HELD_DEBIAN = (
    "truetype/kiloji/kiloji.ttf",
    "opentype/bwht/BecauseWeLearn-Regular.otf",
    "truetype/breip/Breip.ttf",
)

_NPM = (
    "amatic-sc", "caveat", "cedarville-cursive", "chilanka", "comic-neue",
    "covered-by-your-grace", "crafty-girls", "cute-font", "dawning-of-a-new-day",
    "delicious-handrawn", "delius", "edu-nsw-act-foundation", "finger-paint",
    "fuzzy-bubbles", "gamja-flower", "give-you-glory", "gloria-hallelujah",
    "grape-nuts", "homemade-apple", "indie-flower", "itim", "kavivanar",
    "loved-by-the-king", "mansalva", "marck-script", "merienda", "neucha",
    "patrick-hand", "permanent-marker", "playwrite-de-grund", "playwrite-fr-moderne",
    "playwrite-it-moderna", "playwrite-us-trad", "poor-story", "rancho", "rock-salt",
    "sedgwick-ave", "shadows-into-light", "shantell-sans", "single-day",
    "sue-ellen-francisco", "sunshiney", "swanky-and-moo-moo",
    "waiting-for-the-sunrise", "walter-turncoat",
)  # fmt: skip
# Forms are filled by machines too: a printed 1 has a foot and a flag, and is no 7.
_PRINTED_NPM = (
    "biz-udgothic", "courier-prime", "cousine", "ibm-plex-sans-jp", "noto-sans-jp",
    "roboto", "tinos",
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
    """The typefaces that weights are fitted on, that of our own blanks among them."""
    files = _files(npm, (*_NPM, *_PRINTED_NPM), _FROM_DEBIAN)
    return [*files, typeface.path()]


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
