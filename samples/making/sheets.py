"""One sheet on its way from the writer's desk to a picture."""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pypdfium2

from forms.code import SeparatorCode
from forms.fill import fill
from forms.library import Library
from forms.separator import separator_pdf
from kamizero.errors import SetupError
from samples.making import documents
from samples.making.filings import FILINGS
from samples.making.hands import HANDS
from samples.making.paper_damage import Damage, Pixels
from samples.making.scanner import Scanner

_SEED = 2265
_PLAIN = Scanner()

Draw = Callable[[float], Pixels]
"""Draws a page at a given dpi, as it leaves the desk."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One side of one sheet, what befell it, and the machine that scanned it."""

    draw: Draw
    filing: str | None = None
    damages: Sequence[Damage] = ()
    scanner: Scanner = _PLAIN

    def picture(self, path: str, page: int, dpi: float) -> Pixels:
        """Scan it; each page of each file has its own chance."""
        rng = np.random.default_rng([_SEED, zlib.crc32(path.encode()), page])
        pixels, scale = self.draw(dpi), dpi / 25.4
        for damage in self.damages:
            pixels = damage(pixels, scale, rng)
        return self.scanner.scan(pixels, scale, rng)


def form(filing: str, hand: str, *damages: Damage, scanner: Scanner = _PLAIN) -> Sheet:
    """A form that somebody filled in by hand."""

    def draw(dpi: float) -> Pixels:
        written = FILINGS[filing].written
        writer = replace(HANDS[hand], seed=zlib.crc32(filing.encode()))
        _require_glyphs(hand, "".join(written.values()))
        pages = fill(FILINGS[filing].definition, written, hand=writer, dpi=dpi)
        return np.asarray(pages[0])

    return Sheet(draw, filing, damages, scanner)


def paper(draw: Draw, *damages: Damage, scanner: Scanner = _PLAIN) -> Sheet:
    """A sheet that is no form."""
    return Sheet(draw, None, damages, scanner)


def separator(
    form: str, *, sheets: int, entries: int, received_on: date, number: int
) -> Sheet:
    """The sheet that starts a bundle and says what is in it."""
    code = SeparatorCode(
        site="TOKYO",
        scheme="KOSEI",
        form=form,
        sheets=sheets,
        entries=entries,
        received_on=received_on,
        number=number,
    )
    title = Library.shipped().get(form).title
    return paper(lambda dpi: _rendered(separator_pdf(code, title=title), dpi))


def blank_back(filing: str, hand: str, *, scanner: Scanner) -> Sheet:
    """The empty back of a form, through which its front shows faintly."""
    front = form(filing, hand).draw
    return paper(lambda dpi: documents.seen_through(front(dpi)), scanner=scanner)


def _rendered(pdf: bytes, dpi: float) -> Pixels:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return np.asarray(document[0].render(scale=dpi / 72).to_pil().convert("RGB"))
    finally:
        document.close()


def _require_glyphs(hand: str, text: str) -> None:
    """A character of another typeface would give the made-up writer away."""
    writer = HANDS[hand]
    foreign = {c for c in text if not c.isspace() and writer.font_for(c) != writer.font}
    if foreign:
        raise SetupError(
            f"The hand {hand!r} cannot write {''.join(sorted(foreign))}: "
            "choose another for this filing."
        )
