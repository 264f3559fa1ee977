"""Files as they come in some day: bombs, endless ones, locked, signed and odd ones."""

import struct
import zipfile
import zlib
from io import BytesIO

import pikepdf
from PIL import TiffImagePlugin

from tests.scanner import (
    SMALL_POINTS,
    edited,
    empty_pages,
    resaved,
    saved,
    scanned_pdf,
    sheet,
)

# A bomb is small as it comes, and this large where somebody unpacks it.
BOMB_BYTES = 60_000_000
HUGE_SIDE = 30_000


def zip_bomb() -> bytes:
    """As a file of an office program is, which is a zip inside."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("word/document.xml", b" " * BOMB_BYTES)
    return buffer.getvalue()


def drawing_bomb() -> bytes:
    """One page drawn by endless instructions."""
    packed = zlib.compress(b" " * BOMB_BYTES, 9)

    def fill(page: pikepdf.Page) -> None:
        page.obj.Contents.write(packed, filter=pikepdf.Name.FlateDecode)

    return edited(scanned_pdf(count=1), fill)


def huge_jpeg() -> bytes:
    data = saved(sheet(1), "JPEG")
    # Height and width stand in the frame header, after its length and depth.
    start = data.index(b"\xff\xc0") + 5
    sides = struct.pack(">HH", HUGE_SIDE, HUGE_SIDE)
    return data[:start] + sides + data[start + 4 :]


def huge_png() -> bytes:
    data = saved(sheet(1), "PNG")
    header = b"IHDR" + struct.pack(">II", HUGE_SIDE, HUGE_SIDE) + data[24:29]
    return data[:12] + header + struct.pack(">I", zlib.crc32(header)) + data[33:]


def huge_tiff() -> bytes:
    data = saved(sheet(1, "1"), "TIFF", compression="group4")
    for tag, side in ((256, 300), (257, 424)):
        found, huge = (
            struct.pack("<HHIHH", tag, 3, 1, n, 0) for n in (side, HUGE_SIDE)
        )
        assert found in data
        data = data.replace(found, huge)
    return data


def encrypted_pdf() -> bytes:
    lock = pikepdf.Encryption(owner="owner", user="user")
    return resaved(scanned_pdf(count=1), encryption=lock)


def signed_pdf() -> bytes:
    """With a signature over its bytes, which any change would break."""
    buffer = BytesIO()
    with pikepdf.open(BytesIO(scanned_pdf(count=1))) as pdf:
        signature = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Sig,
                Filter=pikepdf.Name("/Adobe.PPKLite"),
                SubFilter=pikepdf.Name("/adbe.pkcs7.detached"),
                ByteRange=[0, 1000, 3000, 1000],
                Contents=pikepdf.String(bytes(1000).decode("latin-1")),
            )
        )
        field = pdf.make_indirect(
            pikepdf.Dictionary(
                FT=pikepdf.Name.Sig, T=pikepdf.String("Signature1"), V=signature
            )
        )
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[field], SigFlags=3)
        pdf.save(buffer)
    return buffer.getvalue()


def odd_tiff() -> bytes:
    """Tags no standard knows, a resolution of no unit, and a date that is none."""
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[65_000] = "made by a device nobody knows"
    tags[65_001] = 7
    tags[33_432] = "©"
    tags[306] = "0000:00:00 99:99:99"
    tags[296] = 1
    return saved(sheet(5), "TIFF", tiffinfo=tags, compression="tiff_lzw")


# Name -> bytes, and what it is refused as; None where it is taken as it is.
ODD: dict[str, tuple[bytes, str | None]] = {
    "empty.pdf": (b"", "empty"),
    "4000-pages.pdf": (empty_pages(4_000, size=SMALL_POINTS), "too_many_pages"),
    "report.docx": (zip_bomb(), "wrong_type"),
    "drawing-bomb.pdf": (drawing_bomb(), "too_large"),
    "huge.jpg": (huge_jpeg(), "too_large"),
    "huge.png": (huge_png(), "too_large"),
    "huge.tif": (huge_tiff(), "too_large"),
    "encrypted.pdf": (encrypted_pdf(), "encrypted"),
    "scan.jp2": (saved(sheet(6), "JPEG2000"), "wrong_type"),
    "cut.pdf": (scanned_pdf(count=1)[:-500], "damaged"),
    "signed.pdf": (signed_pdf(), None),
    "odd-tags.tif": (odd_tiff(), None),
    "good.png": (saved(sheet(8), "PNG"), None),
}
