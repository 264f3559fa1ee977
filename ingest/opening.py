"""Opening a file strictly: taken only when complete and every page decodes."""

from ingest.page_image import Limits, Opened
from ingest.raster import Raster
from kamizero.errors import RefusedError

RASTER_STARTS = (b"II*\0", b"MM\0*", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
# A PDF may begin with a few bytes of other things (mail gateways add them).
PDF_START_WITHIN = 1024


def media_type(data: bytes) -> str:
    """What the first bytes say the file is; its name is never asked."""
    if b"%PDF-" in data[:PDF_START_WITHIN]:
        return "application/pdf"
    for start, name in zip(
        RASTER_STARTS,
        ("image/tiff", "image/tiff", "image/jpeg", "image/png"),
        strict=True,
    ):
        if data.startswith(start):
            return name
    return "application/octet-stream"


def open_original(data: bytes, *, limits: Limits) -> Opened:
    """Open a file by what its bytes say.

    Raises:
        RefusedError: `empty`, `too_large`, `wrong_type`, `encrypted`, `damaged` or
            `too_many_pages`, with what the sender can do. Asking the file for a page
            may raise `damaged`, `too_large` or `too_small`.
    """
    if not data:
        raise RefusedError("empty", "The file is empty. Scan or send it again.")
    if len(data) > limits.file_bytes:
        raise RefusedError(
            "too_large",
            f"The file has {len(data):,} bytes; at most {limits.file_bytes:,} are "
            "taken. Split it into several files.",
        )
    kind = media_type(data)
    if kind == "application/pdf":
        # Its readers take longer to load than a scan takes to open.
        from ingest.pdf import Pdf

        return Pdf(data, limits=limits)
    if kind.startswith("image/"):
        return Raster(data, limits=limits)
    raise RefusedError(
        "wrong_type",
        "This is no TIFF, JPEG, PNG or PDF. Scan the paper into one of these.",
    )
