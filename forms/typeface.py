"""The Japanese typeface that forms are printed in."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from kamizero.errors import SetupError

NAME = "IPAexGothic"


@cache
def path() -> Path:
    """Where IPAex Gothic lies; its wheel is not imported, for that loads matplotlib.

    Raises:
        SetupError: The wheel is not installed.
    """
    spec = find_spec("matplotlib_fontja")
    if spec is None or spec.origin is None:
        raise SetupError(
            "The Japanese typeface is missing: install the package matplotlib-fontja."
        )
    return Path(spec.origin).parent / "fonts" / "ipaexg.ttf"


@cache
def register() -> str:
    """Make the typeface known to reportlab and give its name there."""
    pdfmetrics.registerFont(TTFont(NAME, str(path())))
    return NAME
