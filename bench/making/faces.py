"""The typefaces drawn by hand that the made-up writers write in, by split."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from kamizero.errors import SetupError
from samples.making.hands import MINCHO

FETCHED = Path(__file__).parent.parent / "hands"
"""Where `fetch_hands.py` puts typefaces; git does not keep them."""

PACKAGES: Mapping[str, str] = {
    "yomogi": "5.3.0",
    "zen-kurenaido": "5.3.0",
    "hachi-maru-pop": "5.3.0",
    "yuji-syuku": "5.3.0",
    "yuji-mai": "5.3.0",
    "handlee": "5.3.0",
    "gochi-hand": "5.3.0",
    "pangolin": "5.3.0",
    "short-stack": "5.3.0",
    "coming-soon": "5.3.0",
    "the-girl-next-door": "5.3.0",
    "over-the-rainbow": "5.3.0",
    "nanum-pen-script": "5.3.0",
    "long-cang": "5.3.0",
    "sriracha": "5.3.0",
    "just-another-hand": "5.3.0",
    "annie-use-your-telescope": "5.3.0",
}
"""The npm packages of the test typefaces (`@fontsource/NAME`) and their versions.

Nobody may look at them, tune to them or train on them: they are what accuracy on
unseen hands is proven with.
"""
_JAPANESE = ("yomogi", "zen-kurenaido", "hachi-maru-pop", "yuji-syuku", "yuji-mai")

_DEBIAN = Path("/usr/share/fonts")

DEVELOPMENT_TEXT = tuple(
    _DEBIAN / "truetype" / file
    for file in (
        "klee/KleeOne-Regular.ttf",
        "klee/KleeOne-SemiBold.ttf",
        "seto/setofont.ttf",
        "kiloji/kiloji.ttf",
        "kiloji/kiloji_d.ttf",
        "kiloji/kiloji_p.ttf",
        "yusei-magic/YuseiMagic-Regular.ttf",
        "yozvox-yozfont/YOzRN_.ttf",
        "yozvox-yozfont/YOzRA_.ttf",
        "yozvox-yozfont/YOzRC_.ttf",
        "yozvox-yozfont/YOzRSF.ttf",
    )
)
DEVELOPMENT_DIGITS = (
    *DEVELOPMENT_TEXT,
    *(
        _DEBIAN / file
        for file in (
            "truetype/breip/Breip.ttf",
            "truetype/fifthhorseman/dkg.ttf",
            "truetype/humor-sans/Humor-Sans.ttf",
            "opentype/bwht/BecauseWeBuild-Regular.otf",
            "opentype/bwht/BecauseWeMentor-Regular.otf",
            "opentype/bwht/BecauseWeOrganize-Regular.otf",
            "opentype/bwht/BecauseWeConnect-Regular.otf",
            "opentype/bwht/BecauseWeCreate-Regular.otf",
        )
    ),
)
_DEBIAN_PACKAGES = (
    "fonts-breip fonts-bwht fonts-dkg-handwriting fonts-humor-sans fonts-ipaexfont "
    "fonts-kiloji fonts-klee fonts-seto fonts-yozvox-yozfont fonts-yusei-magic"
)

TEST_TEXT = tuple(FETCHED / f"{name}.ttf" for name in _JAPANESE)
TEST_DIGITS = tuple(FETCHED / f"{name}.ttf" for name in PACKAGES)


def require(faces: Iterable[Path]) -> None:
    """Check that typefaces are there, and the one that seals are cut in.

    Raises:
        SetupError: Some are missing; the message says what brings them.
    """
    missing = [face for face in (*faces, MINCHO) if not face.exists()]
    if not missing:
        return
    names = ", ".join(sorted(face.name for face in missing))
    fetch = any(face.parent == FETCHED for face in missing)
    debian = any(face.parent != FETCHED for face in missing)
    hints = [
        *(["make hands"] if fetch else []),
        *([f"apt-get install {_DEBIAN_PACKAGES}"] if debian else []),
    ]
    raise SetupError(f"Typefaces are missing: {names}. Run: {'; '.join(hints)}")
