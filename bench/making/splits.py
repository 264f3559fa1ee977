"""Development and test: hands and damages that the other has never seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.making import families
from bench.making.cast import Chance, drawn
from bench.making.faces import (
    DEVELOPMENT_DIGITS,
    DEVELOPMENT_TEXT,
    TEST_DIGITS,
    TEST_TEXT,
    require,
)
from bench.making.families import Family
from bench.making.pen import Looseness, Writer
from forms.hand import Hand

_INKS = ((30, 30, 36), (26, 34, 84), (30, 52, 140), (20, 20, 20), (46, 44, 60))
_DIGITS = "0123456789-"


@dataclass(frozen=True, slots=True)
class Split:
    """One half of the benchmark: its typefaces and what befalls its pages."""

    name: str
    text_faces: Sequence[Path]
    digit_faces: Sequence[Path]
    damages: Mapping[str, Family]

    def require(self) -> None:
        """Check that its typefaces are there; SetupError names those that are not."""
        require((*self.text_faces, *self.digit_faces))

    def writer(self, rng: Chance, text: str) -> Writer | None:
        """Somebody who can write this text; None where no typeface has it all."""
        able = [face for face in self.text_faces if _writes(face, text)]
        if not able:
            return None
        face = drawn(rng, able)
        # Half of all people write digits as their typeface has them.
        own = face in self.digit_faces and rng.random() < 0.4
        digits = face if own else drawn(rng, self.digit_faces)
        ink, unsteady = drawn(rng, _INKS), float(rng.uniform(0.7, 1.9))
        size, slant = float(rng.uniform(0.5, 0.72)), float(rng.normal(1, 5))
        weight, pen = float(rng.uniform(0, 0.1)), float(rng.uniform(0.32, 0.6))
        circles = rng.random() < 0.35
        seed = int(rng.integers(1 << 30))

        def hand(font: Path, size: float, slant: float) -> Hand:
            return Hand(
                font=font,
                ink=ink,
                seed=seed,
                size=size,
                slant=slant,
                rotation_deviation=2.2 * unsteady,
                scale_deviation=0.04 * unsteady,
                offset_deviation=0.035 * unsteady,
                wobble=0.012 * unsteady,
                pressure=float(rng.uniform(0.8, 0.95)),
                weight_mm=weight,
                weight_deviation_mm=0.014,
                pen_mm=pen,
                spacing=float(rng.uniform(-0.04, 0.08)),
                circles="code" if circles else "choice",
            )

        return Writer(
            text=hand(face, size, slant),
            digits=hand(digits, float(rng.uniform(0.55, 0.74)), slant / 2),
            loose=Looseness(
                elastic=float(rng.uniform(0.01, 0.035)) * unsteady,
                broken=float(rng.uniform(0, 0.05)) if rng.random() < 0.3 else 0.0,
                joined=float(rng.uniform(0.05, 0.3)) if rng.random() < 0.3 else 0.0,
                drift=float(rng.uniform(0, 0.25)),
            ),
        )


def _writes(face: Path, text: str) -> bool:
    hand = Hand(font=face)
    needed = {char for char in text + _DIGITS if not char.isspace()}
    return all(hand.font_for(char) == face for char in needed)


SPLITS: Mapping[str, Split] = {
    "development": Split(
        "development", DEVELOPMENT_TEXT, DEVELOPMENT_DIGITS, families.DEVELOPMENT
    ),
    "test": Split("test", TEST_TEXT, TEST_DIGITS, families.TEST),
}
