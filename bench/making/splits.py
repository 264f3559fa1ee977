"""Development and test: hands and damages that the other has never seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.making.cast import Chance, drawn
from forms.hand import Hand

_DEBIAN = Path("/usr/share/fonts/truetype")
_DEVELOPMENT = tuple(
    _DEBIAN / file
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
_INKS = ((30, 30, 36), (26, 34, 84), (30, 52, 140), (20, 20, 20), (46, 44, 60))


@dataclass(frozen=True, slots=True)
class Split:
    """The typefaces one half of the benchmark is written in."""

    name: str
    faces: Sequence[Path]

    def hand(self, rng: Chance, text: str) -> Hand:
        """Somebody who can write this text."""
        able = [face for face in self.faces if _writes(face, text)]
        unsteady = float(rng.uniform(0.8, 2.2))
        return Hand(
            font=drawn(rng, able),
            ink=drawn(rng, _INKS),
            seed=int(rng.integers(1 << 30)),
            size=float(rng.uniform(0.52, 0.72)),
            slant=float(rng.normal(1, 5)),
            rotation_deviation=2.2 * unsteady,
            scale_deviation=0.04 * unsteady,
            offset_deviation=0.035 * unsteady,
            wobble=0.012 * unsteady,
            weight_mm=float(rng.uniform(0, 0.1)),
            weight_deviation_mm=0.012,
            pen_mm=float(rng.uniform(0.35, 0.6)),
            circles="code" if rng.random() < 0.35 else "choice",
        )


def _writes(face: Path, text: str) -> bool:
    hand = Hand(font=face)
    return all(c.isspace() or hand.font_for(c) == face for c in set(text))


SPLITS: Mapping[str, Split] = {"development": Split("development", _DEVELOPMENT)}
