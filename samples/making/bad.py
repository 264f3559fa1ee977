"""Files that must be refused, each for a reason offices meet."""

from collections.abc import Mapping
from io import BytesIO

import pikepdf

_NOTE = """大田年金事務所 御中

届書のスキャンデータを添付いたします。
ご確認をお願いいたします。
"""


def bad_files(good: Mapping[str, bytes]) -> dict[str, tuple[bytes, str]]:
    """Path -> bytes and the code they are refused with, made from good files."""
    tiff = good["clean/2265-mori.tif"]
    jpeg = good["clean/2201-yamato.jpg"]
    pdf = good["special/scanned.pdf"]
    return {
        "bad/cut-off.tif": (tiff[: len(tiff) * 3 // 5], "damaged"),
        "bad/cut-off.jpg": (jpeg[: len(jpeg) // 3], "damaged"),
        "bad/cut-off.pdf": (pdf[: len(pdf) // 2], "damaged"),
        "bad/empty.tif": (b"", "empty"),
        "bad/password.pdf": (
            _with_password(good["special/born-digital.pdf"]),
            "encrypted",
        ),
        "bad/text-named.pdf": (_NOTE.encode(), "wrong_type"),
    }


def _with_password(pdf: bytes) -> bytes:
    out = BytesIO()
    # An old cipher and a fixed identity: newer ones draw other bytes in each run.
    lock = pikepdf.Encryption(
        owner="made-up", user="made-up", R=4, aes=False, metadata=False
    )
    with pikepdf.open(BytesIO(pdf)) as plain:
        plain.save(out, encryption=lock, static_id=True)
    return out.getvalue()
