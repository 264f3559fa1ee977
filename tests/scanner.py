"""Files as scanners, cameras and printers of offices deliver them, small ones."""

import re
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any

import numpy as np
import pikepdf
from PIL import Image, ImageDraw
from reportlab.pdfgen.canvas import Canvas

from ingest.opening import open_original
from ingest.page_image import Limits, PageImage, pages

SIZE_PX = (300, 424)
A4_POINTS = (595, 842)
SMALL_POINTS = (120, 170)


def sheet(number: int, mode: str = "L") -> Image.Image:
    """A page with ink all over, unlike every other."""
    image = Image.new("L", SIZE_PX, 255)
    draw = ImageDraw.Draw(image)
    for line, top in enumerate(range(10, SIZE_PX[1] - 20, 14)):
        draw.text((10, top), f"sheet {number} line {line} " + "kz" * 12, fill=0)
    return image.convert(mode)


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def tiff(compression: str | None, mode: str, *, count: int = 4) -> bytes:
    first, *others = (sheet(number, mode) for number in range(count))
    return saved(
        first,
        "TIFF",
        compression=compression,
        save_all=True,
        append_images=others,
        dpi=(200, 200),
    )


def scanned_pdf(mode: str = "L", *, count: int = 4) -> bytes:
    first, *others = (sheet(number, mode) for number in range(count))
    return saved(first, "PDF", save_all=True, append_images=others, resolution=200)


def printed_pdf(
    *drawings: Callable[[Canvas], None], size: tuple[float, float] = A4_POINTS
) -> bytes:
    """One page a drawing, as an office program prints them."""
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=size)
    for draw in drawings:
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def resaved(data: bytes, **options: Any) -> bytes:
    """The PDF as another program writes it."""
    buffer = BytesIO()
    with pikepdf.open(BytesIO(data)) as pdf:
        pdf.save(buffer, **options)
    return buffer.getvalue()


def edited(data: bytes, change: Callable[[pikepdf.Page], None]) -> bytes:
    """The PDF with its first page changed."""
    buffer = BytesIO()
    with pikepdf.open(BytesIO(data)) as pdf:
        change(pdf.pages[0])
        pdf.save(buffer)
    return buffer.getvalue()


def empty_pages(count: int, *, size: tuple[float, float] = A4_POINTS) -> bytes:
    buffer = BytesIO()
    pdf = pikepdf.new()
    for _ in range(count):
        pdf.add_blank_page(page_size=size)
    pdf.save(buffer)
    return buffer.getvalue()


def with_title(data: bytes) -> bytes:
    """The PDF with a change appended, as programs do that save quickly."""
    (size, root, start) = (
        re.findall(pattern, data)[-1].decode()
        for pattern in (rb"/Size (\d+)", rb"/Root (\d+ \d+ R)", rb"startxref\s+(\d+)")
    )
    change = f"{size} 0 obj\n<< /Title (changed) >>\nendobj\n".encode()
    table = (
        f"xref\n{size} 1\n{len(data):010d} 00000 n \n"
        f"trailer\n<< /Size {int(size) + 1} /Root {root} /Prev {start} "
        f"/Info {size} 0 R >>\nstartxref\n{len(data) + len(change)}\n%%EOF\n"
    )
    return data + change + table.encode()


def all_pages(data: bytes, *, limits: Limits | None = None) -> list[PageImage]:
    """The file opened strictly, every page decoded."""
    return list(pages(open_original(data, limits=limits or Limits())))


def same_pages(some: Sequence[PageImage], others: Sequence[PageImage]) -> bool:
    return len(some) == len(others) and all(
        np.array_equal(one.pixels, other.pixels)
        for one, other in zip(some, others, strict=True)
    )
