"""The made-up writers: each a typeface drawn by hand, a pen and its unsteadiness."""

from pathlib import Path

from forms.hand import Hand
from kamizero.errors import SetupError

_FOLDER = Path("/usr/share/fonts")

# Every typeface used, and the Debian package it comes in.
_PACKAGES = {
    "truetype/klee/KleeOne-Regular.ttf": "fonts-klee",
    "truetype/klee/KleeOne-SemiBold.ttf": "fonts-klee",
    "truetype/seto/setofont.ttf": "fonts-seto",
    "truetype/kiloji/kiloji.ttf": "fonts-kiloji",
    "truetype/kiloji/kiloji_d.ttf": "fonts-kiloji",
    "truetype/kiloji/kiloji_p.ttf": "fonts-kiloji",
    "truetype/yusei-magic/YuseiMagic-Regular.ttf": "fonts-yusei-magic",
    "truetype/yozvox-yozfont/YOzRN_.ttf": "fonts-yozvox-yozfont",
    "truetype/yozvox-yozfont/YOzRA_.ttf": "fonts-yozvox-yozfont",
    "truetype/yozvox-yozfont/YOzRC_.ttf": "fonts-yozvox-yozfont",
    "truetype/yozvox-yozfont/YOzRSF.ttf": "fonts-yozvox-yozfont",
    "opentype/ipaexfont-mincho/ipaexm.ttf": "fonts-ipaexfont",
    "opentype/ipaexfont-gothic/ipaexg.ttf": "fonts-ipaexfont",
}

MINCHO = _FOLDER / "opentype/ipaexfont-mincho/ipaexm.ttf"
GOTHIC = _FOLDER / "opentype/ipaexfont-gothic/ipaexg.ttf"

_BLACK = (30, 30, 36)
_BLUE_BLACK = (26, 34, 84)
_BLUE = (30, 52, 140)
_PENCIL = (88, 88, 92)


def require_fonts() -> None:
    """Check that every typeface lies where its Debian package puts it.

    Raises:
        SetupError: Some are missing; the message names the packages.
    """
    missing = {
        package for file, package in _PACKAGES.items() if not (_FOLDER / file).exists()
    }
    if missing:
        raise SetupError(
            "The samples are written in typefaces that are not installed. "
            f"Install them: apt-get install {' '.join(sorted(missing))}"
        )


def _hand(file: str, *, seed: int, unsteady: float = 1.0, **look: object) -> Hand:
    """A hand whose glyphs all differ; 1 is a calm adult, 2 somebody in a hurry."""
    return Hand(
        font=_FOLDER / "truetype" / file,
        seed=seed,
        rotation_deviation=2.2 * unsteady,
        scale_deviation=0.04 * unsteady,
        offset_deviation=0.035 * unsteady,
        wobble=0.012 * unsteady,
        weight_deviation_mm=0.012,
        **look,  # type: ignore[arg-type]
    )


HANDS = {
    "careful": _hand("klee/KleeOne-Regular.ttf", seed=11, ink=_BLACK),
    "firm": _hand(
        "klee/KleeOne-SemiBold.ttf", seed=12, ink=_BLUE_BLACK, unsteady=1.2, slant=3
    ),
    "clerk": _hand("seto/setofont.ttf", seed=13, ink=_BLUE, size=0.62, circles="code"),
    "quick": _hand(
        "kiloji/kiloji.ttf", seed=14, ink=_BLACK, unsteady=1.6, weight_mm=0.05
    ),
    "pencil": _hand(
        "kiloji/kiloji_d.ttf",
        seed=15,
        ink=_PENCIL,
        pressure=0.72,
        weight_mm=0.06,
        pen_mm=0.5,
    ),
    "small": _hand(
        "kiloji/kiloji_p.ttf", seed=16, ink=_BLUE_BLACK, size=0.54, circles="code"
    ),
    "felt": _hand(
        "yusei-magic/YuseiMagic-Regular.ttf",
        seed=17,
        ink=_BLACK,
        pen_mm=0.7,
        size=0.6,
    ),
    "leaning": _hand(
        "yozvox-yozfont/YOzRN_.ttf", seed=18, ink=_BLUE_BLACK, slant=9, weight_mm=0.06
    ),
    "old": _hand(
        "yozvox-yozfont/YOzRA_.ttf",
        seed=19,
        ink=_BLACK,
        unsteady=1.8,
        size=0.72,
        weight_mm=0.1,
    ),
    "round": _hand(
        "yozvox-yozfont/YOzRC_.ttf", seed=20, ink=_BLUE, size=0.58, weight_mm=0.04
    ),
    "backward": _hand(
        "yozvox-yozfont/YOzRSF.ttf",
        seed=21,
        ink=_BLACK,
        slant=-6,
        unsteady=1.3,
        spacing=0.0,
        weight_mm=0.08,
    ),
    "hurried": _hand(
        "klee/KleeOne-Regular.ttf",
        seed=22,
        ink=_BLUE,
        slant=7,
        unsteady=2.0,
        weight_mm=0.05,
    ),
}
