"""The damages of development and of test: other kinds, or the same ones otherwise.

Each is given in three degrees: slight, middle, strong. The strongest is bounded by
what a person still reads.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.distortions import (
    Distort,
    Scan,
    cut,
    faint,
    fed,
    keystone,
    photocopied,
    scaled,
    sent_by_fax,
    shaded,
    turned,
)
from bench.making import wear
from bench.making.cast import Chance

DEGREES = ("slight", "middle", "strong")


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of damage.

    Attributes:
        stage: paper comes first (0), then copier (1), the way it lies (2), the
            machine's light and dirt (3), fax (4), the turn of the sheet (5).
        degrees: what happens, slight to strong.
        fax: the page becomes black and white, in a TIFF.
        jpeg: the quality a JPEG is left with, by degree.
        dpi_down: dots an inch from top to bottom, where a fax sent fewer.
    """

    stage: int
    degrees: Sequence[Sequence[Distort]]
    fax: bool = False
    jpeg: Sequence[int] = ()
    dpi_down: int = 200


def _skewed(low: float, high: float) -> Distort:
    def distort(scan: Scan, rng: Chance) -> Scan:
        return turned(float(rng.uniform(low, high)))(scan, rng)

    return distort


def _steps(*degrees: Distort) -> Sequence[Sequence[Distort]]:
    return [[degree] for degree in degrees]


def _never(scan: Scan, _: Chance) -> Scan:
    return scan


DEVELOPMENT: Mapping[str, Family] = {
    "skew": Family(2, _steps(_skewed(1, 2), _skewed(2, 4), _skewed(4, 6))),
    "perspective": Family(2, _steps(keystone(0.006), keystone(0.012), keystone(0.02))),
    "scale": Family(2, _steps(scaled(0.99), scaled(1.012), scaled(0.98))),
    "cut margin": Family(
        2, _steps(cut("left", 0.015), cut("left", 0.03), cut("left", 0.042))
    ),
    "upside down": Family(5, _steps(fed(2), fed(2), fed(2))),
    "sideways": Family(5, _steps(fed(1), fed(1), fed(1))),
    "photocopy": Family(
        1, [[photocopied], [photocopied, faint(0.8)], [photocopied, photocopied]]
    ),
    "fax": Family(
        4, _steps(sent_by_fax(200), sent_by_fax(200), sent_by_fax(200)), fax=True
    ),
    "jpeg": Family(3, _steps(_never, _never, _never), jpeg=(50, 38, 28)),
    "shading": Family(3, _steps(shaded(0.2), shaded(0.35), shaded(0.5))),
    "noise": Family(3, _steps(wear.grained(6), wear.grained(10), wear.grained(14))),
    "dropout": Family(
        3, _steps(wear.lost_rows(20), wear.lost_rows(50), wear.lost_rows(100))
    ),
    "specks": Family(
        3, _steps(wear.specked(120), wear.specked(300), wear.specked(600))
    ),
    "fold": Family(
        0, _steps(wear.folded_across(1), wear.folded_across(2), wear.folded_across(3))
    ),
    "blur": Family(3, _steps(wear.blurred(0.8), wear.blurred(1.1), wear.blurred(1.4))),
    "show-through": Family(
        0,
        _steps(*(wear.shone_through(s, upside_down=False) for s in (0.06, 0.1, 0.15))),
    ),
    "stain": Family(0, _steps(wear.cup_stood(1), wear.cup_stood(2), wear.cup_stood(3))),
    "faint": Family(3, _steps(faint(0.7), faint(0.6), faint(0.5))),
}

TEST: Mapping[str, Family] = {
    "skew": Family(2, _steps(_skewed(1.5, 3), _skewed(3, 6), _skewed(6, 10))),
    "perspective": Family(2, _steps(keystone(0.009), keystone(0.018), keystone(0.03))),
    "scale": Family(2, _steps(scaled(1.01), scaled(0.97), scaled(1.03))),
    "cut margin": Family(
        2, _steps(cut("right", 0.02), cut("bottom", 0.025), cut("top", 0.02))
    ),
    "upside down": Family(5, [[fed(2), _skewed(0.5, 1)]] * 3),
    "sideways": Family(5, _steps(fed(3), fed(3), fed(3))),
    "photocopy": Family(
        1,
        [
            [photocopied, wear.grained(4)],
            [photocopied, photocopied, wear.haired(20)],
            [photocopied, photocopied, photocopied],
        ],
    ),
    "fax": Family(
        4,
        _steps(sent_by_fax(150), sent_by_fax(100), sent_by_fax(100)),
        fax=True,
        dpi_down=100,
    ),
    "jpeg": Family(3, _steps(_never, _never, _never), jpeg=(45, 32, 24)),
    "shading": Family(
        3, _steps(wear.gutter(0.35), wear.gutter(0.5), wear.gutter(0.65))
    ),
    "noise": Family(
        3, _steps(wear.salted(0.002), wear.salted(0.005), wear.salted(0.01))
    ),
    "dropout": Family(
        3, _steps(wear.pale_bands(2), wear.pale_bands(5), wear.pale_bands(9))
    ),
    "specks": Family(3, _steps(wear.haired(30), wear.haired(70), wear.haired(140))),
    "fold": Family(
        0, _steps(wear.folded_down(1), wear.folded_down(2), wear.folded_down(3))
    ),
    "blur": Family(3, _steps(wear.dragged(2), wear.dragged(3), wear.dragged(4))),
    "show-through": Family(
        0,
        _steps(*(wear.shone_through(s, upside_down=True) for s in (0.07, 0.12, 0.16))),
    ),
    "stain": Family(
        0, _steps(wear.highlighted(2), wear.highlighted(5), wear.highlighted(9))
    ),
    "faint": Family(3, _steps(faint(0.65), faint(0.55), faint(0.47))),
}
