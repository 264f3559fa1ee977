"""The stacks of paper that are fed: what is on each of them is known."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO

import pypdfium2
from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from forms.code import SeparatorCode
from forms.separator import separator_pdf
from tests.stack import attachment, forms

_DESCRIPTION = 270


@dataclass(frozen=True, slots=True)
class Stack:
    """Papers behind one separator sheet.

    Attributes:
        filings, entries: how many filings and persons they make.
    """

    name: str
    pages: Sequence[Image.Image]
    filings: int
    entries: int

    def file(self, number: int) -> tuple[str, bytes]:
        """The stack as a file that differs from all others; its SHA-256 and bytes."""
        buffer = BytesIO()
        described = ImageFileDirectory_v2()
        described[_DESCRIPTION] = f"bundle {number}"
        first, *others = self.pages
        first.save(
            buffer,
            "TIFF",
            save_all=True,
            append_images=others,
            compression="tiff_lzw",
            dpi=(200, 200),
            tiffinfo=described,
        )
        return hashlib.sha256(buffer.getvalue()).hexdigest(), buffer.getvalue()


def stacks() -> list[Stack]:
    """Two stacks: two forms with their papers, and two others without."""
    found = list(forms())
    return [
        _stack("first", found[:2], [attachment(n) for n in range(1, 7)]),
        _stack("second", found[2:], []),
    ]


def _stack(
    name: str, some: Sequence[tuple[Image.Image, int]], papers: Sequence[Image.Image]
) -> Stack:
    entries = sum(people for _, people in some)
    sheets = len(some) + len(papers)
    pages = [_separator(sheets, entries)]
    for n, (form, _) in enumerate(some):
        pages += [form, *papers[n :: len(some)]]
    return Stack(name, [page.convert("L") for page in pages], len(some), entries)


def _separator(sheets: int, entries: int) -> Image.Image:
    code = SeparatorCode(
        site="HQ",
        scheme="KOSEI",
        form="2200",
        sheets=sheets,
        entries=entries,
        received_on=date(2024, 2, 7),
        number=1,
    )
    document = pypdfium2.PdfDocument(BytesIO(separator_pdf(code)))
    picture: Image.Image = document[0].render(scale=200 / 72).to_pil()
    document.close()
    return picture
