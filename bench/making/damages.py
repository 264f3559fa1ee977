"""What a sheet suffers on its way into a file."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bench.distortions import Scan
from bench.distortions import drawn as as_drawn
from bench.making.cast import Chance
from bench.making.families import DEGREES, Family
from forms.definition import FormDefinition
from kamizero.model import Box
from samples.making.encoding import jpeg, tiff
from samples.making.paper_damage import Pixels
from samples.making.scanner import Scanner

_PAINTED_MM = 1.5
_MOST = 3
_GOOD_JPEG = (78, 90)
_FAX_STAGE = 4


def _everything(_: Box) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Befallen:
    """A scanned page as a file, and what it suffered.

    Attributes:
        dpi_down: dots an inch from top to bottom that arrived.
        holds: tells whether a box of the form, in mm, is on the picture.
    """

    data: bytes
    suffix: str
    damages: Sequence[Mapping[str, str]] = ()
    dpi_down: int = 200
    holds: Callable[[Box], bool] = _everything


def hidden_marks(page: Pixels, form: FormDefinition, dpi: float) -> Pixels:
    """The page as an office's own print: without QR code and corner marks."""
    painted, scale = page.copy(), dpi / 25.4
    for box in form.marks:
        left, top = (round((side - _PAINTED_MM) * scale) for side in (box.x, box.y))
        right = round((box.right + _PAINTED_MM) * scale)
        bottom = round((box.bottom + _PAINTED_MM) * scale)
        painted[max(top, 0) : bottom, max(left, 0) : right] = 255
    return painted


def scanned_well(page: Pixels, rng: Chance, dpi: int) -> Befallen:
    """A good scanner: hardly askew, little noise, a good JPEG."""
    scanner = Scanner(
        skew=float(rng.normal(0, 0.4)),
        grey=bool(rng.random() < 0.35),
        noise=float(rng.uniform(1, 2.2)),
        white=232 if rng.random() < 0.7 else None,
    )
    pixels = scanner.scan(page, dpi / 25.4, rng)
    return Befallen(jpeg(int(rng.integers(*_GOOD_JPEG)))([pixels], dpi), ".jpg")


def scanned_badly(
    page: Pixels, families: Mapping[str, Family], first: int, rng: Chance, dpi: int
) -> Befallen:
    """Between one and three damages, the first by its number among the families."""
    chosen = _chosen(list(families), first, families, rng)
    scan: Scan = as_drawn(page, dpi / 25.4)
    base = Scanner(grey=bool(rng.random() < 0.4), noise=2.0, white=None)
    quality = int(rng.integers(62, 82))
    laid = False
    for name, degree in sorted(chosen.items(), key=lambda one: families[one[0]].stage):
        family = families[name]
        if family.stage >= 2 and not laid:
            scan = _on_glass(scan, base, rng)
            laid = True
        for step in family.degrees[degree]:
            scan = step(scan, rng)
        if family.jpeg:
            quality = family.jpeg[degree]
    if not laid:
        scan = _on_glass(scan, base, rng)
    damages = [{"name": name, "degree": DEGREES[at]} for name, at in chosen.items()]
    faxes = [families[name] for name in chosen if families[name].fax]
    if faxes:
        down = faxes[0].dpi_down
        return Befallen(
            tiff("group4")([scan.pixels], dpi), ".tif", damages, down, _on(scan)
        )
    data = jpeg(quality)([scan.pixels], dpi)
    return Befallen(data, ".jpg", damages, holds=_on(scan))


def _chosen(
    names: list[str], first: int, families: Mapping[str, Family], rng: Chance
) -> dict[str, int]:
    """Damages and their degrees; one is strong at most, a fax keeps its paper."""
    chosen = {names[first % len(names)]: int(rng.integers(len(DEGREES)))}
    for at in rng.permutation(len(names))[: int(rng.integers(_MOST))]:
        name = names[int(at)]
        stages = {families[one].stage for one in chosen}
        light = {3, _FAX_STAGE, 1}
        if families[name].stage in stages or (
            families[name].stage in light and stages & light
        ):
            continue
        chosen[name] = int(rng.integers(len(DEGREES) - 1))
    return chosen


def _on(scan: Scan) -> Callable[[Box], bool]:
    height, width = scan.pixels.shape[:2]

    def holds(box: Box) -> bool:
        corners = [(x, y) for x in (box.x, box.right) for y in (box.y, box.bottom)]
        x, y = scan.way(np.array(corners)).T
        inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
        return bool(inside.all())

    return holds


def _on_glass(scan: Scan, base: Scanner, rng: Chance) -> Scan:
    pixels = base.scan(scan.pixels, scan.px_per_mm, rng)
    return Scan(pixels, scan.way, scan.px_per_mm)
