"""Made scan jobs of bundles, and all that goes wrong between a desk and a feeder."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pypdfium2

from forms.code import SeparatorCode
from forms.separator import CODES_MM, separator_pdf
from kamizero.model import Box, PageKind
from samples.making import documents
from samples.making.filings import FILINGS
from samples.making.paper_damage import Pixels
from samples.making.scanner import Scanner, copied
from samples.making.sheets import form

DPI = 120
SCALE = DPI / 25.4
_FORM = "2200"
_SCANNERS = (
    Scanner(),
    Scanner(grey=True, noise=3),
    Scanner(skew=2.5, white=None),
    Scanner(quarter_turns=2, skew=-1.0),
    Scanner(after=(copied,), white=None, skew=0.8),
)
# How often something befalls a separator sheet or a sheet behind it.
_MISSED = 0.05
_ONE_CODE_GONE = 0.12
_BOTH_CODES_GONE = 0.05
_DOUBLED = 0.06
_SHEET_LOST = 0.04
_SHEET_TWICE = 0.03


@dataclass(frozen=True, slots=True)
class Side:
    """One scanned side; `filing` is the one it truly belongs to, None for no paper."""

    pixels: Pixels
    truth: PageKind
    bundle: int
    filing: int | None = None
    entries: int = 0


@dataclass(slots=True)
class MadeBundle:
    """What a clerk put together, and what befell it on the way."""

    index: int
    befell: list[str] = field(default_factory=list)


@dataclass(slots=True)
class MadeJob:
    """One stack through the feeder."""

    sides: int
    pages: list[Side] = field(default_factory=list)
    bundles: list[MadeBundle] = field(default_factory=list)


def made_jobs(count: int, *, each: int, seed: int) -> Iterator[MadeJob]:
    """So many bundles, `each` of them a job; every second job is scanned duplex."""
    desk = _Desk(np.random.default_rng(seed))
    for start in range(0, count, each):
        job = MadeJob(sides=1 + start // each % 2)
        for index in range(start, min(start + each, count)):
            job.bundles.append(desk.feed(job, index))
        yield job


class _Desk:
    """Draws papers once, and scans them anew each time they are fed."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        names = [n for n, f in FILINGS.items() if f.definition.form == _FORM]
        self._forms = [(form(n, "clerk").draw(DPI), _entries(n)) for n in names[:8]]
        self._papers = [
            draw(DPI)
            for draw in (
                documents.letter,
                documents.certificate,
                documents.residence_record,
            )
        ]
        self._filings = 0

    def feed(self, job: MadeJob, index: int) -> MadeBundle:
        made = MadeBundle(index)
        sheets, entries = self._sheets(index)
        declared = len(sheets)
        self._lose(sheets, made)
        code = SeparatorCode(
            site="TOKYO",
            scheme="KOSEI",
            form=_FORM,
            sheets=declared,
            entries=entries,
            received_on=date(2020, 12, 1),
            number=index + 1,
        )
        top = [
            replace(side, pixels=self._scanned(side.pixels))
            for side in self._separators(code, made)
        ]
        for side in [*top, *sheets]:
            job.pages.append(side)
            if job.sides == 2:
                back = self._scanned(np.full_like(side.pixels, 255))
                job.pages.append(Side(back, PageKind.BLANK, index))
        return made

    def _sheets(self, index: int) -> tuple[list[Side], int]:
        """Filings with their attachments, and here and there an empty sheet."""
        sheets, entries = [], 0
        for _ in range(int(self._rng.integers(1, 4))):
            self._filings += 1
            pixels, people = self._forms[int(self._rng.integers(len(self._forms)))]
            form_side = Side(
                self._scanned(pixels), PageKind.FORM, index, self._filings, people
            )
            sheets.append(form_side)
            entries += people
            for _ in range(int(self._rng.choice([0, 0, 1, 2]))):
                paper = self._papers[int(self._rng.integers(len(self._papers)))]
                sheets.append(
                    Side(
                        self._scanned(paper),
                        PageKind.ATTACHMENT,
                        index,
                        self._filings,
                    )
                )
            if self._happens(0.08):
                empty = np.full_like(pixels, 255)
                sheets.append(Side(self._scanned(empty), PageKind.BLANK, index))
        return sheets, entries

    def _lose(self, sheets: list[Side], made: MadeBundle) -> None:
        if len(sheets) > 1 and self._happens(_SHEET_LOST):
            made.befell.append("sheet lost")
            sheets.pop(int(self._rng.integers(len(sheets))))
        if self._happens(_SHEET_TWICE):
            made.befell.append("sheet twice")
            place = int(self._rng.integers(len(sheets)))
            sheets.insert(place, sheets[place])

    def _separators(self, code: SeparatorCode, made: MadeBundle) -> Sequence[Side]:
        if self._happens(_MISSED):
            made.befell.append("separator missed")
            return []
        sheet = Side(_printed(code), PageKind.SEPARATOR, made.index)
        if self._happens(_BOTH_CODES_GONE):
            made.befell.append("both codes gone")
            return [replace(sheet, pixels=_torn(sheet.pixels, *CODES_MM))]
        if self._happens(_ONE_CODE_GONE):
            made.befell.append("one code gone")
            gone = CODES_MM[int(self._rng.integers(2))]
            return [replace(sheet, pixels=_torn(sheet.pixels, gone))]
        if self._happens(_DOUBLED):
            made.befell.append("separator doubled")
            return [sheet, sheet]
        return [sheet]

    def _scanned(self, pixels: Pixels) -> Pixels:
        scanner = _SCANNERS[int(self._rng.integers(len(_SCANNERS)))]
        return scanner.scan(pixels, SCALE, self._rng)

    def _happens(self, chance: float) -> bool:
        return bool(self._rng.random() < chance)


def _entries(name: str) -> int:
    """How many people are on a made filing."""
    written = FILINGS[name].written
    return len({n.split(".")[1] for n, v in written.items() if "insured." in n and v})


def _printed(code: SeparatorCode) -> Pixels:
    document = pypdfium2.PdfDocument(separator_pdf(code))
    try:
        return np.asarray(document[0].render(scale=DPI / 72).to_pil().convert("RGB"))
    finally:
        document.close()


def _torn(pixels: Pixels, *boxes: Box) -> Pixels:
    """The corners around these codes are folded over or torn off."""
    torn = pixels.copy()
    for box in boxes:
        top, bottom = round((box.y - 5) * SCALE), round((box.bottom + 5) * SCALE)
        left, right = round((box.x - 5) * SCALE), round((box.right + 5) * SCALE)
        torn[top:bottom, left:right] = 225
    return torn
