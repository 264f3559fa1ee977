"""What a sheet suffers on its way into the machine, in named degrees."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.making.cast import Chance, drawn
from forms.definition import FormDefinition
from samples.making.encoding import jpeg, tiff
from samples.making.paper_damage import Pixels
from samples.making.scanner import Scanner, copied, faxed

_PAINTED_MM = 1.5


@dataclass(frozen=True, slots=True)
class Befallen:
    """A scanned page as a file, and what it suffered."""

    data: bytes
    suffix: str
    damages: Sequence[Mapping[str, object]]


def hidden_marks(page: Pixels, form: FormDefinition, dpi: float) -> Pixels:
    """The page as an office's own print: without QR code and corner marks."""
    painted, scale = page.copy(), dpi / 25.4
    for box in form.marks:
        left, top = (round((side - _PAINTED_MM) * scale) for side in (box.x, box.y))
        right = round((box.right + _PAINTED_MM) * scale)
        bottom = round((box.bottom + _PAINTED_MM) * scale)
        painted[max(top, 0) : bottom, max(left, 0) : right] = 255
    return painted


def befall(page: Pixels, quality: str, *, rng: Chance, dpi: int) -> Befallen:
    """Scan a page well or badly."""
    scale = dpi / 25.4
    if quality == "clean":
        scanner = Scanner(skew=float(rng.normal(0, 0.5)), grey=bool(rng.random() < 0.4))
        pixels = scanner.scan(page, scale, rng)
        return Befallen(jpeg(85)([pixels], dpi), ".jpg", ())
    name = drawn(rng, ("skew", "copied", "faxed", "faint", "shadow", "cut"))
    skew = float(rng.normal(0, 1.2))
    scanner = {
        "skew": Scanner(skew=float(rng.uniform(-7, 7)), white=None),
        "copied": Scanner(skew=skew, after=(copied,), white=None, noise=3),
        "faxed": Scanner(skew=skew, after=(faxed,), white=None, noise=5),
        "faint": Scanner(skew=skew, contrast=0.55, grey=True, noise=3.5, white=None),
        "shadow": Scanner(skew=skew, shadow=0.5, white=None),
        "cut": Scanner(skew=skew, cut_mm=9),
    }[name]
    pixels = scanner.scan(page, scale, rng)
    damages = [{"name": name, "degree": 2}]
    if name == "faxed":
        return Befallen(tiff("group4")([pixels], dpi), ".tif", damages)
    return Befallen(jpeg(int(rng.integers(45, 80)))([pixels], dpi), ".jpg", damages)
