"""A stack of paper as it goes through the feeder: a separator, forms, attachments."""

import json
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from random import Random

import pypdfium2
from PIL import Image, ImageDraw

from forms.code import SeparatorCode
from forms.separator import separator_pdf
from ingest.opening import open_original
from ingest.page_image import Limits
from tests.installation import SAMPLES

# Forms of one kind: the file, its page, and which of its filings that is.
FORMS = (
    ("clean/2200-midori.png", 1, 0),
    ("clean/2200-sakura.jpg", 1, 0),
    ("special/several-filings.tif", 1, 0),
    ("special/bundle.tif", 3, 1),
)


def separator(*, sheets: int, entries: int, number: int) -> Image.Image:
    code = SeparatorCode(
        site="TOKYO",
        scheme="KOSEI",
        form="2200",
        sheets=sheets,
        entries=entries,
        received_on=date(2024, 2, 7),
        number=number,
    )
    document = pypdfium2.PdfDocument(BytesIO(separator_pdf(code)))
    picture: Image.Image = document[0].render(scale=200 / 72).to_pil().convert("L")
    document.close()
    return picture


def forms() -> Iterator[tuple[Image.Image, int]]:
    """Sample forms, and how many people are on each."""
    truth = json.loads((SAMPLES / "values.json").read_text("utf-8"))
    for path, number, filing in FORMS:
        data = (SAMPLES / "scans" / path).read_bytes()
        pixels = open_original(data, limits=Limits()).page(number).pixels
        fields = truth[path][filing]["fields"]
        people = {n.split(".")[1] for n, v in fields.items() if "insured." in n and v}
        yield Image.fromarray(pixels).convert("L"), len(people)


def attachment(number: int) -> Image.Image:
    """A paper unlike every other: paragraphs, a table or a stamp, at 200 dpi."""
    chance = Random(number)  # noqa: S311 - a made-up paper, no secret
    image = Image.new("L", (620, 877), 250)
    draw = ImageDraw.Draw(image)
    top = chance.randint(50, 260)
    draw.text((chance.randint(60, 300), top - 30), f"No. {number:04d}", font_size=22)
    while top < chance.randint(420, 820):
        left, words = chance.randint(50, 320), chance.randint(1, 4)
        draw.text((left, top), f"{number:02d}kz " * words, font_size=14)
        top += chance.choice((60, 80, 120))
    for _ in range(chance.randint(0, 4)):
        x, y = chance.randint(60, 420), chance.randint(120, 700)
        draw.rectangle((x, y, x + chance.randint(60, 180), y + 60), outline=40, width=3)
    return image.resize((1654, 2339), Image.Resampling.BICUBIC)


def as_tiff(pages: list[Image.Image]) -> bytes:
    buffer = BytesIO()
    pages[0].save(
        buffer,
        "TIFF",
        save_all=True,
        append_images=pages[1:],
        compression="tiff_lzw",
        dpi=(200, 200),
    )
    return buffer.getvalue()
